namespace Tiny;

/// <summary>What stands beyond the ends of a padded axis.</summary>
public enum PadMode
{
    /// <summary>A constant.</summary>
    Constant,
    /// <summary>The elements mirrored at the outermost one, which is not repeated.</summary>
    Reflect,
    /// <summary>The outermost element again and again.</summary>
    Replicate,
    /// <summary>The elements from the other end.</summary>
    Circular,
}

public sealed partial class Tensor
{
    /// <summary>
    /// Elements added before and after each axis, taken from the tensor itself. Example: [1, 2, 3] by (2, 1) is [3, 2, 1, 2, 3, 2] reflected,
    /// [1, 1, 1, 2, 3, 3] replicated, [2, 3, 1, 2, 3, 1] circular.
    /// </summary>
    /// <exception cref="ShapeException">An edge is negative, or longer than the axis allows: its extent less 1 for reflection, its extent for
    /// circular padding; an axis without elements cannot be padded.</exception>
    public Tensor Pad(ReadOnlySpan<(Dim Before, Dim After)> edges, PadMode mode)
    {
        if (mode == PadMode.Constant) return Pad(edges);
        if (edges.Length != Rank) throw new ShapeException($"Pad: {Shape} has {Rank} axes, {edges.Length} pairs of edges are given");
        using var scope = Origin.Scope("pad");
        var x = this;
        for (int a = 0; a < Rank; a++)
        {
            int before = edges[a].Before, after = edges[a].After;
            if (before == 0 && after == 0) continue;
            int n = Shape[a], most = n == 0 ? 0 : mode switch { PadMode.Reflect => n - 1, PadMode.Circular => n, _ => int.MaxValue };
            if (before < 0 || after < 0 || before > most || after > most)
                throw new ShapeException($"Pad: axis {a} of {Shape} takes {mode} edges of 0 to {most}, not ({before}, {after})");
            x = mode switch
            {
                PadMode.Reflect => Cat([x.Along(a, 1, before + 1).Flip(a), x, x.Along(a, n - 1 - after, n - 1).Flip(a)], a),
                PadMode.Circular => Cat([x.Along(a, n - before, n), x, x.Along(a, 0, after)], a),
                _ => Cat([x.Along(a, 0, 1).RepeatInterleave(before, a), x, x.Along(a, n - 1, n).RepeatInterleave(after, a)], a),
            };
        }
        return x;
    }

    /// <summary>Part of one axis.</summary>
    Tensor Along(int axis, int begin, int end)
    {
        var keep = Shape.Select(d => ((Dim)0, d)).ToArray();
        keep[axis < 0 ? axis + Rank : axis] = (begin, end);
        return new Tensor(Build.Shrink(Node, keep));
    }
}
