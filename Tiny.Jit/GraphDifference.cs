using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Jit;

/// <summary>
/// Compares two captures of one method. They differ when the method does not do the same each time: it counts, reads a clock, draws random
/// numbers, or changes a field that it depends on. Such a method cannot be exported as one program.
/// </summary>
static class GraphDifference
{
    /// <summary>The first node in which two graphs differ, described; null when they are equal.</summary>
    public static string? Find(IReadOnlyList<UOp> first, IReadOnlyList<UOp> second)
    {
        var (a, b) = (Walk.Topological(first), Walk.Topological(second));
        var partner = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            var (x, y) = (a[i], b[i]);
            bool same = x.Op == y.Op && x.DType == y.DType && x.Src.Length == y.Src.Length && SameArgument(x.Arg, y.Arg)
                && x.Src.Zip(y.Src).All(pair => ReferenceEquals(partner[pair.First], pair.Second));
            if (!same) return $"'{Describe(x)}' the first time, '{Describe(y)}' the second";
            partner[x] = y;
        }
        return a.Count == b.Count ? null : $"{a.Count} operations the first time, {b.Count} the second";
    }

    // Tensors made inside the method are new objects each time; what counts is what they hold.
    static bool SameArgument(object? x, object? y) => (x, y) switch
    {
        (Storage s, Storage t) => ReferenceEquals(s, t) || s.Shape.Equals(t.Shape) && s.ToHost().Span.SequenceEqual(t.ToHost().Span),
        _ => Equals(x, y),
    };

    static string Describe(UOp u) => u.Op == Op.Const ? $"constant {((Constant)u.Arg!).Text(u.DType)}"
        : u.Op == Op.Buffer ? $"tensor {u.DType}{u.Shape}" : $"{u.Origin ?? u.Op.ToString()} {u.DType}{u.Shape}";
}
