using System.Collections.Immutable;
using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Sequences and optional values: how many there are is known, so they are bookkeeping, and no kernel.</summary>
static class Sequences
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("SequenceEmpty", n => new SequenceValue([])),
        new("SequenceConstruct", n => new SequenceValue([.. Enumerable.Range(0, n.Count).Select(i => n.Value<OnnxValue>(i))])),
        new("SequenceLength", n => Tensor.Scalar((long)Items(n).Count, DType.Int64)),
        new("SequenceAt", n => IsData(n, 1) ? At(n) : Items(n)[Place(n, 1, Items(n).Count)]),
        new("SequenceInsert", n => IsData(n, 2) ? Inserted(n) : new SequenceValue(Shared(n).Insert(End(n), n.Value<OnnxValue>(1)))),
        new("SequenceErase", n => IsData(n, 1) ? Erased(n) : new SequenceValue(Shared(n).RemoveAt(Last(n)))),
        new("ConcatFromSequence", Concat),
        new("SplitToSequence", Split),
        new("SequenceMap", Map),
        new("Optional", n => new OptionalValue(n.At(0))),
        new("OptionalHasElement", n => Tensor.Scalar(n.At(0) is not (null or OptionalValue { Item: null }))),
        new("OptionalGetElement", n => n.At(0) is OptionalValue o ? o.Item ?? throw NodeContext.Bad("there is no element") : n.Value<OnnxValue>(0)),
    ];

    // Places that data decide, in a graph that is built before these are known: which item it is, is computed.
    static bool IsData(NodeContext n, int input) => n.Has(input) && n.ComputesSizes && !n.CanRead(input);

    static TensorValue Either(NodeContext n, Tensor condition, OnnxValue a, OnnxValue b) => Control.Either(n, condition, a, b)
        ?? throw new OnnxUnsupportedException($"data decide between {a} and {b}");

    static OnnxValue At(NodeContext n)
    {
        var items = Items(n);
        if (items.Count == 0) throw NodeContext.Bad("there is no item in an empty sequence");
        var place = Indexing.FromFront(n[1].Reshape([]), items.Count);
        return Enumerable.Range(1, items.Count - 1).Aggregate(items[0], (value, i) => Either(n, place.Eq(i), items[i], value));
    }

    static SequenceValue Inserted(NodeContext n)
    {
        var (items, value) = (Items(n), n.Value<OnnxValue>(1));
        var place = Indexing.FromFront(n[2].Reshape([]), items.Count);
        OnnxValue Here(int i) => i == 0 ? value : Either(n, place.Eq(i), value, items[i - 1]);
        return new([.. Enumerable.Range(0, items.Count + 1).Select(i => i == items.Count ? Here(i) : Either(n, place.Gt(i), items[i], Here(i)))]);
    }

    static SequenceValue Erased(NodeContext n)
    {
        var items = Items(n);
        if (items.Count == 0) throw NodeContext.Bad("there is no item in an empty sequence");
        var place = Indexing.FromFront(n[1].Reshape([]), items.Count);
        return new([.. Enumerable.Range(0, items.Count - 1).Select(i => Either(n, place.Gt(i), items[i], items[i + 1]))]);
    }

    static IReadOnlyList<OnnxValue> Items(NodeContext n) => n.Value<SequenceValue>(0).Items;

    static int Place(NodeContext n, int input, int count)
    {
        long at = n.Integer(input);
        if (at < 0) at += count;
        return at >= 0 && at < count ? (int)at : throw NodeContext.Bad($"there is no item {at} among {count}");
    }

    // Here the place may be behind the last.
    static int End(NodeContext n) => n.Has(2) ? n.Integer(2) == Items(n).Count ? Items(n).Count : Place(n, 2, Items(n).Count) : Items(n).Count;

    // The place that is named, else the last.
    static int Last(NodeContext n) => n.Has(1) ? Place(n, 1, Items(n).Count) : Items(n).Count > 0 ? Items(n).Count - 1 : throw NodeContext.Bad("there is no item in an empty sequence");

    // A list that shares what stays with the one that it comes from: sequences grow item by item, and each of them may be asked for again.
    static ImmutableList<OnnxValue> Shared(NodeContext n) => Items(n) as ImmutableList<OnnxValue> ?? [.. Items(n)];

    // The body for each item; of other inputs sequences give an item each, and tensors are the same for all.
    static Results Map(NodeContext n)
    {
        var inputs = Enumerable.Range(0, n.Count).Select(n.At).ToList();
        int count = Items(n).Count;
        if (inputs.Any(i => i is SequenceValue s && s.Items.Count != count)) throw NodeContext.Bad("sequences differ in length");
        var results = Enumerable.Range(0, count).Select(i => n.Run("body", [.. inputs.Select(x => x is SequenceValue s ? s.Items[i] : x)])).ToList();
        return new([.. Enumerable.Range(0, n.Outputs).Select(o =>
            new SequenceValue([.. results.Select(r => r[o] ?? throw NodeContext.Bad($"the body gives no output {o}"))]))]);
    }

    static Results Concat(NodeContext n)
    {
        var tensors = Items(n).Select(v => v as TensorValue ?? throw new OnnxUnsupportedException($"a sequence of {v}")).ToList();
        if (tensors.Count == 0) throw NodeContext.Bad("the sequence is empty");
        Tensor[] all = [.. tensors.Select(t => t.Tensor)];
        bool stacks = n.Flag("new_axis");
        int axis = NodeContext.Axis(n.Integer("axis"), all[0].Rank + (stacks ? 1 : 0));
        return new TensorValue(stacks ? Tensor.Stack(all, axis) : Tensor.Cat(all, axis), tensors[0].Type);
    }

    static Results Split(NodeContext n)
    {
        var x = n[0];
        int axis = n.Axis("axis", 0, x.Rank);
        if (IsData(n, 1) && n[1].Rank == 1) return new SequenceValue([.. SliceByData.Split(n, axis).Select(part => n.Like(part))]);
        int length = x.Shape[axis];
        long[] given = n.Has(1) ? n.Integers(1) : [1];
        // One number is the size of each part; the last may be shorter.
        long each = given[0];
        if (given.Length == 1 && each < 1) throw NodeContext.Bad($"parts of {each}");
        n.LayOut(given.Length > 1 ? given.Length : length / each);
        long[] sizes = n.Has(1) && n[1].Rank == 1 ? given : [.. Enumerable.Range(0, (int)((length + each - 1) / each)).Select(i => Math.Min(each, length - i * each))];
        var parts = x.Split([.. sizes.Select(s => (Dim)s)], axis);
        bool keeps = n.Has(1) || n.Flag("keepdims", true);
        return new SequenceValue([.. parts.Select(p => n.Like(keeps ? p : p.Squeeze(axis)))]);
    }
}
