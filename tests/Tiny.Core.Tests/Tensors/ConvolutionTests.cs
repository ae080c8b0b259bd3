using NUnit.Framework;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class ConvolutionTests
{
    // stride, dilation, groups, top, bottom, left, right, window height, window width
    [TestCase(1, 1, 1, 0, 0, 0, 0, 3, 3)]
    [TestCase(1, 1, 1, 1, 1, 1, 1, 3, 3)]
    [TestCase(2, 1, 1, 0, 1, 0, 1, 3, 3)]
    [TestCase(2, 1, 1, 1, 1, 1, 1, 3, 3)]
    [TestCase(3, 1, 2, 2, 0, 1, 3, 3, 2)]
    [TestCase(1, 2, 1, 2, 2, 2, 2, 3, 3)]
    [TestCase(2, 3, 4, 3, 2, 0, 4, 2, 3)]
    [TestCase(1, 1, 4, 1, 1, 1, 1, 3, 3)]
    [TestCase(1, 1, 1, 0, 0, 0, 0, 1, 1)]
    [TestCase(2, 1, 1, 0, 0, 0, 0, 1, 1)]
    [TestCase(3, 1, 1, 0, 0, 0, 0, 1, 2)]
    [TestCase(2, 1, 1, 0, 0, 0, 0, 2, 2)]
    [TestCase(5, 1, 1, 0, 0, 0, 0, 7, 8)]
    [TestCase(9, 1, 1, 3, 3, 3, 3, 7, 5)]
    [TestCase(20, 1, 1, 0, 0, 0, 0, 7, 8)]
    public void Two_axes(int stride, int dilation, int groups, int top, int bottom, int left, int right, int kh, int kw)
    {
        const int N = 2, Ins = 4, Outs = 8, H = 7, W = 8;
        var x = Values.Random(1, N, Ins, H, W);
        var w = Values.Random(2, Outs, Ins / groups, kh, kw);
        var b = Values.Random(3, Outs);
        var y = x.Conv2d(w, b, stride, ((top, bottom), (left, right)), dilation, groups);

        int oh = (H + top + bottom - dilation * (kh - 1) - 1) / stride + 1, ow = (W + left + right - dilation * (kw - 1) - 1) / stride + 1;
        Assert.That(y.Shape, Is.EqualTo(new Shape(N, Outs, oh, ow)));
        float[] xs = x.Floats(), ws = w.Floats(), bs = b.Floats(), expected = new float[N * Outs * oh * ow];
        int to = 0;
        for (int n = 0; n < N; n++)
            for (int o = 0; o < Outs; o++)
                for (int i = 0; i < oh; i++)
                    for (int j = 0; j < ow; j++)
                    {
                        double sum = bs[o];
                        for (int c = 0; c < Ins / groups; c++)
                            for (int p = 0; p < kh; p++)
                                for (int q = 0; q < kw; q++)
                                {
                                    int r = i * stride + p * dilation - top, s = j * stride + q * dilation - left;
                                    if (r < 0 || r >= H || s < 0 || s >= W) continue;
                                    int channel = o / (Outs / groups) * (Ins / groups) + c;
                                    sum += (double)xs[((n * Ins + channel) * H + r) * W + s] * ws[((o * (Ins / groups) + c) * kh + p) * kw + q];
                                }
                        expected[to++] = (float)sum;
                    }
        Close.Check(y.Floats(), expected, 1e-6);
    }

    [TestCase(1, 1, 0, 0, 3)]
    [TestCase(2, 2, 3, 1, 3)]
    [TestCase(4, 1, 0, 0, 2)]
    [TestCase(128, 1, 0, 64, 60)]
    public void One_axis(int stride, int dilation, int left, int right, int kernel)
    {
        const int Ins = 3, Outs = 2, L = 100;
        var (x, w) = (Values.Random(1, 1, Ins, L), Values.Random(2, Outs, Ins, kernel));
        var y = x.Conv1d(w, null, stride, (left, right), dilation);
        int length = (L + left + right - dilation * (kernel - 1) - 1) / stride + 1;
        float[] xs = x.Floats(), ws = w.Floats(), expected = new float[Outs * length];
        for (int o = 0; o < Outs; o++)
            for (int i = 0; i < length; i++)
            {
                double sum = 0;
                for (int c = 0; c < Ins; c++)
                    for (int k = 0; k < kernel; k++)
                        if (i * stride + k * dilation - left is >= 0 and < L and var at) sum += (double)xs[c * L + at] * ws[(o * Ins + c) * kernel + k];
                expected[o * length + i] = (float)sum;
            }
        Assert.That(y.Shape, Is.EqualTo(new Shape(1, Outs, length)));
        Close.Check(y.Floats(), expected, 1e-6);
    }

    [Test]
    public void Three_axes_of_ones_count()
    {
        var y = Tensor.Ones(1, 2, 3, 4, 5).Conv(Tensor.Ones(1, 2, 2, 2, 2), null, [1, 1, 1], [(0, 0), (1, 0), (0, 0)], [1, 1, 1]);
        Assert.That(y.Shape, Is.EqualTo(new Shape(1, 1, 2, 4, 4)));
        Assert.That(y[0, 0, 0, 0, 0].Floats().Single(), Is.EqualTo(8f), "one row is padding");
        Assert.That(y[0, 0, 1, 3, 3].Floats().Single(), Is.EqualTo(16f));
    }

    [Test]
    public void Integers_convolve()
    {
        var y = Tensor.Arange(4).Reshape(1, 1, 4).Conv1d(Tensor.From([1, -1], 1, 1, 2));
        Assert.That(y.Ints(), Is.EqualTo(new[] { -1, -1, -1 }));
    }

    [Test]
    public void Misfits_name_both_shapes()
    {
        var x = Tensor.Zeros(1, 3, 28, 28);
        Assert.That(() => x.Conv2d(Tensor.Zeros(8, 1, 3, 3)), Throws.TypeOf<ShapeException>()
            .With.Message.EndsWith("Conv2d: input [1, 3, 28, 28] has 3 channels, weight [8, 1, 3, 3] takes 1 x 1 group"));
        Assert.That(() => x.Conv2d(Tensor.Zeros(8, 3, 30, 3)), Throws.TypeOf<ShapeException>().With.Message.Contains("[8, 3, 30, 3]")
            .And.Message.Contains("[1, 3, 28, 28]"));
        Assert.That(() => x.Conv2d(Tensor.Zeros(8, 1, 3, 3), groups: 3), Throws.TypeOf<ShapeException>().With.Message.Contains("3 groups"));
        Assert.That(() => x.Conv2d(Tensor.Zeros(8, 3, 3)), Throws.TypeOf<ShapeException>());
        Assert.That(() => x[0].Conv2d(Tensor.Zeros(8, 3, 3, 3)), Throws.TypeOf<ShapeException>().With.Message.Contains("[3, 28, 28]"));
        Assert.That(() => x.Conv2d(Tensor.Zeros(8, 3, 3, 3), Tensor.Zeros(7)), Throws.TypeOf<ShapeException>()
            .With.Message.Contains("[7]"));
        Assert.That(() => x.Conv2d(Tensor.Zeros(8, 3, 3, 3), stride: 0), Throws.TypeOf<ShapeException>().With.Message.Contains("stride 0"));
    }

    [TestCase(2, 2, 0, 1)]
    [TestCase(3, 2, 1, 1)]
    [TestCase(3, 1, 1, 2)]
    [TestCase(2, 3, 0, 1)]
    public void Pooling(int kernel, int stride, int padding, int dilation)
    {
        const int H = 9, W = 7;
        var x = Values.Random(4, 2, 3, H, W) - 2; // all negative: padding must not win
        var xs = x.Floats();
        var max = x.MaxPool2d(kernel, stride, padding, dilation);
        int Out(int extent, int gap) => (extent + 2 * padding - gap * (kernel - 1) - 1) / stride + 1;
        var largest = new List<float>();
        var (mean, inner) = (new List<float>(), new List<float>());
        for (int c = 0; c < 6; c++)
        {
            foreach (var window in Cells(dilation)) largest.Add(window.Max(at => xs[c * H * W + at]));
            foreach (var window in Cells(1))
            {
                mean.Add((float)(window.Sum(at => (double)xs[c * H * W + at]) / (kernel * kernel)));
                inner.Add((float)window.Average(at => (double)xs[c * H * W + at]));
            }
        }
        Assert.That(max.Shape, Is.EqualTo(new Shape(2, 3, Out(H, dilation), Out(W, dilation))));
        Close.Check(max.Floats(), [.. largest], 0);
        Close.Check(x.AvgPool2d(kernel, stride, padding).Floats(), [.. mean], 1e-6);
        Close.Check(x.AvgPool2d(kernel, stride, padding, countPadding: false).Floats(), [.. inner], 1e-6);

        IEnumerable<List<int>> Cells(int gap)
        {
            for (int i = 0; i < Out(H, gap); i++)
                for (int j = 0; j < Out(W, gap); j++)
                {
                    var inside = new List<int>();
                    for (int p = 0; p < kernel; p++)
                        for (int q = 0; q < kernel; q++)
                            if (i * stride + p * gap - padding is >= 0 and < H and var r
                                && j * stride + q * gap - padding is >= 0 and < W and var s) inside.Add(r * W + s);
                    yield return inside;
                }
        }
    }

    [Test]
    public void Pooling_of_integers()
    {
        var x = Tensor.From([-5, -3, -9, -7], 1, 1, 2, 2);
        Assert.That(x.MaxPool2d(2, padding: 1).Ints(), Is.EqualTo(new[] { -5, -3, -9, -7 }));
        Assert.That(x.AvgPool2d(2).Floats().Single(), Is.EqualTo(-6f));
        Assert.That(() => x.MaxPool2d(3), Throws.TypeOf<ShapeException>().With.Message.Contains("[1, 1, 2, 2]"));
    }
}
