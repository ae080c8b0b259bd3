namespace Tiny.Onnx.Operators.Recurrent;

/// <summary>What a recurrent cell remembers: h, and an LSTM's c, each [batch, hidden].</summary>
sealed record CellState(Tensor H, Tensor? C = null);

/// <summary>
/// The recurrent weights of one direction. <paramref name="F"/> are its activations in the order of the node's attribute; their inputs are kept within
/// <paramref name="Clip"/>. R is [gates * hidden, hidden], its bias [gates * hidden].
/// </summary>
sealed record CellWeights(Tensor R, Tensor? Bias, Tensor? Peephole, Func<Tensor, Tensor>[] F, float? Clip)
{
    /// <summary>Width of the state.</summary>
    public Dim Hidden => R.Shape[1];

    /// <summary>An activation, of an input that is clipped.</summary>
    public Tensor Activate(int function, Tensor x) => F[function](Clip is { } most ? x.Clamp(-most, most) : x);

    /// <summary>The product of a state with the weights of some neighbouring gates.</summary>
    public Tensor Product(Tensor h, int gate, int gates)
    {
        var (from, to) = (Hidden * gate, Hidden * (gate + gates));
        return h.Linear(Movement.Part(R, 0, from, to), Bias is null ? null : Movement.Part(Bias, 0, from, to));
    }

    /// <summary>A gate of the last axis.</summary>
    public Tensor Gate(Tensor gates, int gate) => Movement.Part(gates, gates.Rank - 1, Hidden * gate, Hidden * (gate + 1));
}

/// <summary>One step of each kind of cell: from the input's product [batch, gates * hidden], with its bias, and the state to the next state.</summary>
static class RecurrentCells
{
    /// <summary>H = f(Wx + Rh).</summary>
    public static CellState Rnn(CellWeights w, Tensor x, CellState s) => new(w.Activate(0, x + w.Product(s.H, 0, 1)));

    /// <summary>
    /// Gates z, r, h. H = (1 - z) g(Wx + R(r h)) + z h; with <paramref name="linearFirst"/> r is applied to the product, as in g(Wx + r (Rh)).
    /// </summary>
    public static CellState Gru(CellWeights w, Tensor x, CellState s, bool linearFirst)
    {
        var gates = Movement.Part(x, 1, 0, w.Hidden * 2) + w.Product(s.H, 0, 2);
        var (z, r) = (w.Activate(0, w.Gate(gates, 0)), w.Activate(0, w.Gate(gates, 1)));
        var inner = linearFirst ? r * w.Product(s.H, 2, 1) : w.Product(r * s.H, 2, 1);
        var next = w.Activate(1, w.Gate(x, 2) + inner);
        return new((1 - z) * next + z * s.H);
    }

    /// <summary>
    /// Gates i, o, f, c. C = f c + i g, H = o h(C); the peepholes of i and f see the old C, that of o the new one. Coupled, f is 1 - i.
    /// </summary>
    public static CellState Lstm(CellWeights w, Tensor x, CellState s, bool coupled)
    {
        var (gates, old) = (x + w.Product(s.H, 0, 4), s.C!);
        var i = w.Activate(0, Peep(0, 0, old));
        var f = coupled ? 1 - i : w.Activate(0, Peep(2, 2, old));
        var c = f * old + i * w.Activate(1, w.Gate(gates, 3));
        var o = w.Activate(0, Peep(1, 1, c));
        return new(o * w.Activate(2, c), c);

        Tensor Peep(int gate, int peephole, Tensor cell) => w.Peephole is { } p ? w.Gate(gates, gate) + w.Gate(p, peephole) * cell : w.Gate(gates, gate);
    }
}
