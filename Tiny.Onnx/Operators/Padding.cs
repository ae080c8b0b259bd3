using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Elements added around a tensor, or cut off.</summary>
static class Padding
{
    /// <summary>Pad of all opsets: edges and value were attributes before opset 11.</summary>
    public static Results Pad(NodeContext n)
    {
        var x = n[0];
        bool inputs = n.Opset >= 11;
        if (inputs && (!n.IsKnown(1) || n.Has(3) && !n.IsKnown(3)) && (n.ComputesSizes || n.Declared(0) is not null)) return n.Like(SliceByData.Pad(n, n.Declared(0), n.Text("mode", "constant")));
        long[] pads = inputs ? n.Integers(1) : n.Integers("pads") ?? n.Integers("paddings") ?? [];
        int[] axes = inputs && n.Has(3) ? NodeContext.Axes(n.Integers(3), x.Rank) : NodeContext.Axes(null, x.Rank);
        if (pads.Length != 2 * axes.Length) throw NodeContext.Bad($"{pads.Length} edges for {axes.Length} axes");
        var (grow, cut) = (new (Dim, Dim)[x.Rank], x.Shape.Select(d => ((Dim)0, d)).ToArray());
        for (int i = 0; i < axes.Length; i++)
        {
            long before = pads[i], after = pads[axes.Length + i];
            grow[axes[i]] = (Math.Max(0, before), Math.Max(0, after));
            cut[axes[i]] = (Math.Max(0, -before), x.Shape[axes[i]] - Math.Max(0, -after));
        }
        x = x.Shrink(cut);
        return n.Like(n.Text("mode", "constant") switch
        {
            "constant" => Constant(x, grow, inputs ? n.Optional(2) : Tensor.Scalar(n.Float("value", 0), x.DType)),
            "edge" => x.Pad(grow, PadMode.Replicate),
            "reflect" => Reflect(x, grow),
            "wrap" => x.Pad(grow, PadMode.Circular),
            var other => throw NodeContext.Bad($"mode '{other}'"),
        });
    }

    static Tensor Constant(Tensor x, (Dim, Dim)[] edges, Tensor? value)
    {
        var padded = x.Pad(edges);
        if (value is null) return padded;
        // The value may be known at the call only: it stands where a padded true ends.
        var inside = Tensor.Full(x.Shape, true).Pad(edges, false);
        return inside.Where(padded, value.Reshape([]).Cast(x.DType));
    }

    // Edges longer than the axis go back and forth.
    static Tensor Reflect(Tensor x, (Dim Before, Dim After)[] edges)
    {
        for (int a = 0; a < x.Rank; a++)
            while (!edges[a].Before.Is(0) || !edges[a].After.Is(0))
            {
                int most = (int)x.Shape[a] - 1, before = Math.Min((int)edges[a].Before, most), after = Math.Min((int)edges[a].After, most);
                if (most < 1) throw NodeContext.Bad($"axis {a} of {x.Shape} cannot be reflected");
                var step = new (Dim, Dim)[x.Rank];
                step[a] = (before, after);
                x = x.Pad(step, PadMode.Reflect);
                edges[a] = (edges[a].Before - before, edges[a].After - after);
            }
        return x;
    }
}
