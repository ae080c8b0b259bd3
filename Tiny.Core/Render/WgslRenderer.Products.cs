using Tiny.Graph;

namespace Tiny.Render;

/// <summary>
/// Four steps of a sum of vectors, each with another lane of one vector as factor, are a product with a matrix of four columns: the language has that, and a tile's text is a
/// quarter of what it would be.
/// </summary>
public sealed partial class WgslRenderer
{
    sealed record Product(UOp[] Columns, UOp By, int Block);

    // By the last of the four steps; the others are part of it.
    readonly Dictionary<UOp, Product> _products = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<UOp> _parts = new(ReferenceEqualityComparer.Instance);
    // What is read for matrices alone.
    readonly HashSet<UOp> _columns = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<(int Block, UOp, UOp, UOp, UOp), string> _matrices = [];

    void FindProducts()
    {
        var uses = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        int block = 0;
        foreach (var set in Kernel.Code)
        {
            if (set.Op is Op.Range or Op.End) block++;
            if (set.Op != Op.Set || set.Src[1].DType != DType.Float32.Vec(4)) continue;
            var steps = new List<UOp>();
            var u = set.Src[1];
            for (; u.Op == Op.MulAcc && _uses[u] == 1; u = u.Src[2]) steps.Insert(0, u);
            if (u != set.Src[0] || steps.Count == 0 || steps.Count % 4 != 0) continue;
            Product?[] products = [.. steps.Chunk(4).Select(four => ProductOf(four, block))];
            if (products.Contains(null)) continue;
            for (int i = 0; i < products.Length; i++)
            {
                _products[steps[4 * i + 3]] = products[i]!;
                _parts.UnionWith(steps.Skip(4 * i).Take(3));
                foreach (var column in products[i]!.Columns) uses[column] = uses.GetValueOrDefault(column) + 1;
            }
        }
        foreach (var (column, count) in uses)
            if (column.Op == Op.Load && count == _uses[column]) _columns.Add(column);
    }

    static Product? ProductOf(UOp[] steps, int block)
    {
        if (LaneOf(steps[0], 0)?.Src[0] is not { } by) return null;
        var columns = new UOp[steps.Length];
        for (int i = 0; i < steps.Length; i++)
        {
            if (LaneOf(steps[i], i) is not { } lane || lane.Src[0] != by) return null;
            columns[i] = Array.Find([steps[i].Src[0], steps[i].Src[1]], s => !(s.Op == Op.Broadcast && s.Src[0] == lane))!;
        }
        return Array.TrueForAll(columns, c => c is not null) ? new(columns, by, block) : null;
    }

    // The factor of a step that is lane i of a vector, the same in all lanes.
    static UOp? LaneOf(UOp step, int i) =>
        Array.Find([step.Src[0], step.Src[1]], s => s is { Op: Op.Broadcast, Src: [{ Op: Op.Lane, Arg: int lane, Src: [{ DType.Lanes: 4 }] }] } && lane == i)?.Src[0];

    private protected override string? StepText(UOp step, Expression sum)
    {
        if (_parts.Contains(step)) return "";
        if (!_products.TryGetValue(step, out var product)) return null;
        var c = product.Columns;
        if (!_matrices.TryGetValue((product.Block, c[0], c[1], c[2], c[3]), out var matrix))
        {
            _matrices[(product.Block, c[0], c[1], c[2], c[3])] = matrix = NewName("m");
            Line($"let {matrix} = mat4x4f({string.Join(", ", c.Select(x => Written(x).Text))});");
        }
        return $"{sum.Text} += {matrix} * {Written(product.By).Text};";
    }
}
