namespace Tiny.Nn;

/// <summary>
/// One step of a long short-term memory (Hochreiter and Schmidhuber, 1997). With gates i, f, g, o in this order along the weights' rows:
/// c' = sigmoid(f) c + sigmoid(i) tanh(g), h' = sigmoid(o) tanh(c').
/// </summary>
public sealed class LSTMCell : RecurrentCell
{
    /// <summary>A cell of the given sizes.</summary>
    public LSTMCell(int inFeatures, int hidden, bool bias = true) : base(4, inFeatures, hidden, bias) { }

    /// <summary>The next state from x[n, in] and the state (h[n, hidden], c[n, hidden]), zeros if it is not given.</summary>
    public (Tensor H, Tensor C) Forward(Tensor x, (Tensor H, Tensor C)? state = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = Origin.Scope("lstm_cell");
        var gates = x.Linear(WeightIh, BiasIh);
        if (state is { } s) gates += s.H.Linear(WeightHh, BiasHh);
        else if (BiasHh is not null) gates += BiasHh;
        var parts = gates.Chunk(4, -1);
        var c = parts[0].Sigmoid() * parts[2].Tanh();
        if (state is { } last) c = parts[1].Sigmoid() * last.C + c;
        return (parts[3].Sigmoid() * c.Tanh(), c);
    }
}
