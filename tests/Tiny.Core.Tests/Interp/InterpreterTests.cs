using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Tests.Interp;

/// <summary>The interpreter, one node at a time, against values worked out by hand.</summary>
[TestFixture]
public sealed class InterpreterTests
{
    [Test]
    public void Floats_are_rounded_once_at_every_node()
    {
        // 1 + 2^-24 rounds to 1 in float32; in one double computation the sum would be 2^-23.
        var tiny = Leaf([MathF.Pow(2, -24)]);
        var sum = Leaf([1f]) + tiny + tiny + Leaf([-1f]);
        Assert.That(Floats(sum), Is.EqualTo(new[] { 0f }));
        // A reduction is kept in double until its end.
        float[] many = [1f, .. Enumerable.Repeat(MathF.Pow(2, -24), 2), -1f];
        Assert.That(Floats(Reduce(Leaf(many), Op.Add)), Is.EqualTo(new[] { MathF.Pow(2, -23) }));
    }

    [Test]
    public void Integer_operations()
    {
        UOp a = Leaf([6, -7, 8, int.MinValue]), b = Leaf([3, 2, -3, -1]);
        Assert.That(Ints(a.Alu(Op.FloorDiv, b)), Is.EqualTo(new[] { 2, -4, -3, int.MinValue }));
        Assert.That(Ints(a.Alu(Op.FloorMod, b)), Is.EqualTo(new[] { 0, 1, -1, 0 }));
        Assert.That(Ints(a.Alu(Op.Xor, b)), Is.EqualTo(new[] { 6 ^ 3, -7 ^ 2, 8 ^ -3, int.MinValue ^ -1 }));
        Assert.That(Ints(a.Alu(Op.Max, b)), Is.EqualTo(new[] { 6, 2, 8, -1 }));
        Assert.That(Ints(a.Alu(Op.Min, b)), Is.EqualTo(new[] { 3, -7, -3, int.MinValue }));
        Assert.That(Ints(a.Alu(Op.Neg)), Is.EqualTo(new[] { -6, 7, -8, int.MinValue }));
        Assert.That(Ints(UOp.New(Op.MulAcc, DType.Int32, null, a, b, b)),
            Is.EqualTo(new[] { 21, -12, -27, unchecked(int.MinValue * -1 - 1) }));
        UOp by = Leaf([1, 2, 3, 31]);
        Assert.That(Ints(a.Alu(Op.Shl, by)), Is.EqualTo(new[] { 12, -28, 64, 0 }));
        Assert.That(Ints(a.Alu(Op.Shr, by)), Is.EqualTo(new[] { 3, -2, 1, -1 }));
        Assert.That(Run<uint>(Leaf([0x80000000u]).Alu(Op.Shr, Leaf([31u]))), Is.EqualTo(new[] { 1u }));
        Assert.That(Run<uint>(Leaf([0x80000001u]).Alu(Op.Shl, Leaf([1u]))), Is.EqualTo(new[] { 2u }));
        Assert.That(Run<long>(Leaf([long.MinValue]).Alu(Op.FloorDiv, Leaf([-1L]))), Is.EqualTo(new[] { long.MinValue }));
        Assert.That(Run<bool>(Leaf([0x80000000u]).Lt(Leaf([1u]))), Is.EqualTo(new[] { false }));
    }

    [Test]
    public void Float_operations()
    {
        UOp a = Leaf([1f, float.NaN, -0f, 9f]), b = Leaf([float.NaN, 1f, 0f, 4f]);
        Assert.That(Floats(a.Alu(Op.Max, b)), Is.EqualTo(new[] { float.NaN, float.NaN, 0f, 9f }));
        Assert.That(Floats(a.Alu(Op.Min, b)), Is.EqualTo(new[] { float.NaN, float.NaN, -0f, 4f }));
        Assert.That(Floats(a.Alu(Op.Sqrt))[3], Is.EqualTo(3f));
        Assert.That(Floats(Leaf([-1.5f, 2.5f]).Alu(Op.Trunc)), Is.EqualTo(new[] { -1f, 2f }));
        Assert.That(Floats(Leaf([1f, 2f]).Alu(Op.Div, Leaf([0f, 3f]))), Is.EqualTo(new[] { float.PositiveInfinity, 2f / 3f }));
        // In one rounding: 1 + 2^-12 squared is 1 + 2^-11 + 2^-24, of which a product alone loses the last part.
        float e = 1 + MathF.Pow(2, -12);
        var fused = UOp.New(Op.MulAcc, DType.Float32, null, Leaf([e]), Leaf([e]), Leaf([-1f]));
        Assert.That(Floats(fused), Is.EqualTo(new[] { MathF.Pow(2, -11) + MathF.Pow(2, -24) }));
        Assert.That(Run<int>(Leaf([1f, -0f]).Bitcast(DType.Int32)), Is.EqualTo(new[] { 0x3F800000, int.MinValue }));
        Assert.That(() => Floats(a.Alu(Op.Xor, b)), Throws.InvalidOperationException);
    }

