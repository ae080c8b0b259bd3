using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>
/// Takes the drafts; chooses layouts for buffers whose place in memory is ours to choose: weights, which are arranged once. Parameters and results
/// stay row-major. The one choice so far: a weight that all its readers read inside a reduction, over the axis along which they store, but not
/// element by element (a linear layer's [out, in] over out), is cut into blocks of sixteen along that axis. Then a vector of outputs takes its weights
/// by one load, and the reduction walks them from the first to the last.
/// </summary>
/// <remarks>
/// Measured on one AVX-512 core, a batch of 1 to 128 and 256 to 2,048 channels: 1.0 to 1.3 times as fast as vectors along the reduction. A plain
/// transpose does as well up to 256 channels and is slower beyond (0.6 to 1.0): its rows lie apart by a power of two. The weights of a 1x1
/// convolution, whose vectors lie along the image, gain nothing by any layout (0.6 to 1.0).
/// </remarks>
static class LayoutPass
{
    /// <summary>Floats of the widest vector of any target, so that all of them can use one file.</summary>
    const int Block = 16;

    /// <summary>Vectors of results below which one product would wait for the other.</summary>
    const int FewestVectors = 4;

    /// <param name="fusion">The drafts.</param>
    /// <param name="excepted">Memory that has to stay as it is.</param>
    public static IReadOnlyDictionary<UOp, Layout> Choose(Fusion fusion, IReadOnlySet<Storage>? excepted = null)
    {
        var layouts = new Dictionary<UOp, Layout>(ReferenceEqualityComparer.Instance);
        var loads = fusion.Order.Where(n => n.Op is Op.Param or Op.Buffer || fusion.Drafts.ContainsKey(n))
            .SelectMany(fusion.DemandsOf).Where(d => d.Src.Length == 0).ToLookup(d => d.Draft);
        foreach (var node in fusion.Order)
        {
            if (node is not { Op: Op.Buffer, Arg: Storage storage, DType.Kind: ScalarKind.Float32, Shape.Rank: > 1 } || !fusion.MayBeArranged(node)
                || excepted?.Contains(storage) == true) continue;
            var axes = fusion.DemandsOf(node).Select(d => BlockAxis(d, loads[d.Draft])).Distinct().ToList();
            if (axes is not [>= 0 and var axis]) continue;
            layouts[node] = new Layout(new Axes([axis, .. Enumerable.Range(0, node.Shape.Rank).Where(a => a != axis)]), axis, Block);
        }
        return layouts;
    }

    // The axis of the buffer that is the draft's last loop and should be cut; -1 for none.
    static int BlockAxis(Demand at, IEnumerable<Demand> loads)
    {
        if (Last(at.Draft) is not { } loop || !at.Gate.IsOne || at.Open.Length == 0 || at.Draft.Node.Shape.Size < FewestVectors * Block) return -1;
        int axis = Array.FindIndex(at.Index, i => ReferenceEquals(i, loop));
        if (axis < 0 || loop.Src[0].Int != at.Node.Shape[axis].Max || (loop.Max + 1) % Block != 0 || Step(at, loop) is 0 or 1) return -1;
        // Something walks the reduction, and nothing else would keep the loop from being vectors.
        bool walks = at.Index.Any(at.Open.Contains);
        return walks && loads.All(d => d.Node == at.Node || Step(d, loop) is 0 or 1) ? axis : -1;
    }

    static UOp? Last(Draft draft) => draft.Ranges.LastOrDefault(r => r.Op == Op.Range);

    // How far an access moves in row-major memory for a step of the loop; -1 where that is not the same everywhere.
    static long Step(Demand at, UOp loop)
    {
        if (at.IsFlat || at.Node.Shape.IsSymbolic) return -1;
        long[] strides = [.. at.Node.Shape.Strides().Select(s => s.Max)];
        long step = 0;
        for (int i = 0; i < at.Index.Length; i++)
        {
            var form = LinearForm.Of(at.Index[i]);
            if (form.Terms.Any(t => t.Atom != loop && t.Atom.Topological().Contains(loop))) return -1;
            step += form.Coefficient(loop) * strides[i];
        }
        return at.Gate.Topological().Contains(loop) ? -1 : step;
    }
}
