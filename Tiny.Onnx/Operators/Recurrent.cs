using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>RNN, GRU and LSTM: steps over time, laid out one after another. What the inputs add to the gates is computed for all steps at once.</summary>
static class Recurrent
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("RNN", n => Run(n, 1, ["Tanh"], Simple)),
        new("GRU", n => Run(n, 3, ["Sigmoid", "Tanh"], Gated)),
        new("LSTM", n => Run(n, 4, ["Sigmoid", "Tanh", "Tanh"], LongShort)),
    ];

    /// <summary>One direction's weights: R[gates * hidden, hidden], the biases of inputs and of states, peepholes, and the activations.</summary>
    sealed record Cell(NodeContext Node, Tensor R, Tensor? Bias, Tensor? Peepholes, int Hidden, IReadOnlyList<Func<Tensor, Tensor>> Activations)
    {
        /// <summary>Gates [batch, gates * hidden] taken apart, one of them.</summary>
        public Tensor Gate(Tensor gates, int index) => Movement.Part(gates, 1, index * Hidden, (index + 1) * Hidden);

        public Tensor Clipped(Tensor x) => Node.HasAttribute("clip") ? x.Clamp(-Node.Float("clip", 0), Node.Float("clip", 0)) : x;

        public Tensor Act(int activation, Tensor x) => Activations[activation](Clipped(x));

        /// <summary>A part of the states' bias, or nothing.</summary>
        public Tensor Biased(Tensor x, int gate) => Bias is null ? x : x + Movement.Part(Bias, 0, gate * Hidden, (gate + 1) * Hidden);

        public Tensor Peep(Tensor x, Tensor c, int gate) => Peepholes is null ? x : x + Movement.Part(Peepholes, 0, gate * Hidden, (gate + 1) * Hidden) * c;
    }

    /// <summary>A step: from what the input adds to the gates and the state to the new state.</summary>
    delegate (Tensor H, Tensor C) Step(Cell cell, Tensor gates, Tensor h, Tensor c);

    static (Tensor, Tensor) Simple(Cell cell, Tensor x, Tensor h, Tensor c) => (cell.Act(0, cell.Biased(x + h.MatMul(cell.R.T), 0)), c);

    static (Tensor, Tensor) Gated(Cell cell, Tensor x, Tensor h, Tensor c)
    {
        int size = cell.Hidden;
        var fromState = h.MatMul(Movement.Part(cell.R, 0, 0, 2 * size).T);
        Tensor z = cell.Act(0, cell.Biased(cell.Gate(x, 0) + cell.Gate(fromState, 0), 0)), r = cell.Act(0, cell.Biased(cell.Gate(x, 1) + cell.Gate(fromState, 1), 1));
        var last = Movement.Part(cell.R, 0, 2 * size, 3 * size).T;
        var candidate = cell.Node.Flag("linear_before_reset") ? cell.Gate(x, 2) + r * cell.Biased(h.MatMul(last), 2) : cell.Biased(cell.Gate(x, 2) + (r * h).MatMul(last), 2);
        var fresh = cell.Act(1, candidate);
        return ((1 - z) * fresh + z * h, c);
    }

    // Gates: input, output, forget, cell.
    static (Tensor, Tensor) LongShort(Cell cell, Tensor x, Tensor h, Tensor c)
    {
        var gates = x + h.MatMul(cell.R.T);
        Tensor Gate(int i) => cell.Biased(cell.Gate(gates, i), i);
        var input = cell.Act(0, cell.Peep(Gate(0), c, 0));
        var forget = cell.Node.Flag("input_forget") ? 1 - input : cell.Act(0, cell.Peep(Gate(2), c, 2));
        var next = forget * c + input * cell.Act(1, Gate(3));
        var output = cell.Act(0, cell.Peep(Gate(1), next, 1));
        return (output * cell.Act(2, next), next);
    }

    static Results Run(NodeContext n, int gates, string[] defaults, Step step)
    {
        bool batchFirst = n.Flag("layout");
        var x = batchFirst ? n[0].Transpose(0, 1) : n[0];
        var directions = n.Text("direction", "forward") switch
        {
            "forward" => new[] { false },
            "reverse" => [true],
            "bidirectional" => [false, true],
            var other => throw NodeContext.Bad($"direction '{other}'"),
        };
        int count = directions.Length, hidden = (int)n[2].Shape[2], length = x.Shape[0];
        Dim batch = x.Shape[1];
        bool cells = gates == 4;
        Tensor Of(Tensor t, int d) => Movement.Part(t, 0, d, d + 1).Squeeze(0);
        Tensor Initial(int input, int d) => n.Optional(input) is { } given ? Of(batchFirst ? given.Transpose(0, 1) : given, d) : Tensor.Zeros(new Shape(batch, hidden), x.DType);
        n.LayOut(8L * count * length);
        var lengths = n.Optional(4)?.Cast(DType.Int32);
        var acts = ActivationFunctions.Of(n, defaults, count);
        var (all, lastH, lastC) = (new Tensor[count], new Tensor[count], new Tensor[count]);
        for (int d = 0; d < count; d++)
        {
            var bias = n.Optional(3) is { } b ? Of(b, d) : null;
            var cell = new Cell(n, Of(n[2], d), bias is null ? null : Movement.Part(bias, 0, gates * hidden, 2 * gates * hidden), cells && n.Optional(7) is { } p ? Of(p, d) : null, hidden, acts[d]);
            var seen = directions[d] ? Reversed(x, lengths) : x;
            var inputs = seen.MatMul(Of(n[1], d).T);
            if (bias is not null) inputs += Movement.Part(bias, 0, 0, gates * hidden);
            inputs = inputs.Contiguous();
            var (h, c) = (Initial(5, d), cells ? Initial(6, d) : Tensor.Zeros(new Shape(batch, hidden), x.DType));
            var outputs = new Tensor[length];
            for (int t = 0; t < length; t++)
            {
                var (nextH, nextC) = step(cell, Of(inputs, t).Contiguous(), h, c);
                if (lengths is not null)
                {
                    // A sequence that has ended keeps its state, and gives zeros.
                    var goes = lengths.Gt(t).Unsqueeze(1);
                    outputs[t] = goes.Where(nextH, 0);
                    (nextH, nextC) = (goes.Where(nextH, h), goes.Where(nextC, c));
                }
                (h, c) = (nextH.Contiguous(), cells ? nextC.Contiguous() : c);
                outputs[t] = lengths is null ? h : outputs[t];
            }
            var y = Tensor.Stack(outputs);
            (all[d], lastH[d], lastC[d]) = (directions[d] ? Reversed(y, lengths) : y, h, c);
        }
        // [length, directions, batch, hidden], and [directions, batch, hidden]; with the batch first [batch, length, directions, hidden].
        Tensor whole = Tensor.Stack(all, 1), states = Tensor.Stack(lastH), memory = Tensor.Stack(lastC);
        if (batchFirst) (whole, states, memory) = (whole.Permute(2, 0, 1, 3), states.Transpose(0, 1), memory.Transpose(0, 1));
        return cells ? (whole, states, memory) : (whole, states);
    }

    // Each sequence in reverse, for as long as it is.
    static Tensor Reversed(Tensor x, Tensor? lengths)
    {
        if (lengths is null) return x.Flip(0);
        var at = Tensor.Arange(x.Shape[0]).Unsqueeze(1);
        var from = at.Lt(lengths).Where(lengths - 1 - at, at);
        return x.Gather(0, from.Reshape([.. from.Shape, .. Enumerable.Repeat((Dim)1, x.Rank - 2)]).Expand(x.Shape));
    }
}
