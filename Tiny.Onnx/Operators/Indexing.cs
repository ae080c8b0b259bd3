using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Elements picked and put by indices that are tensors. Negative indices count from the end.</summary>
static class Indexing
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Gather", n => n.Like(Gather(n[0], n[1], n.Axis("axis", 0, n[0].Rank)))),
        new("GatherElements", n => n.Like(GatherElements(n[0], n[1], n.Axis("axis", 0, n[0].Rank)))),
        new("GatherND", n => n.Like(GatherNd(n[0], n[1], (int)n.Integer("batch_dims", 0)))),
        new("Scatter", n => n.Like(ScatterElements(n))),
        new("ScatterElements", n => n.Like(ScatterElements(n))),
        new("ScatterND", n => n.Like(ScatterNd(n[0], n[1], n[2], n.Text("reduction", "none")))),
        new("TensorScatter", n => n.Like(TensorScatter(n))),
        new("OneHot", OneHot),
        new("NonZero", n => NonZero(n)),
        new("Compress", n => n.Like(Compress(n))),
        new("ArrayFeatureExtractor", n => n.Like(Columns(n[0].Rank == 1 ? n[0].Unsqueeze(0) : n[0], n[1].Flatten())), Domain: "ai.onnx.ml"),
    ];

    /// <summary>Indices along an axis of so many elements, counted from the front, as int32.</summary>
    public static Tensor FromFront(Tensor index, Dim extent)
    {
        var i = Limits.Narrow(index);
        return index.DType.IsUnsigned ? i : i.Lt(0).Where(i + Tensor.Of(extent), i);
    }

    static Tensor Gather(Tensor x, Tensor index, int axis) => x.Take(FromFront(index, x.Shape[axis]), axis);

    static Tensor Columns(Tensor x, Tensor index) => Gather(x, index, x.Rank - 1);

    static Tensor GatherElements(Tensor x, Tensor index, int axis) => x.Gather(axis, FromFront(index, x.Shape[axis]));

    /// <summary>Rows of indices into the first axes as places among those axes' elements in row-major order.</summary>
    static Tensor Places(Tensor index, ReadOnlySpan<Dim> dims)
    {
        Tensor? place = null;
        for (int i = 0; i < dims.Length; i++)
        {
            var at = FromFront(Movement.Part(index, index.Rank - 1, i, i + 1).Squeeze(-1), dims[i]);
            place = place is null ? at : place * Tensor.Of(dims[i]) + at;
        }
        return place ?? Tensor.Zeros(new Shape(index.Shape.Dims[..^1]), DType.Int32);
    }

    static Dim Count(ReadOnlySpan<Dim> dims) => new Shape(dims).Count;

    static Tensor GatherNd(Tensor x, Tensor index, int batch)
    {
        int depth = index.Shape[index.Rank - 1];
        if (batch < 0 || batch >= index.Rank || batch + depth > x.Rank) throw NodeContext.Bad($"indices {index.Shape} with {batch} batch axes do not go with {x.Shape}");
        var lead = x.Shape.Dims[..batch];
        Dim[] rest = [.. x.Shape.Dims[(batch + depth)..]];
        // Batches are places too, each its own.
        Dim batches = Count(lead), each = Count(x.Shape.Dims[batch..(batch + depth)]);
        var place = Places(index, x.Shape.Dims[batch..(batch + depth)]).Reshape([batches, -1]) + Tensor.Arange(batches).Unsqueeze(1) * Tensor.Of(each);
        var flat = x.Reshape([batches * each, .. rest]).Take(place.Flatten());
        return flat.Reshape([.. index.Shape.Dims[..^1], .. rest]);
    }

    static Tensor ScatterElements(NodeContext n)
    {
        var x = n[0];
        int axis = n.Axis("axis", 0, x.Rank);
        return Scatter(x, axis, FromFront(n[1], x.Shape[axis]), n[2], n.Text("reduction", "none"));
    }

    static Tensor Scatter(Tensor x, int axis, Tensor index, Tensor source, string reduction) => reduction switch
    {
        "none" => x.Scatter(axis, index, source),
        "add" => x.ScatterReduce(axis, index, source, ScatterReduction.Sum),
        "mul" => x.ScatterReduce(axis, index, source, ScatterReduction.Prod),
        "max" => x.ScatterReduce(axis, index, source, ScatterReduction.AMax),
        "min" => x.ScatterReduce(axis, index, source, ScatterReduction.AMin),
        _ => throw NodeContext.Bad($"reduction '{reduction}'"),
    };

    static Tensor ScatterNd(Tensor x, Tensor index, Tensor updates, string reduction)
    {
        int depth = index.Shape[index.Rank - 1];
        if (depth > x.Rank) throw NodeContext.Bad($"indices {index.Shape} do not go with {x.Shape}");
        Dim places = Count(x.Shape.Dims[..depth]), rest = Count(x.Shape.Dims[depth..]), rows = Count(index.Shape.Dims[..^1]);
        var place = Places(index, x.Shape.Dims[..depth]).Reshape([rows, 1]).Expand([rows, rest]);
        return Scatter(x.Reshape([places, rest]), 0, place, updates.Reshape([rows, rest]), reduction).Reshape(x.Shape);
    }

    // A cache [batch, ..., length, ...] of which each batch gets new elements from a place of its own on.
    static Tensor TensorScatter(NodeContext n)
    {
        var (cache, update) = (n[0], n[1]);
        int axis = n.Axis("axis", -2, cache.Rank);
        Dim batch = cache.Shape[0], length = cache.Shape[axis], more = update.Shape[axis];
        var start = n.Optional(2)?.Cast(DType.Int32) ?? Tensor.Zeros(new Shape(batch), DType.Int32);
        var index = start.Unsqueeze(1) + Tensor.Arange(more);
        if (n.Text("mode", "linear") == "circular") index = index.Mod(Tensor.Of(length));
        Dim[] along = [.. Enumerable.Range(0, cache.Rank).Select(i => i == 0 ? batch : i == axis ? more : 1)];
        return cache.Scatter(axis, index.Reshape(along).Expand(update.Shape), update);
    }

    static Results OneHot(NodeContext n)
    {
        var values = n[2];
        var index = n[0];
        int axis = n.Axis("axis", -1, index.Rank + 1);
        var classes = n.Counted(n[1].Reshape([]).Cast(DType.Int64), 0, axis);
        var hit = FromFront(index, classes).Unsqueeze(-1).Eq(Tensor.Arange(classes)).MoveDim(-1, axis);
        return hit.Where(Movement.Part(values, 0, 1, 2).Reshape([]), Movement.Part(values, 0, 0, 1).Reshape([]));
    }

    static Tensor NonZero(NodeContext n)
    {
        // Behind an end that data decide there is nothing.
        var x = Movement.Widest(n[0]);
        var count = n.Counted(x.Ne(0).Sum(), 0, 1, x.Numel);
        return Movement.Part(x.Nonzero((int)count.Max, fill: 0), 0, 0, count).Transpose().Cast(DType.Int64);
    }

    static Tensor Compress(NodeContext n)
    {
        var x = n.HasAttribute("axis") ? n[0] : n[0].Flatten();
        int axis = n.Axis("axis", 0, x.Rank);
        var condition = Movement.Widest(n[1]);
        var count = n.Counted(condition.Sum(), 0, axis, condition.Numel);
        return x.Take(Movement.Part(condition.Nonzero((int)count.Max, fill: 0).Flatten(), 0, 0, count), axis);
    }
}
