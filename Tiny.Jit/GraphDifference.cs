using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Jit;

/// <summary>
/// Compares two captures of one method. They differ when the method does not do the same each time: it counts, reads a clock, draws random
/// numbers, or changes a field that it depends on. Such a method cannot be exported as one program.
/// </summary>
static class GraphDifference
{
    /// <summary>What two captures do differently, described; null when they do the same.</summary>
    /// <param name="first">One.</param>
    /// <param name="second">The other.</param>
    /// <param name="sameMemory">Tensors that they read are the same only if they are one.</param>
    public static string? Find(Traced first, Traced second, bool sameMemory = false)
    {
        if (first.Result.Key != second.Result.Key) return $"it returned '{first.Result.Key}' the first time, '{second.Result.Key}' the second";
        if (!first.WrittenInputs.Select(w => w.Name).SequenceEqual(second.WrittenInputs.Select(w => w.Name))
            || !first.WrittenStates.Select(w => w.Cell).SequenceEqual(second.WrittenStates.Select(w => w.Cell))) return "it wrote other tensors the first time than the second";
        for (int i = 0; i < first.Result.Tensors.Count; i++)
            if (first.AliasOf(i) != second.AliasOf(i)) return "one of a tensor from outside and a computed result was returned the first time, the other the second";
        return Find(first.Graph, second.Graph, sameMemory);
    }

    static string? Find(IReadOnlyList<UOp> first, IReadOnlyList<UOp> second, bool sameMemory)
    {
        var (a, b) = (Walk.Topological(first), Walk.Topological(second));
        var partner = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            var (x, y) = (a[i], b[i]);
            bool same = x.Op == y.Op && x.DType == y.DType && x.Src.Length == y.Src.Length && SameArgument(x.Arg, y.Arg, sameMemory)
                && x.Src.Zip(y.Src).All(pair => ReferenceEquals(partner[pair.First], pair.Second));
            if (!same) return $"'{Describe(x)}' the first time, '{Describe(y)}' the second";
            partner[x] = y;
        }
        if (a.Count != b.Count) return $"{a.Count} operations the first time, {b.Count} the second";
        // The same nodes may be in other places: swapped, or one of them twice.
        return first.Count == second.Count && first.Zip(second).All(pair => ReferenceEquals(partner[pair.First], pair.Second)) ? null
            : "the same values were in other places the second time";
    }

    // Tensors made inside the method are new objects each time; what counts is what they hold.
    static bool SameArgument(object? x, object? y, bool sameMemory) => (x, y) switch
    {
        (Storage s, Storage t) => ReferenceEquals(s, t) || !sameMemory && s.Shape.Equals(t.Shape) && SameBytes(s.ToHost(), t.ToHost()),
        _ => Equals(x, y),
    };

    static bool SameBytes(HostMemory x, HostMemory y)
    {
        bool same = x.Span.SequenceEqual(y.Span);
        GC.KeepAlive((x, y));
        return same;
    }

    static string Describe(UOp u) => u.Op == Op.Const ? $"constant {((Constant)u.Arg!).Text(u.DType)}"
        : u.Op == Op.Buffer ? $"tensor {u.DType}{u.Shape}" : $"{u.Origin ?? u.Op.ToString()} {u.DType}{u.Shape}";
}
