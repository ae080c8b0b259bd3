using NUnit.Framework;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class ArithmeticTests
{
    static readonly Tensor s_x = Tensor.From([1f, -2f, 3.5f, 0f]);
    static readonly Tensor s_y = Tensor.From([2f, 4f, -0.5f, 8f]);

    [Test]
    public void Four_operations()
    {
        Assert.That((s_x + s_y).Floats(), Is.EqualTo(new[] { 3f, 2f, 3f, 8f }));
        Assert.That((s_x - s_y).Floats(), Is.EqualTo(new[] { -1f, -6f, 4f, -8f }));
        Assert.That((s_x * s_y).Floats(), Is.EqualTo(new[] { 2f, -8f, -1.75f, 0f }));
        Assert.That((s_x / s_y).Floats(), Is.EqualTo(new[] { 0.5f, -0.5f, -7f, 0f }));
        Assert.That((-s_x).Floats(), Is.EqualTo(new[] { -1f, 2f, -3.5f, -0f }));
    }

    [Test]
    public void Constants_on_either_side()
    {
        Assert.That((s_x + 1).Floats(), Is.EqualTo(new[] { 2f, -1f, 4.5f, 1f }));
        Assert.That((1 - s_x).Floats(), Is.EqualTo(new[] { 0f, 3f, -2.5f, 1f }));
        Assert.That((2 * s_x).Floats(), Is.EqualTo(new[] { 2f, -4f, 7f, 0f }));
        Assert.That((1 / s_y).Floats(), Is.EqualTo(new[] { 0.5f, 0.25f, -2f, 0.125f }));
    }

    [Test]
    public void Constants_take_the_tensors_dtype()
    {
        var ints = Tensor.From([1, 2, 3]);
        Assert.That((ints * 2).DType, Is.EqualTo(DType.Int32));
        Assert.That((ints * 0.5).DType, Is.EqualTo(DType.Float32));
        Assert.That((ints * 0.5).Floats(), Is.EqualTo(new[] { 0.5f, 1f, 1.5f }));
        Assert.That((ints / 2).Floats(), Is.EqualTo(new[] { 0.5f, 1f, 1.5f }));
        Assert.That((Tensor.From([1.0, 2.0]) * 0.1f).DType, Is.EqualTo(DType.Float64));
        Assert.That((s_x * 3).DType, Is.EqualTo(DType.Float32));
        Assert.That((Tensor.From([true, false]) + 1).Ints(), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(() => Tensor.From(new byte[] { 1 }) + 300, Throws.TypeOf<DTypeException>().With.Message.Contains("300")
            .And.Message.Contains("uint8"));
    }

    [Test]
    public void Promotion_takes_the_later_dtype_of_a_chain()
    {
        Tensor[] rising = [Tensor.From([true]), Tensor.From(new byte[] { 1 }), Tensor.From([1]), Tensor.From([1L]),
            Tensor.From([1f]), Tensor.From([1.0])];
        for (int i = 0; i < rising.Length; i++)
            for (int j = 0; j < rising.Length; j++)
            {
                var expected = i == 0 && j == 0 ? DType.Int32 : rising[Math.Max(i, j)].DType;
                Assert.That((rising[i] + rising[j]).DType, Is.EqualTo(expected), $"{rising[i]} + {rising[j]}");
            }
    }

    [Test]
    public void Integers_wrap()
    {
        Assert.That((Tensor.From([int.MaxValue]) + 1).Ints(), Is.EqualTo(new[] { int.MinValue }));
        Assert.That((Tensor.From(new byte[] { 200 }) * 2).Same<byte>(), Is.EqualTo(new byte[] { 144 }));
        Assert.That((-Tensor.From([1u])).Same<uint>(), Is.EqualTo(new[] { uint.MaxValue }));
        Assert.That((Tensor.From([1u, 5u]) - Tensor.From([2u, 3u])).Same<uint>(), Is.EqualTo(new[] { uint.MaxValue, 2u }));
        Assert.That((Tensor.From([long.MaxValue]) + 1).Same<long>(), Is.EqualTo(new[] { long.MinValue }));
    }

    [Test]
    public void Floor_division_and_modulo()
    {
        var a = Tensor.From([7, -7, 7, -7, 6]);
        var b = Tensor.From([2, 2, -2, -2, 3]);
        Assert.That(a.FloorDiv(b).Ints(), Is.EqualTo(new[] { 3, -4, -4, 3, 2 }));
        Assert.That(a.Mod(b).Ints(), Is.EqualTo(new[] { 1, 1, -1, -1, 0 }));
        Assert.That(() => s_x.FloorDiv(2), Throws.TypeOf<DTypeException>());
    }

    [Test]
    public void Broadcasting()
    {
        var column = Tensor.From([10f, 20f], 2, 1);
        var row = Tensor.From([1f, 2f, 3f]);
        var sum = column + row;
        Assert.That(sum.Shape, Is.EqualTo(new Shape(2, 3)));
        Assert.That(sum.Floats(), Is.EqualTo(new[] { 11f, 12f, 13f, 21f, 22f, 23f }));
        Assert.That((Tensor.Scalar(2.0) * row).Floats(), Is.EqualTo(new[] { 2f, 4f, 6f }));
        Assert.That((Tensor.Zeros(0, 3) + row).Shape, Is.EqualTo(new Shape(0, 3)));
        Assert.That(() => Tensor.Zeros(2, 3) + Tensor.Zeros(4),
            Throws.TypeOf<ShapeException>().With.Message.EndsWith("Add: shapes [2, 3] and [4] do not broadcast"));
    }

    [Test]
    public void Larger_and_smaller()
    {
        Assert.That(s_x.Maximum(s_y).Floats(), Is.EqualTo(new[] { 2f, 4f, 3.5f, 8f }));
        Assert.That(s_x.Minimum(0.5).Floats(), Is.EqualTo(new[] { 0.5f, -2f, 0.5f, 0f }));
        var nan = Tensor.From([float.NaN, 1f]);
        var other = Tensor.From([1f, float.NaN]);
        Assert.That(nan.Maximum(other).Floats(), Is.All.NaN);
        Assert.That(nan.Minimum(other).Floats(), Is.All.NaN);
        Assert.That(Tensor.From([true, false]).Maximum(Tensor.From([false, false])).Bools(), Is.EqualTo(new[] { true, false }));
        Assert.That(Tensor.From([true, true]).Minimum(Tensor.From([false, true])).Bools(), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public void Bits_and_truth()
    {
        Assert.That((Tensor.From([6, 5]) & Tensor.From([3, 1])).Ints(), Is.EqualTo(new[] { 2, 1 }));
        Assert.That((Tensor.From([6, 5]) | Tensor.From([3, 2])).Ints(), Is.EqualTo(new[] { 7, 7 }));
        Assert.That((Tensor.From([true, true]) ^ Tensor.From([true, false])).Bools(), Is.EqualTo(new[] { false, true }));
        Assert.That((!Tensor.From([true, false])).Bools(), Is.EqualTo(new[] { false, true }));
        Assert.That(() => s_x & s_y, Throws.TypeOf<DTypeException>());
        Assert.That(() => !s_x, Throws.TypeOf<DTypeException>());
    }

    [Test]
    public void Comparisons_are_right_for_NaN()
    {
        var a = Tensor.From([1f, 2f, 2f, float.NaN, 1f, float.NaN]);
        var b = Tensor.From([2f, 1f, 2f, 1f, float.NaN, float.NaN]);
        Assert.That((a < b).Bools(), Is.EqualTo(new[] { true, false, false, false, false, false }));
        Assert.That((a > b).Bools(), Is.EqualTo(new[] { false, true, false, false, false, false }));
        Assert.That((a <= b).Bools(), Is.EqualTo(new[] { true, false, true, false, false, false }));
        Assert.That((a >= b).Bools(), Is.EqualTo(new[] { false, true, true, false, false, false }));
        Assert.That(a.Eq(b).Bools(), Is.EqualTo(new[] { false, false, true, false, false, false }));
        Assert.That(a.Ne(b).Bools(), Is.EqualTo(new[] { true, true, false, true, true, true }));
        Assert.That((Tensor.From([1, 2, 3]) <= 2).Bools(), Is.EqualTo(new[] { true, true, false }));
        Assert.That((Tensor.From([3_000_000_000u]) > 5).Bools(), Is.EqualTo(new[] { true }));
    }

    [Test]
    public void Where_chooses()
    {
        var c = Tensor.From([true, false], 2, 1);
        Assert.That(c.Where(Tensor.From([1f, 2f]), -1).Floats(), Is.EqualTo(new[] { 1f, 2f, -1f, -1f }));
        Assert.That(c.Where(float.NaN, Tensor.From([5f, 6f])).Floats(), Is.EqualTo(new[] { float.NaN, float.NaN, 5f, 6f }));
        Assert.That(c.Where(1, 0).Ints(), Is.EqualTo(new[] { 1, 0 }));
        Assert.That(c.Where(1, 0.5).Floats(), Is.EqualTo(new[] { 1f, 0.5f }));
        Assert.That(() => s_x.Where(1, 2), Throws.TypeOf<DTypeException>().With.Message.Contains("float32"));
    }

    [Test]
    public void TruncDiv_rounds_towards_zero()
    {
        var a = Tensor.From([7, -7, 7, -7, 6, -6, 0, 5, -5, int.MinValue]);
        var b = Tensor.From([2, 2, -2, -2, 3, 3, 4, 0, 0, 1]);
        Assert.That(a.TruncDiv(b).Ints(), Is.EqualTo(new[] { 3, -3, -3, 3, 2, -2, 0, 0, 0, int.MinValue }));
        Assert.That(a.TruncDiv(-3).Ints()[..2], Is.EqualTo(new[] { -2, 2 }));
        Assert.That(Tensor.From<byte>([200, 7], 2).TruncDiv(Tensor.From<byte>([3, 2], 2)).ToArray<byte>(), Is.EqualTo(new byte[] { 66, 3 }));
        Assert.That(() => Tensor.Zeros(1).TruncDiv(a), Throws.TypeOf<DTypeException>());
    }
}
