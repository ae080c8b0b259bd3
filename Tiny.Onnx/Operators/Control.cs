using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators;

/// <summary>Subgraphs that are run once, never, or again and again.</summary>
static class Control
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("If", If),
        new("Loop", Loop),
        new("Scan", n => n.Opset < 9 ? ScanOfBatches(n) : Scan(n)),
    ];

    // A condition that is data chooses among the results of both branches. One that these shapes do not allow is a guard: it cannot be the one that is taken.
    static Results If(NodeContext n)
    {
        if (!n.CanRead(0) && Both(n) is { } chosen) return new(chosen);
        return new([.. n.Run(n.Numbers(n[0])[0] != 0 ? "then_branch" : "else_branch")]);
    }

    static OnnxValue?[]? Both(NodeContext n)
    {
        if (n.IfItFits(() => n.Run("then_branch"), "then_branch") is not { } yes) return [.. n.Run("else_branch")];
        if (n.IfItFits(() => n.Run("else_branch"), "else_branch") is not { } no) return [.. yes];
        if (yes.Count != no.Count) throw NodeContext.Bad($"branches of {yes.Count} and {no.Count} results");
        OnnxValue?[] results = [.. yes.Zip(no, (a, b) => Either(n, n[0].Reshape([]), a, b))];
        return Array.Exists(results, r => r is null) ? null : results;
    }

    /// <summary>One of two, as data decide. Where extents differ, it has those of the one that is chosen. Null for what is no tensor, or of another kind on the other side.</summary>
    public static TensorValue? Either(NodeContext n, Tensor condition, OnnxValue? yes, OnnxValue? no)
    {
        if (yes is not TensorValue { Tensor: var a } one || no is not TensorValue { Tensor: var b } other || one.Type != other.Type || a.Rank != b.Rank) return null;
        var extents = a.Shape.ToArray();
        for (int i = 0; i < extents.Length; i++)
        {
            if (a.Shape[i].Equals(b.Shape[i])) continue;
            if (!n.ComputesSizes) return null;
            Dim most = Math.Max(a.Shape[i].Max, b.Shape[i].Max);
            extents[i] = n.Size(condition.Where(Tensor.Of(a.Shape[i]), Tensor.Of(b.Shape[i])));
            var edges = new (Dim, Dim)[a.Rank];
            edges[i] = (0, most - a.Shape[i]);
            a = a.Pad(edges);
            edges[i] = (0, most - b.Shape[i]);
            b = b.Pad(edges);
        }
        return one with { Tensor = condition.Where(a, b).Shrink([.. extents.Select(e => ((Dim)0, e))]) };
    }

    // The most rounds of a loop whose end data decide.
    const int MostRounds = 1 << 12;

    // The body is laid out once for each time that it may run. Where data decide whether it still does, it changes nothing when it does not.
    static Results Loop(NodeContext n)
    {
        var carried = Enumerable.Range(2, n.Count - 2).Select(n.At).ToList();
        int outputs = n.Graph("body").Outputs.Length - 1 - carried.Count;
        if (outputs < 0) throw NodeContext.Bad($"{carried.Count} values are carried, and the body gives {n.Graph("body").Outputs.Length} with the condition");
        var scans = new List<OnnxValue?>[outputs];
        // Where the number of rounds is data, it is the declared extent of what is collected in each.
        long? declared = scans.Length > 0 && n.Declared(carried.Count) is { Rank: > 0 } shape && !(n.Has(0) && n.IsKnown(0) && (!n.Has(1) || n.IsKnown(1))) ? (int)shape[0] : null;
        Dim trips = declared is { } d ? (Dim)d : !n.Has(0) ? long.MaxValue : n.ComputesSizes ? n.Sizes(0)[0] : (Dim)n.Integer(0);
        for (int i = 0; i < scans.Length; i++) scans[i] = [];
        var goes = declared is null && n.Has(1) ? n[1].Reshape([]) : null;
        // How many rounds are sure to be run, and how many others are.
        int sure = 0;
        Tensor? others = null;
        for (long i = 0; i < trips.Max; i++)
        {
            bool? known = goes is null ? true : n.Decided(goes, trips.Max <= MostRounds);
            if (known == false) break;
            var runs = known is null ? goes : null;
            if (i >= trips.Min) runs = Tensor.Of(trips).Gt(i) is var more && runs is null ? more : runs! & more;
            var results = n.Run("body", [Tensor.Scalar(i, DType.Int64), Tensor.Scalar(true), .. carried]);
            goes = declared is null && results[0] is TensorValue condition ? runs is null ? condition.Tensor.Reshape([]) : runs & condition.Tensor.Reshape([]) : null;
            var next = results.Skip(1).Take(carried.Count).ToList();
            if (runs is not null)
                for (int c = 0; c < next.Count; c++)
                    next[c] = Either(n, runs, next[c], carried[c]) ?? throw new OnnxUnsupportedException($"a loop that data end, and carries {carried[c]}, then {next[c]}");
            carried = next;
            for (int s = 0; s < scans.Length; s++) scans[s].Add(results[1 + carried.Count + s]);
            if (runs is null) sure++;
            else others = runs.Cast(DType.Int32) is var one && others is null ? one : others! + one;
        }
        var stacked = scans.Select((s, i) => Stacked(n, s, carried.Count + i, 0, false)).ToArray();
        if (others is not null && stacked.Length > 0)
        {
            var count = n.Size(others + sure);
            stacked = [.. stacked.Select(s => s with { Tensor = Movement.Part(s.Tensor, 0, 0, count) })];
        }
        return new([.. carried, .. stacked]);
    }

    static Results Scan(NodeContext n)
    {
        int scanned = checked((int)n.Integer("num_scan_inputs")), states = n.Count - scanned;
        var body = n.Graph("body");
        int outputs = body.Outputs.Length - states;
        if (states < 0 || outputs < 0) throw NodeContext.Bad($"{n.Count} inputs, {scanned} of them scanned, and a body of {body.Outputs.Length} results");
        long[] axes = n.Integers("scan_input_axes") ?? new long[scanned], turned = n.Integers("scan_input_directions") ?? new long[scanned];
        long[] outAxes = n.Integers("scan_output_axes") ?? new long[outputs], outTurned = n.Integers("scan_output_directions") ?? new long[outputs];
        foreach (var (name, numbers, count) in new[] { ("scan_input_axes", axes, scanned), ("scan_input_directions", turned, scanned), ("scan_output_axes", outAxes, outputs), ("scan_output_directions", outTurned, outputs) })
            if (numbers.Length != count) throw NodeContext.Bad($"attribute '{name}' has {numbers.Length} numbers for {count}");
        var inputs = Enumerable.Range(0, scanned).Select(i => Unstacked(n, states + i, axes[i], turned[i] != 0)).ToArray();
        return Run(n, "body", [.. Enumerable.Range(0, states).Select(n.At)], inputs, outAxes, outTurned);
    }

    static OnnxValue[] Unstacked(NodeContext n, int input, long axis, bool turned)
    {
        var x = n[input];
        int a = NodeContext.Axis(axis, x.Rank);
        n.LayOut(x.Shape[a].Max);
        var parts = Enumerable.Range(0, x.Shape[a]).Select(i => n.Like(Movement.Part(x, a, i, i + 1).Squeeze(a), input));
        return [.. turned ? parts.Reverse() : parts];
    }

    static Results Run(NodeContext n, string body, OnnxValue?[] states, OnnxValue[][] inputs, long[] axes, long[] turned)
    {
        int length = inputs.Length == 0 ? 0 : inputs[0].Length;
        if (inputs.Any(i => i.Length != length)) throw NodeContext.Bad("scanned inputs differ in length");
        var scans = axes.Select(_ => new List<OnnxValue?>()).ToArray();
        for (int i = 0; i < length; i++)
        {
            var results = n.Run(body, [.. states, .. inputs.Select(x => x[i])]);
            states = [.. results.Take(states.Length)];
            for (int s = 0; s < scans.Length; s++) scans[s].Add(results[states.Length + s]);
        }
        return new([.. states, .. scans.Select((s, i) => Stacked(n, s, states.Length + i, axes[i], turned[i] != 0))]);
    }

    // Scan of opset 8: a batch in front of everything, each run by itself, for as long as its own length says.
    static Results ScanOfBatches(NodeContext n)
    {
        int scanned = checked((int)n.Integer("num_scan_inputs")), states = n.Count - 1 - scanned;
        int outputs = n.Graph("body").Outputs.Length - states;
        if (n.Has(0)) throw new OnnxUnsupportedException("sequence lengths of Scan in opset 8");
        long[] turned = n.Integers("directions") ?? new long[scanned];
        if (states < 0 || outputs < 0 || scanned < 0 || turned.Length != scanned) throw NodeContext.Bad($"{n.Count - 1} inputs, {scanned} of them scanned in {turned.Length} directions");
        var batches = new List<Results>();
        for (int b = 0; b < (int)n[1].Shape[0]; b++)
        {
            OnnxValue Of(int input) => n.Like(Movement.Part(n[input], 0, b, b + 1).Squeeze(0), input);
            OnnxValue[] Steps(int i)
            {
                var x = ((TensorValue)Of(1 + states + i)).Tensor;
                n.LayOut(x.Shape[0].Max);
                var parts = Enumerable.Range(0, x.Shape[0]).Select(t => n.Like(Movement.Part(x, 0, t, t + 1).Squeeze(0), 1 + states + i));
                return [.. turned[i] != 0 ? parts.Reverse() : parts];
            }
            batches.Add(Run(n, "body", [.. Enumerable.Range(1, states).Select(Of)], [.. Enumerable.Range(0, scanned).Select(Steps)], new long[outputs], new long[outputs]));
        }
        return new([.. Enumerable.Range(0, states + outputs).Select(k => Stacked(n, [.. batches.Select(b => b.Values[k])], k, 0, false))]);
    }

    // No parts, of the shape that the body declares, or that is declared of the whole.
    static TensorValue Nothing(NodeContext n, int output, OnnxTypeInfo? part, long axis)
    {
        Dim[]? dims = part is { Kind: OnnxKind.Tensor, Dims: { } declared } && declared.All(d => d.Size is >= 0) ? [.. declared.Select(d => (Dim)d.Size!.Value)] : null;
        int a = NodeContext.Axis(axis, (dims?.Length ?? n.Declared(output)?.Rank - 1 ?? 0) + 1);
        var shape = dims is not null ? new Shape([.. dims[..a], 0, .. dims[a..]]) : n.Declared(output)?.With(a, 0)
            ?? throw new OnnxUnsupportedException($"a loop that never runs, and output {output} has no declared shape");
        var type = part is { Kind: OnnxKind.Tensor, Element: not OnnxType.Undefined } ? part.Element : n.DeclaredType(output);
        return new TensorValue(Tensor.Zeros(shape, type.Carrier()), type);
    }

    static TensorValue Stacked(NodeContext n, List<OnnxValue?> values, int output, long axis, bool turned)
    {
        if (values.Count == 0) return Nothing(n, output, n.Graph("body").Outputs[output + (n.Node.Operator == "Loop" ? 1 : 0)].Type, axis);
        var tensors = values.Select(v => v as TensorValue ?? throw new OnnxUnsupportedException($"a {v} is scanned")).ToList();
        if (turned) tensors.Reverse();
        int a = NodeContext.Axis(axis, tensors[0].Tensor.Rank + 1);
        return new TensorValue(Tensor.Stack([.. tensors.Select(t => t.Tensor)], a), tensors[0].Type);
    }
}
