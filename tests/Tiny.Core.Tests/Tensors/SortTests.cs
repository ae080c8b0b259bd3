using NUnit.Framework;

namespace Tiny.Tests.Tensors;

/// <summary>Sorting, the largest few, and draws that rest on it, against .NET's stable ordering.</summary>
[TestFixture]
public sealed class SortTests
{
    // Counted, merged from runs, not a power of two; many equal elements, so that order among them shows.
    [TestCase(1), TestCase(2), TestCase(37), TestCase(1024), TestCase(1025), TestCase(2048), TestCase(3001)]
    public void In_order_and_stable(int n)
    {
        var random = new Random(n);
        int[] data = [.. Enumerable.Range(0, n).Select(_ => random.Next(-n / 3, n / 3 + 1))];
        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => data[i])], back = [.. Enumerable.Range(0, n).OrderByDescending(i => data[i])];
        var (values, indices) = Tensor.From(data).Sort();
        Assert.That(indices.ToArray<int>(), Is.EqualTo(order));
        Assert.That(values.ToArray<int>(), Is.EqualTo(order.Select(i => data[i])));
        Assert.That(Tensor.From(data).Argsort(descending: true).ToArray<int>(), Is.EqualTo(back));
    }

    [Test]
    public void The_interpreter_agrees([Values(60, 1100)] int n)
    {
        var x = Values.Random(n, n);
        float[] expected = [.. x.ToArray<float>().Order()];
        Assert.That(x.Sort().Values.Floats(), Is.EqualTo(expected));
        Assert.That(x.TopK(5).Values.Floats(), Is.EqualTo(expected.Reverse().Take(5)));
    }

    [Test]
    public void Special_floats([Values] bool descending)
    {
        float inf = float.PositiveInfinity, nan = float.NaN;
        var x = Tensor.From([nan, 1f, -0f, inf, 0f, -inf, BitConverter.Int32BitsToSingle(-1), -2.5f, float.Epsilon, -float.Epsilon]);
        int[] expected = descending ? [3, 1, 8, 2, 4, 9, 7, 5, 0, 6] : [5, 7, 9, 2, 4, 8, 1, 3, 0, 6];
        Assert.That(x.Argsort(descending: descending).Ints(), Is.EqualTo(expected), "NaN last, zeros equal");
        Assert.That(x.Cast(DType.Float64).Argsort(descending: descending).Ints(), Is.EqualTo(expected));
        Assert.That(x.TopK(3, largest: descending).Indices.Ints(), Is.EqualTo(expected[..3]));
    }

    [Test]
    public void Dtypes()
    {
        void Check<T>(params T[] data) where T : unmanaged
        {
            int[] up = [.. Enumerable.Range(0, data.Length).OrderBy(i => data[i])], down = [.. Enumerable.Range(0, data.Length).OrderByDescending(i => data[i])];
            Assert.That(Tensor.From(data).Argsort().Ints(), Is.EqualTo(up), typeof(T).Name);
            Assert.That(Tensor.From(data).Argsort(descending: true).Ints(), Is.EqualTo(down), typeof(T).Name);
            Assert.That(Tensor.From(data).Sort().Values.Same<T>(), Is.EqualTo(up.Select(i => data[i])));
            // The same through a network: all others are larger than none.
            var many = Tensor.Cat([Tensor.From(data), Tensor.Full(new Shape(1100), Element.TypeOf<T>("") == DType.Bool ? true : 1, Element.TypeOf<T>(""))]);
            T[] all = many.ToArray<T>();
            Assert.That(many.Argsort().ToArray<int>(), Is.EqualTo(Enumerable.Range(0, all.Length).OrderBy(i => all[i])), typeof(T).Name);
            Assert.That(many.TopK(4).Indices.ToArray<int>(), Is.EqualTo(Enumerable.Range(0, all.Length).OrderByDescending(i => all[i]).Take(4)), typeof(T).Name);
        }
        Check<sbyte>(-128, 127, 0, -1, 3);
        Check<byte>(255, 0, 7);
        Check<short>(short.MinValue, short.MaxValue, -4);
        Check<uint>(uint.MaxValue, 0u, 1u << 31, 5u);
        Check<int>(int.MinValue, int.MaxValue, 0, -1);
        Check<long>(long.MinValue, long.MaxValue, 0, 1L << 40);
        Check<ulong>(ulong.MaxValue, 0, 1UL << 63, 9UL);
        Check<bool>(true, false, true);
        Check<Half>((Half)2, (Half)(-3), Half.PositiveInfinity);
        Check<double>(1.5, double.NegativeInfinity, -1e300);
    }

    [Test]
    public void Along_any_axis([Values(0, 1, 2)] int axis)
    {
        var x = Values.Random(5, 4, 5, 6);
        float[] data = x.ToArray<float>();
        int n = (int)x.Shape[axis], step = new[] { 30, 6, 1 }[axis];
        float[] expected = [.. data];
        for (int i = 0; i < data.Length; i++)
        {
            if (i / step % n != 0) continue;
            float[] line = [.. Enumerable.Range(0, n).Select(j => data[i + j * step]).Order()];
            for (int j = 0; j < n; j++) expected[i + j * step] = line[j];
        }
        Assert.That(x.Sort(axis).Values.Floats(), Is.EqualTo(expected));
        var (values, indices) = x.TopK(2, axis - 3, largest: false);
        Assert.That(values.Shape, Is.EqualTo(x.Shape.With(axis, 2)));
        Assert.That(x.Gather(axis, indices).Floats(), Is.EqualTo(values.Floats()));
        Assert.That(values.Max(axis).Floats(), Is.EqualTo(Tensor.From(expected, 4, 5, 6).Take(Tensor.Scalar(1), axis).Floats()));
    }

    [Test]
    public void The_largest_of_many([Values(1, 40, 64, 200)] int k)
    {
        var random = new Random(k);
        int[] data = [.. Enumerable.Range(0, 2 * 20_000).Select(_ => random.Next(1000))];
        var (values, indices) = Tensor.From(data, 2, 20_000).TopK(k);
        int[] at = indices.ToArray<int>(), found = values.ToArray<int>();
        for (int row = 0; row < 2; row++)
        {
            int[] expected = [.. Enumerable.Range(0, 20_000).OrderByDescending(i => data[row * 20_000 + i]).Take(k)];
            Assert.That(at[(row * k)..((row + 1) * k)], Is.EqualTo(expected));
            Assert.That(found[(row * k)..((row + 1) * k)], Is.EqualTo(expected.Select(i => data[row * 20_000 + i])));
        }
    }

    [Test]
    public void Edges_and_errors()
    {
        Assert.That(Tensor.Zeros(0, 3).Sort(0).Values.Shape, Is.EqualTo(new Shape(0, 3)));
        Assert.That(Tensor.Zeros(3, 0).TopK(2, 0).Indices.Shape, Is.EqualTo(new Shape(2, 0)));
        Assert.That(Tensor.Zeros(3).TopK(0).Values.Floats(), Is.Empty);
        Assert.That(() => Tensor.Zeros(3).TopK(4), Throws.TypeOf<ShapeException>().With.Message.Contains("4 elements").And.Message.Contains("[3]"));
        Assert.That(() => Tensor.Zeros(3).Sort(1), Throws.TypeOf<ShapeException>().With.Message.Contains("axis 1"));
        Assert.That(() => Tensor.Zeros((1 << 20) + 1).Argsort(), Throws.TypeOf<ShapeException>().With.Message.Contains("1048576"));
    }

    [Test]
    public void Random_order()
    {
        int[] order = Tensor.RandPerm(500, 3).Ints();
        Assert.That(order.Order(), Is.EqualTo(Enumerable.Range(0, 500)));
        Assert.That(order, Is.Not.Ordered);
        Assert.That(Tensor.RandPerm(0).Ints(), Is.Empty);
        Assert.That(() => Tensor.RandPerm(-1), Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void Weighted_draws()
    {
        var weights = Tensor.From([1f, 0, 3, 0, 4, 0, 1, 1], 2, 4);
        int[] drawn = weights.Multinomial(4000, replacement: true, seed: 5).Ints();
        double Part(int row, int place) => drawn[(row * 4000)..((row + 1) * 4000)].Count(d => d == place) / 4000.0;
        double[] expected = [0.25, 0, 0.75, 0, 4 / 6.0, 0, 1 / 6.0, 1 / 6.0];
        for (int i = 0; i < 8; i++) Assert.That(Part(i / 4, i % 4), Is.EqualTo(expected[i]).Within(expected[i] == 0 ? 0 : 0.03));
        // Without replacement: the first as before, and none twice.
        var pairs = Tensor.From([1f, 2, 5]).Expand(3000, 3).Multinomial(2, seed: 6).Ints();
        Assert.That(Enumerable.Range(0, 3000).All(i => pairs[2 * i] != pairs[2 * i + 1]));
        Assert.That(Enumerable.Range(0, 3000).Count(i => pairs[2 * i] == 2) / 3000.0, Is.EqualTo(5 / 8.0).Within(0.03));
        Assert.That(Enumerable.Range(0, 3000).Count(i => pairs[2 * i] == 2 && pairs[2 * i + 1] == 1) / 3000.0, Is.EqualTo(5 / 8.0 * 2 / 3).Within(0.03));
        Assert.That(() => Tensor.Ones(3).Multinomial(4), Throws.TypeOf<ShapeException>().With.Message.Contains("[3]"));
    }
}
