using NUnit.Framework;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class ReduceTests
{
    static readonly Tensor s_x = Tensor.From([1f, 2f, 3f, 4f, -5f, 6f], 2, 3);

    [Test]
    public void Over_axes()
    {
        Assert.That(s_x.Sum().Floats().Single(), Is.EqualTo(11f));
        Assert.That(s_x.Sum(0).Floats(), Is.EqualTo(new[] { 5f, -3f, 9f }));
        Assert.That(s_x.Sum(-1).Floats(), Is.EqualTo(new[] { 6f, 5f }));
        Assert.That(s_x.Sum(1, keepdim: true).Shape, Is.EqualTo(new Shape(2, 1)));
        Assert.That(s_x.Sum([0, 1], keepdim: true).Shape, Is.EqualTo(new Shape(1, 1)));
        Assert.That(s_x.Max(0).Floats(), Is.EqualTo(new[] { 4f, 2f, 6f }));
        Assert.That(s_x.Min(1).Floats(), Is.EqualTo(new[] { 1f, -5f }));
        Assert.That(s_x.Prod(1).Floats(), Is.EqualTo(new[] { 6f, -120f }));
        Assert.That(s_x.Mean(1).Floats(), Is.EqualTo(new[] { 2f, 5 / 3f }));
        Assert.That(() => s_x.Sum(2), Throws.TypeOf<ShapeException>().With.Message.Contains("axis 2").And.Message.Contains("[2, 3]"));
        Assert.That(() => s_x.Sum([1, -1]), Throws.TypeOf<ShapeException>().With.Message.Contains("twice"));
    }

    [Test]
    public void Middle_axis_and_any_mix()
    {
        var x = Values.Random(1, 3, 4, 5);
        var data = x.Floats();
        foreach (int[] axes in new int[][] { [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2] })
        {
            var expected = new double[60];
            var kept = new SortedSet<int>();
            for (int i = 0; i < 60; i++)
            {
                int[] at = [i / 20, i / 5 % 4, i % 5];
                foreach (int a in axes) at[a] = 0;
                int to = (at[0] * 4 + at[1]) * 5 + at[2];
                expected[to] += data[i];
                kept.Add(to);
            }
            Close.Check(x.Sum(axes).Floats(), [.. kept.Select(k => (float)expected[k])], 1e-6, $"axes {string.Join(",", axes)}");
        }
    }

    [Test]
    public void Dtypes()
    {
        Assert.That(Tensor.From([true, true, false]).Sum().Same<int>().Single(), Is.EqualTo(2));
        Assert.That(Tensor.From(new byte[] { 200, 100 }).Sum().Same<uint>().Single(), Is.EqualTo(300));
        Assert.That(Tensor.From(new short[] { -20000, -20000 }).Sum().Same<int>().Single(), Is.EqualTo(-40000));
        Assert.That(Tensor.From([1, 2]).Mean().Floats().Single(), Is.EqualTo(1.5f));
        Assert.That(Tensor.From([false, true]).Max().Same<bool>().Single(), Is.True);
        Assert.That(Tensor.From([false, true]).Min().Same<bool>().Single(), Is.False);
        Assert.That(Tensor.From([-3, -7]).Max().Same<int>().Single(), Is.EqualTo(-3));
        Assert.That(Tensor.From([1L << 40, 1]).Sum().Same<long>().Single(), Is.EqualTo((1L << 40) + 1));
    }

    [Test]
    public void Nothing_to_reduce()
    {
        Assert.That(Tensor.Zeros(0, 2).Sum(0).Floats(), Is.EqualTo(new float[2]));
        Assert.That(Tensor.Zeros(2, 0).Prod(1).Floats(), Is.EqualTo(new[] { 1f, 1f }));
        Assert.That(() => Tensor.Zeros(2, 0).Max(1), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 0]"));
        Assert.That(Tensor.Scalar(3.0).Sum().Floats().Single(), Is.EqualTo(3f));
        Assert.That(Tensor.From([float.NaN, 1f]).Max().Floats().Single(), Is.NaN);
    }

    [Test]
    public void Variance()
    {
        Assert.That(s_x.Var(1).Floats(), Is.EqualTo(new[] { 1f, 103 / 3f }).Within(1e-5));
        Assert.That(s_x.Var(1, correction: 0).Floats(), Is.EqualTo(new[] { 2 / 3f, 206 / 9f }).Within(1e-5));
    }

    [Test]
    public void Position_of_the_largest()
    {
        Assert.That(s_x.ArgMax(0).Ints(), Is.EqualTo(new[] { 1, 0, 1 }));
        Assert.That(s_x.ArgMax(-1, keepdim: true).Shape, Is.EqualTo(new Shape(2, 1)));
        Assert.That(s_x.ArgMax().Same<int>().Single(), Is.EqualTo(5));
        Assert.That(Tensor.From([3, 7, 7, 1]).ArgMax().Same<int>().Single(), Is.EqualTo(1), "the first of equals");
        Assert.That(Tensor.From([3f, float.NaN, 9f]).ArgMax().Same<int>().Single(), Is.EqualTo(1), "NaN counts as largest");
        Assert.That(Tensor.From([false, true]).ArgMax().Same<int>().Single(), Is.EqualTo(1));
    }

    [Test]
    public void Softmax_does_not_overflow()
    {
        var x = Tensor.From([1000f, 1001f, 1002f, -1f, 0f, 1f], 2, 3);
        double[] e = [Math.Exp(-2), Math.Exp(-1), 1];
        double sum = e.Sum();
        float[] row = [.. e.Select(v => (float)(v / sum))];
        Close.Check(x.Softmax().Floats(), [.. row, .. row], 1e-6);
        float[] logs = [.. e.Select(v => (float)Math.Log(v / sum))];
        Close.Check(x.LogSoftmax(1).Floats(), [.. logs, .. logs], 1e-6);
        Close.Check(x.LogSumExp(1).Floats(), [(float)(1002 + Math.Log(sum)), (float)(1 + Math.Log(sum))], 1e-6);
        Assert.That(x.LogSumExp(0).Shape, Is.EqualTo(new Shape(3)));
        Assert.That(Tensor.Full(new Shape(2), double.NegativeInfinity).LogSumExp().Floats().Single(), Is.EqualTo(float.NegativeInfinity));
    }
}
