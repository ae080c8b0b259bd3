namespace Tiny;

/// <summary>
/// The dtype that two operands meet in: the least that lies above both in one lattice, so that the order of operands and of operations
/// does not matter. <c>docs/dtypes.md</c> shows it.
/// </summary>
static class Promotion
{
    static readonly ScalarKind[] s_all = [.. Enum.GetValues<ScalarKind>().Where(k => k != ScalarKind.Void)];
    static readonly ScalarKind[,] s_joins = Joins();

    /// <summary>The dtype that both become.</summary>
    public static DType Join(DType a, DType b) => new(s_joins[(int)a.Kind, (int)b.Kind]);

    // The kinds directly above. Values fit but for three steps: int64 to uint64 (which wraps), uint64 to floats, and 8-bit floats, whose
    // step to float16 is chosen so that two different ones meet there.
    static ScalarKind[] Above(ScalarKind kind) => kind switch
    {
        ScalarKind.Bool => [ScalarKind.Int8, ScalarKind.UInt8],
        ScalarKind.Int8 => [ScalarKind.Int16],
        ScalarKind.UInt8 => [ScalarKind.Int16, ScalarKind.UInt16],
        ScalarKind.Int16 => [ScalarKind.Int32],
        ScalarKind.UInt16 => [ScalarKind.Int32, ScalarKind.UInt32],
        ScalarKind.Int32 => [ScalarKind.Int64],
        ScalarKind.UInt32 => [ScalarKind.Int64],
        ScalarKind.Int64 => [ScalarKind.UInt64],
        ScalarKind.UInt64 => [ScalarKind.Float8E4M3, ScalarKind.Float8E5M2, ScalarKind.BFloat16],
        ScalarKind.Float8E4M3 or ScalarKind.Float8E5M2 => [ScalarKind.Float16],
        ScalarKind.Float16 or ScalarKind.BFloat16 => [ScalarKind.Float32],
        ScalarKind.Float32 => [ScalarKind.Float64],
        _ => [],
    };

    static ScalarKind[,] Joins()
    {
        var above = new Dictionary<ScalarKind, HashSet<ScalarKind>>();
        foreach (var kind in s_all) Close(kind);
        int n = (int)s_all.Max() + 1;
        var joins = new ScalarKind[n, n];
        foreach (var a in s_all)
            foreach (var b in s_all)
            {
                var both = above[a].Intersect(above[b]).ToArray();
                joins[(int)a, (int)b] = both.Single(least => both.All(above[least].Contains));
            }
        return joins;

        // A kind and all above it; as deep as the lattice is high.
        HashSet<ScalarKind> Close(ScalarKind kind) =>
            above.TryGetValue(kind, out var known) ? known : above[kind] = [kind, .. Above(kind).SelectMany(Close)];
    }
}