    [Test]
    public void Movements_compose()
    {
        var x = Leaf([.. Enumerable.Range(0, 24)], 2, 3, 4);
        var flipped = UOp.New(Op.Flip, DType.Int32, new Axes(0, 2), x);
        var cut = UOp.New(Op.Shrink, DType.Int32, new Edges((0, 2), (1, 3), (1, 3)), flipped);
        var turned = UOp.New(Op.Permute, DType.Int32, new Axes(2, 0, 1), cut);
        var flat = UOp.New(Op.Reshape, DType.Int32, new Shape(8), turned);
        var padded = UOp.New(Op.Pad, DType.Int32, new Edges((1, 1)), flat);
        int[] expected = [0, .. from k in new[] { 2, 1 } from i in new[] { 1, 0 } from j in new[] { 1, 2 } select (i * 3 + j) * 4 + k, 0];
        Assert.That(Ints(padded), Is.EqualTo(expected));
    }

    [Test]
    public void Reductions()
    {
        var x = Leaf([3, -1, 4, 1, -5, 9], 2, 3);
        Assert.That(Ints(Reduce(x, Op.Add, 0)), Is.EqualTo(new[] { 4, -6, 13 }));
        Assert.That(Ints(Reduce(x, Op.Mul, 1)), Is.EqualTo(new[] { -12, -45 }));
        Assert.That(Ints(Reduce(x, Op.Max, 0, 1)), Is.EqualTo(new[] { 9 }));
        Assert.That(Ints(Reduce(x, Op.Min, 1)), Is.EqualTo(new[] { -1, -5 }));
        Assert.That(Floats(Reduce(Leaf([1f, float.NaN, 3f]), Op.Max)), Is.All.NaN);
        Assert.That(Floats(Reduce(Leaf([-1f, -2f]), Op.Max)), Is.EqualTo(new[] { -1f }));
        Assert.That(Ints(Reduce(Leaf([int.MaxValue, 1]), Op.Add)), Is.EqualTo(new[] { int.MinValue }));
        // Longer than one working row.
        Assert.That(Ints(Reduce(Leaf([.. Enumerable.Range(0, 5000)], 2, 2500), Op.Add, 1)),
            Is.EqualTo(new[] { 2500 * 2499 / 2, 2500 * 2500 + 2500 * 2499 / 2 }));
    }

    // Values that only a reduction reads are not kept; they are rounded and wrap as if they were.
    [Test]
    public void What_a_reduction_reads_is_rounded_first()
    {
        float x = 1 + MathF.Pow(2, -12), y = 1 + MathF.Pow(2, -11);
        UOp product = Leaf([x, 1f]).Alu(Op.Mul, Leaf([x, -y]));
        Assert.That(Floats(Reduce(product, Op.Add)), Is.EqualTo(new[] { 0f }));
        Assert.That(Run<sbyte>(Reduce(Leaf(new sbyte[] { 100, 3 }).Alu(Op.Mul, Leaf(new sbyte[] { 2, 1 })), Op.Max)), Is.EqualTo(new sbyte[] { 3 }));
        // Another reader, or being a result itself, changes nothing.
        var both = Interpreter.Evaluate([Reduce(product, Op.Add), product]);
        Assert.That(MemoryMarshal.Cast<byte, float>(both[1].Copied()).ToArray(), Is.EqualTo(new[] { y, -y }));
        Assert.That(MemoryMarshal.Cast<byte, float>(both[0].Copied()).ToArray(), Is.EqualTo(new[] { 0f }));
    }

