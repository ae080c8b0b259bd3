using NUnit.Framework;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class ScanTests
{
    // One level, two, three; whole rows and not.
    [TestCase(1), TestCase(7), TestCase(64), TestCase(65), TestCase(100), TestCase(251), TestCase(256), TestCase(257), TestCase(1000), TestCase(1024), TestCase(4097)]
    public void Running_sum_of_integers(int n)
    {
        var random = new Random(n);
        int[] data = [.. Enumerable.Range(0, n).Select(_ => random.Next())];
        int[] expected = new int[n];
        for (int i = 0, sum = 0; i < n; i++) expected[i] = sum = unchecked(sum + data[i]);
        Assert.That(Tensor.From(data).CumSum().Ints(), Is.EqualTo(expected));
    }

    [TestCase(0), TestCase(1), TestCase(2)]
    public void Along_any_axis(int axis)
    {
        var random = new Random(axis);
        int[] shape = [2, 3, 4];
        shape[axis] = 70;
        int[] data = [.. Enumerable.Range(0, shape[0] * shape[1] * shape[2]).Select(_ => random.Next(-9, 10))];
        int step = shape[(axis + 1)..].Aggregate(1, (a, b) => a * b);
        int[] sum = [.. data], product = [.. data], max = [.. data], min = [.. data];
        for (int i = 0; i < data.Length; i++)
        {
            if (i / step % shape[axis] == 0) continue;
            sum[i] += sum[i - step];
            product[i] = unchecked(product[i] * product[i - step]);
            max[i] = Math.Max(max[i], max[i - step]);
            min[i] = Math.Min(min[i], min[i - step]);
        }
        var x = Tensor.From(data, shape);
        Assert.That(x.CumSum(axis).Ints(), Is.EqualTo(sum));
        Assert.That(x.CumProd(axis - 3).Ints(), Is.EqualTo(product));
        Assert.That(x.CumMax(axis).Ints(), Is.EqualTo(max));
        Assert.That(x.CumMin(axis).Ints(), Is.EqualTo(min));
        Assert.That(x.Gt(7).CumMax(axis).Bools(), Is.EqualTo(max.Select(m => m > 7)));
        Assert.That(() => x.CumSum(3), Throws.TypeOf<ShapeException>().With.Message.Contains("axis 3"));
    }

    [Test]
    public void What_comes_later_does_not_count()
    {
        float inf = float.PositiveInfinity;
        Assert.That(Tensor.From([1f, 2f, inf, -inf, 1f]).CumSum().Floats(), Is.EqualTo(new[] { 1f, 3f, inf, float.NaN, float.NaN }));
        Assert.That(Tensor.From([1f, -2f, float.NaN, 7f]).CumMax().Floats(), Is.EqualTo(new[] { 1f, 1f, float.NaN, float.NaN }));
        Assert.That(Tensor.From([true, true, false]).CumSum().Ints(), Is.EqualTo(new[] { 1, 2, 2 }));
        Assert.That(Tensor.Zeros(0, 3).CumSum().Shape, Is.EqualTo(new Shape(0, 3)));
        Assert.That(Tensor.Ones(new Shape(3000), DType.Int32).CumSum().Ints(), Is.EqualTo(Enumerable.Range(1, 3000)));
    }

    [Test]
    public void A_million_elements()
    {
        var random = new Random(1);
        var data = new float[1_000_000];
        for (int i = 0; i < data.Length; i++) data[i] = random.NextSingle() - 0.4f;
        var expected = new float[data.Length];
        double sum = 0;
        for (int i = 0; i < data.Length; i++) expected[i] = (float)(sum += data[i]);
        Close.Check(Tensor.From(data).CumSum().ToArray<float>(), expected, 1e-5);
    }
}
