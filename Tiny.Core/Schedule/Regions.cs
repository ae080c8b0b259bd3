using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>Which elements kernels write and read, for those that write a part of memory in place.</summary>
static class Regions
{
    /// <summary>Bounds of the index in each dimension of memory.</summary>
    public static (long Min, long Max)[] Box(Shape shape, UOp flat, Rewriter simplify)
    {
        // Of places that depend on a variable nothing is known.
        if (shape.IsSymbolic) return [];
        var strides = shape.Strides();
        var box = new (long, long)[shape.Rank];
        for (int i = 0; i < box.Length; i++)
        {
            if (shape[i].Is(1)) continue;
            var index = simplify.Run(i == 0 ? flat / (long)strides[i] : flat / (long)strides[i] % (long)shape[i]);
            box[i] = (index.Min, index.Max);
        }
        return box;
    }

    /// <summary>No element is in both.</summary>
    public static bool Apart((long Min, long Max)[] a, (long Min, long Max)[] b)
    {
        for (int i = 0; i < a.Length; i++)
            if (a[i].Max < b[i].Min || b[i].Max < a[i].Min) return true;
        return false;
    }

    /// <summary>Of its own memory an update reads, in an iteration, the element that it then writes, or elements that it never writes.</summary>
    public static bool ReadsOnlyWhatItWrites(KernelBody update, Rewriter simplify)
    {
        var store = update.Sink.Src[0];
        (long, long)[]? written = null;
        foreach (var load in update.Sink.Topological().Where(u => u.Op == Op.Load && (int)u.Src[0].Arg! == 0))
        {
            if (ReferenceEquals(load.Src[1], store.Src[1]) && load.Src.Length == 2) continue;
            var shape = update.Buffers[0].Shape;
            written ??= Box(shape, store.Src[1], simplify);
            if (!Apart(written, Box(shape, load.Src[1], simplify))) return false;
        }
        return true;
    }
}