    [Test]
    public void A_reduction_does_not_keep_what_it_reads()
    {
        // 4,000,000 products of 4 bytes.
        UOp a = Tensor.Arange(2000).Cast(DType.Float32).Realize().Node, row = UOp.New(Op.Reshape, a.DType, new Shape(1, 2000), a), column = UOp.New(Op.Reshape, a.DType, new Shape(2000, 1), a);
        var whole = new Shape(2000, 2000);
        var product = UOp.New(Op.Expand, a.DType, whole, row).Alu(Op.Mul, UOp.New(Op.Expand, a.DType, whole, column));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long most = MemoryLimit.Most;
        MemoryLimit.Most = MemoryLimit.Used + 1_000_000;
        try
        {
            Assert.That(Floats(Reduce(product, Op.Add, 0, 1)), Is.EqualTo(new[] { 1999f * 1000 * 1999 * 1000 }));
        }
        finally
        {
            MemoryLimit.Most = most;
        }
    }

    // Rows lie along the longest axis where the last one is short, and end with elements that fill no vector.
    [TestCase(3, 150, 5, 2), TestCase(1029, 3), TestCase(2, 67, 3)]
    public void Every_axis_may_be_the_longest(params int[] shape)
    {
        int count = shape.Aggregate(1, (a, b) => a * b);
        float[] numbers = [.. Enumerable.Range(0, count).Select(i => i % 251 - 100f)];
        int[] order = [.. Enumerable.Range(0, shape.Length).Reverse()];
        UOp x = Leaf(numbers, shape), turned = UOp.New(Op.Permute, x.DType, new Axes(order), x);
        var back = UOp.New(Op.Permute, x.DType, new Axes(order), turned.Alu(Op.Mul, turned));
        Assert.That(Floats(back), Is.EqualTo(numbers.Select(n => n * n)));
        for (int axis = 0; axis < shape.Length; axis++)
        {
            int inner = shape[(axis + 1)..].Aggregate(1, (a, b) => a * b), n = shape[axis];
            var sums = Enumerable.Range(0, count / n).Select(k => Enumerable.Range(0, n).Sum(j => numbers[(k / inner * n + j) * inner + k % inner]));
            Assert.That(Floats(Reduce(turned, Op.Add, shape.Length - 1 - axis)).Order(), Is.EqualTo(sums.Order()), $"axis {axis}");
        }
    }

    [Test]
    public void Parameters()
    {
        var p = UOp.New(Op.Param, DType.Int32, [], new ParamArg(0, "x", new Shape(2)));
        Assert.That(() => Interpreter.Evaluate(p), Throws.TypeOf<TinyJitException>().With.Message.Contains("'x'"));
        Assert.That(() => Interpreter.Evaluate(p, _ => OwnedMemory.Of<int>([1])), Throws.TypeOf<ShapeException>()
            .With.Message.Contains("8 bytes"));
        var result = Interpreter.Evaluate(p + p, a => OwnedMemory.Of<int>([a.Slot + 5, 7]));
        Assert.That(MemoryMarshal.Cast<byte, int>(result.Copied()).ToArray(), Is.EqualTo(new[] { 10, 14 }));
    }

    [Test]
    public void Results_are_memory_of_their_own()
    {
        var x = Leaf([1, 2, 3, 4], 2, 2);
        var sum = x + x;
        var same = UOp.New(Op.Reshape, DType.Int32, new Shape(4), sum);
        var results = Interpreter.Evaluate([x, sum, same, sum]);
        Assert.That(results.Distinct().Count(), Is.EqualTo(4));
        Assert.That(results[0], Is.Not.SameAs(((Storage)x.Arg!).Host));
        foreach (var r in results.Skip(1)) Assert.That(MemoryMarshal.Cast<byte, int>(r.Copied()).ToArray(), Is.EqualTo(new[] { 2, 4, 6, 8 }));
    }

    [Test]
    public void Kernel_operations_are_refused() =>
        Assert.That(() => Interpreter.Evaluate(UOp.New(Op.Sink, DType.Void, [])), Throws.InvalidOperationException
            .With.Message.Contains("Sink"));

    static UOp Leaf<T>(T[] data, params int[] shape) where T : unmanaged => Tensor.From(data, shape).Node;

    static UOp Reduce(UOp x, Op op, params int[] axes) => UOp.New(Op.Reduce, x.DType,
        new ReduceArg(op, new Axes(axes.Length > 0 ? axes : [0])), x);

    static float[] Floats(UOp node) => Run<float>(node);
    static int[] Ints(UOp node) => Run<int>(node);

    static T[] Run<T>(UOp node) where T : unmanaged
    {
        var memory = Interpreter.Evaluate(node);
        var result = MemoryMarshal.Cast<byte, T>(memory.Copied()).ToArray();
        GC.KeepAlive(memory);
        return result;
    }
}
