using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators.Recurrent;

/// <summary>
/// Layers that go through a sequence step by step: RNN, GRU, LSTM. The input's products are taken for all steps at once; the steps are laid out one after another.
/// A sequence shorter than the longest keeps its state behind its end, and gives zeros there: read backwards it begins at its own end.
/// </summary>
static class RecurrentNets
{
    delegate CellState Step(CellWeights weights, Tensor x, CellState state);

    // What the kinds differ in: their gates, their activations, and their step.
    sealed record Kind(int Gates, string[] Activations, Func<NodeContext, Step> Step, bool HasCell = false);

    static readonly Kind s_rnn = new(1, ["Tanh"], _ => RecurrentCells.Rnn);
    static readonly Kind s_gru = new(3, ["Sigmoid", "Tanh"], n => n.Flag("linear_before_reset") is var first ? (w, x, s) => RecurrentCells.Gru(w, x, s, first) : null!);
    static readonly Kind s_lstm = new(4, ["Sigmoid", "Tanh", "Tanh"], n => n.Flag("input_forget") is var coupled ? (w, x, s) => RecurrentCells.Lstm(w, x, s, coupled) : null!, HasCell: true);

    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("RNN", n => Run(n, s_rnn)),
        new("GRU", n => Run(n, s_gru)),
        new("LSTM", n => Run(n, s_lstm)),
    ];

    static Results Run(NodeContext n, Kind kind)
    {
        // Inside, the sequence is in front: [steps, batch, ...], states are [directions, batch, hidden].
        bool batchFirst = n.Flag("layout");
        var x = batchFirst ? n[0].Transpose(0, 1) : n[0];
        var (w, r) = (n[1], n[2]);
        if (x.Rank != 3 || w.Rank != 3 || r.Rank != 3) throw NodeContext.Bad($"input {n[0].Shape}, weights {w.Shape} and {r.Shape} have not three axes each");
        var turned = n.Text("direction", "forward") switch
        {
            "forward" => new[] { false },
            "reverse" => [true],
            "bidirectional" => [false, true],
            var other => throw NodeContext.Bad($"direction '{other}'"),
        };
        Dim hidden = r.Shape[2], gates = hidden * kind.Gates;
        if (!w.Shape[1].Equals(gates) || !r.Shape[1].Equals(gates) || !w.Shape[0].Is(turned.Length) || !r.Shape[0].Is(turned.Length))
            throw NodeContext.Bad($"weights {w.Shape} and {r.Shape} are not [{turned.Length}, {kind.Gates} * hidden, ...]");
        var functions = RecurrentActivations.Of(n, kind.Activations, turned.Length);
        float? clip = n.HasAttribute("clip") ? n.Float("clip", 0) : null;
        var step = kind.Step(n);
        var all = new List<(Tensor Y, CellState Last)>();
        for (int d = 0; d < turned.Length; d++)
        {
            var bias = n.Optional(3) is { } b ? Direction(b, d) : null;
            var weights = new CellWeights(Direction(r, d), bias is null ? null : Movement.Part(bias, 0, gates, gates * 2),
                kind.HasCell && n.Optional(7) is { } peephole ? Direction(peephole, d) : null,
                functions[(d * kind.Activations.Length)..((d + 1) * kind.Activations.Length)], clip);
            var products = x.Linear(Direction(w, d), bias is null ? null : Movement.Part(bias, 0, 0, gates));
            var first = new CellState(Initial(n, 5, d, batchFirst, x, hidden), kind.HasCell ? Initial(n, 6, d, batchFirst, x, hidden) : null);
            all.Add(Steps(products, n.Optional(4), first, turned[d], (p, s) => step(weights, p, s)));
        }
        // [steps, directions, batch, hidden], or with the batch in front.
        var y = Tensor.Stack([.. all.Select(a => a.Y)], 1);
        if (batchFirst) y = y.Permute(2, 0, 1, 3);
        var h = Tensor.Stack([.. all.Select(a => a.Last.H)], batchFirst ? 1 : 0);
        return kind.HasCell ? (y, h, Tensor.Stack([.. all.Select(a => a.Last.C!)], batchFirst ? 1 : 0)) : (y, h);
    }

    static Tensor Direction(Tensor all, int direction) => Movement.Part(all, 0, direction, direction + 1).Squeeze(0);

    static Tensor Initial(NodeContext n, int input, int direction, bool batchFirst, Tensor x, Dim hidden) =>
        n.Optional(input) is { } given ? Direction(batchFirst ? given.Transpose(0, 1) : given, direction) : Tensor.Zeros(new Shape(x.Shape[1], hidden), x.DType);

    static (Tensor Y, CellState Last) Steps(Tensor products, Tensor? lengths, CellState state, bool turned, Func<Tensor, CellState, CellState> step)
    {
        int count = products.Shape[0];
        var results = new Tensor[count];
        for (int i = 0; i < count; i++)
        {
            int t = turned ? count - 1 - i : i;
            var next = step(Direction(products, t), state);
            results[t] = next.H;
            if (lengths is not null)
            {
                var runs = lengths.Gt(t).Unsqueeze(1);
                results[t] = runs.Where(next.H, 0);
                next = new(runs.Where(next.H, state.H), next.C is { } c ? runs.Where(c, state.C!) : null);
            }
            state = next;
        }
        return (count == 0 ? Tensor.Zeros(new Shape([0, .. state.H.Shape]), state.H.DType) : Tensor.Stack(results), state);
    }
}
