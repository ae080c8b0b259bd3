using NUnit.Framework;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class StatisticsTests
{
    static readonly Tensor s_x = Tensor.From([1f, 2f, 3f, 4f, -5f, 6f], 2, 3);

    [Test]
    public void Any_and_all()
    {
        var x = Tensor.From([0f, float.NaN, 0f, 0f, 1f, 2f], 2, 3);
        Assert.That(x.Any(1).Bools(), Is.EqualTo(new[] { true, true }));
        Assert.That(x.All(0).Bools(), Is.EqualTo(new[] { false, true, false }));
        Assert.That(x.Any().Bools().Single(), Is.True);
        Assert.That(x.All([0, 1], keepdim: true).Shape, Is.EqualTo(new Shape(1, 1)));
        Assert.That(Tensor.From([256, 0]).Any().Bools().Single(), Is.True);
        Assert.That(Tensor.From([true, false]).All().Bools().Single(), Is.False);
        Assert.That(Tensor.Zeros(2, 0).Any(1).Bools(), Is.EqualTo(new[] { false, false }));
        Assert.That(Tensor.Zeros(2, 0).All(1).Bools(), Is.EqualTo(new[] { true, true }));
        Assert.That(() => x.All(2), Throws.TypeOf<ShapeException>().With.Message.Contains("All").And.Message.Contains("[2, 3]"));
    }

    [Test]
    public void All_close()
    {
        Assert.That(s_x.AllClose(s_x + 1e-7f).Bools().Single(), Is.True);
        Assert.That(s_x.AllClose(Tensor.From([1f, 2f, 3.1f])).Bools().Single(), Is.False);
    }

    [Test]
    public void Position_of_the_smallest()
    {
        Assert.That(s_x.ArgMin(0).Ints(), Is.EqualTo(new[] { 0, 1, 0 }));
        Assert.That(s_x.ArgMin().Ints().Single(), Is.EqualTo(4));
        Assert.That(s_x.ArgMin(-1, keepdim: true).Shape, Is.EqualTo(new Shape(2, 1)));
        Assert.That(Tensor.From([int.MaxValue, int.MinValue, int.MinValue]).ArgMin().Ints().Single(), Is.EqualTo(1));
        Assert.That(Tensor.From([3u, 0u]).ArgMin().Ints().Single(), Is.EqualTo(1));
        Assert.That(Tensor.From([true, false]).ArgMin().Ints().Single(), Is.EqualTo(1));
        Assert.That(Tensor.From([3f, float.NaN, -9f]).ArgMin().Ints().Single(), Is.EqualTo(1));
    }

    [Test]
    public void Deviation_and_mean()
    {
        var (std, mean) = s_x.StdMean(1);
        Close.Check(std.Floats(), [1f, (float)Math.Sqrt(103 / 3.0)], 1e-6);
        Close.Check(mean.Floats(), [2f, 5 / 3f], 1e-6);
        var (var, _) = s_x.VarMean([0, 1], keepdim: true, correction: 0);
        Assert.That(var.Shape, Is.EqualTo(new Shape(1, 1)));
        Close.Check(var.Floats(), [(float)(91 / 6.0 - 121 / 36.0)], 1e-6);
    }

    [Test]
    public void Smallest_gets_most()
    {
        double[] e = [Math.Exp(-1), Math.Exp(-2), Math.Exp(-3)];
        Close.Check(Tensor.From([1f, 2f, 3f]).Softmin().Floats(), [.. e.Select(v => (float)(v / e.Sum()))], 1e-6);
    }

    [Test]
    public void Logarithm_of_sums_over_axes()
    {
        var x = Values.Random(3, 2, 3, 4);
        float[] data = x.Floats(), expected = new float[3];
        for (int j = 0; j < 3; j++)
            expected[j] = (float)Math.Log(Enumerable.Range(0, 8).Sum(k => Math.Exp(data[k / 4 * 12 + j * 4 + k % 4])));
        Close.Check(x.LogSumExp([0, 2]).Floats(), expected, 1e-6);
        Assert.That(x.LogSumExp([0, -1], keepdim: true).Shape, Is.EqualTo(new Shape(1, 3, 1)));
    }

    [Test]
    public void Unit_norms()
    {
        var x = Tensor.From([3f, 4f, 0f, 0f], 2, 2);
        Close.Check(x.Normalize().Floats(), [0.6f, 0.8f, 0, 0], 1e-6);
        Close.Check(x.Normalize(1).Floats(), [3 / 7f, 4 / 7f, 0, 0], 1e-6);
        Close.Check(x.Normalize(double.PositiveInfinity).Floats(), [0.75f, 1, 0, 0], 1e-6);
        double cube = Math.Cbrt(27 + 64);
        Close.Check(x.Normalize(3).Floats(), [(float)(3 / cube), (float)(4 / cube), 0, 0], 1e-5);
        Assert.That(() => x.Normalize(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
