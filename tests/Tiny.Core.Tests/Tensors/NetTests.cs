using NUnit.Framework;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class NetTests
{
    [Test]
    public void Pools_of_one_axis([Values(1, 2, 3)] int kernel, [Values(1, 2, 3)] int stride, [Values(1, 2)] int dilation, [Values] bool ceil, [Values(0, 1)] int padding)
    {
        const int n = 9;
        if (padding > kernel / 2) return;
        var x = Values.Random(kernel * 7 + stride, 2, n);
        var data = x.Floats();
        List<float> max = [], mean = [], inner = [];
        for (int row = 0; row < 2; row++)
            for (int start = -padding; ; start += stride)
            {
                int end = start + dilation * (kernel - 1);
                // A window past the end counts with ceil, if it begins inside and the one before has left something.
                if (end >= n + padding && (!ceil || start >= n || end - stride == n + padding - 1)) break;
                int[] all = [.. Enumerable.Range(0, kernel).Select(k => start + k * dilation)];
                float[] inside = [.. all.Where(i => i is >= 0 and < n).Select(i => data[row * n + i])];
                if (inside.Length == 0) inside = [float.NegativeInfinity];
                max.Add(inside.Max());
                mean.Add((float)(inside.Sum(v => float.IsFinite(v) ? (double)v : 0) / all.Count(i => i < n + padding)));
                inner.Add((float)inside.Average(v => (double)v));
                if (end >= n + padding) break;
            }
        Close.Check(x.MaxPool1d(kernel, stride, padding, dilation, ceil).Floats(), [.. max], 0);
        Close.Check(x.AvgPool1d(kernel, stride, padding, dilation: dilation, ceil: ceil).Floats(), [.. mean], 1e-6);
        if (inner.TrueForAll(float.IsFinite))
            Close.Check(x.AvgPool1d(kernel, stride, padding, countPadding: false, dilation: dilation, ceil: ceil).Floats(), [.. inner], 1e-6);
    }

    [Test]
    public void Pools_of_three_axes()
    {
        var x = Tensor.From([.. Enumerable.Range(0, 48).Select(i => (float)i)], 1, 3, 4, 4);
        Assert.That(x.MaxPool3d((2, 2, 2)).Floats(), Is.EqualTo(new[] { 21f, 23f, 29f, 31f }));
        Assert.That(x.MaxPool3d((2, 2, 2), ceil: true).Shape, Is.EqualTo(new Shape(1, 2, 2, 2)));
        Assert.That(x.AvgPool3d((2, 2, 2)).Floats(), Is.EqualTo(new[] { 10.5f, 12.5f, 18.5f, 20.5f }));
        Assert.That(x.AvgPool3d((2, 2, 2), ceil: true).Floats()[4..], Is.EqualTo(new[] { 34.5f, 36.5f, 42.5f, 44.5f }));
        Assert.That(() => Tensor.Zeros(3, 3).MaxPool3d(2), Throws.TypeOf<ShapeException>().With.Message.Contains("MaxPool3d").And.Message.Contains("[3, 3]"));
    }

    [Test]
    public void Convolution_of_three_axes()
    {
        Tensor x = Values.Random(1, 1, 2, 3, 4, 3), w = Values.Random(2, 2, 2, 2, 3, 2);
        float[] a = x.Floats(), b = w.Floats();
        var expected = new List<float>();
        for (int o = 0; o < 2; o++)
            for (int z = 0; z < 2; z++)
                for (int y = 0; y < 4; y++)
                    for (int q = 0; q < 2; q++)
                    {
                        double sum = 0;
                        for (int c = 0; c < 2; c++)
                            for (int k = 0; k < 12; k++)
                            {
                                int dz = k / 6, dy = k / 2 % 3 - 1, dx = k % 2;
                                if (y + dy is >= 0 and < 4) sum += (double)a[((c * 3 + z + dz) * 4 + y + dy) * 3 + q + dx] * b[((o * 2 + c) * 12) + k];
                            }
                        expected.Add((float)sum);
                    }
        Close.Check(x.Conv3d(w, padding: (0, 1, 0)).Floats(), [.. expected], 1e-6);
        Assert.That(() => Tensor.Zeros(1, 2, 3, 3).Conv3d(w), Throws.TypeOf<ShapeException>().With.Message.Contains("Conv3d"));
    }

    [Test]
    public void Transposed_convolution([Values(1, 2, 3)] int stride, [Values(0, 1, 2)] int padding, [Values(1, 2)] int dilation, [Values(1, 2)] int groups)
    {
        const int n = 2, ins = 4, each = 3, length = 5, window = 3;
        int extra = stride - 1, result = (length - 1) * stride + dilation * (window - 1) + 1 - 2 * padding + extra;
        Tensor x = Values.Random(stride + 3 * padding, n, ins, length), w = Values.Random(dilation, ins, each, window), bias = Values.Random(7, each * groups);
        float[] a = x.Floats(), b = w.Floats(), c = bias.Floats();
        var sums = new double[n * each * groups * result];
        for (int i = 0; i < sums.Length; i++) sums[i] = c[i / result % (each * groups)];
        // Each element is spread over what its window reaches.
        for (int image = 0; image < n; image++)
            for (int i = 0; i < ins; i++)
                for (int o = 0; o < each; o++)
                    for (int l = 0; l < length; l++)
                        for (int k = 0; k < window; k++)
                        {
                            int at = l * stride + k * dilation - padding, channel = i / (ins / groups) * each + o;
                            if (at >= 0 && at < result)
                                sums[(image * each * groups + channel) * result + at] += (double)a[(image * ins + i) * length + l] * b[(i * each + o) * window + k];
                        }
        var y = x.ConvTranspose1d(w, bias, stride, padding, extra, dilation, groups);
        Close.Check(y.Floats(), [.. sums.Select(s => (float)s)], 1e-6);
        // Two axes of which one is only one element long.
        var flat = x.Unsqueeze(2).ConvTranspose2d(w.Unsqueeze(2), bias, (1, stride), ((0, 0), (padding, padding)), (0, extra), (1, dilation), groups);
        Close.Check(flat.Floats(), y.Floats(), 1e-6);
    }

    [Test]
    public void Transposed_convolution_of_more_axes()
    {
        // With the window as long as the stride nothing overlaps: each element becomes its own window.
        var x = Tensor.From([1f, 2f, 3f, 4f], 1, 1, 2, 2);
        var w = Tensor.From([1f, 10f, 100f, 1000f], 1, 1, 2, 2);
        Assert.That(x.ConvTranspose2d(w, stride: 2).Floats(), Is.EqualTo(new[] { 1f, 10, 2, 20, 100, 1000, 200, 2000, 3, 30, 4, 40, 300, 3000, 400, 4000 }));
        Assert.That(x.Unsqueeze(2).ConvTranspose3d(w.Unsqueeze(2), stride: 2).Floats(), Is.EqualTo(x.ConvTranspose2d(w, stride: 2).Floats()));
        Assert.That(() => x.ConvTranspose2d(Tensor.Zeros(2, 1, 2, 2)), Throws.TypeOf<ShapeException>().With.Message.Contains("ConvTranspose2d").And.Message.Contains("[2, 1, 2, 2]"));
        Assert.That(() => x.ConvTranspose2d(w, outputPadding: 1), Throws.TypeOf<ShapeException>().With.Message.Contains("output padding"));
    }

    [Test]
    public void Sums_of_products()
    {
        Tensor a = Values.Random(1, 3, 4), b = Values.Random(2, 4, 5), v = Values.Random(3, 4), s = Values.Random(4, 4, 4), t = Values.Random(5, 2, 4, 3);
        Close.Check(Tensor.Einsum("ij,jk->ik", a, b).Floats(), a.MatMul(b).Floats(), 1e-6);
        Close.Check(Tensor.Einsum("ij,jk", a, b).Floats(), a.MatMul(b).Floats(), 1e-6);
        Close.Check(Tensor.Einsum("ii", s).Floats(), [s.Diagonal().Floats().Sum()], 1e-6);
        Close.Check(Tensor.Einsum("ii -> i", s).Floats(), s.Diagonal().Floats(), 0);
        Close.Check(Tensor.Einsum("ij->ji", a).Floats(), a.Transpose().Floats(), 0);
        Close.Check(Tensor.Einsum("i,j->ji", v, v + 1).Floats(), ((v + 1).Unsqueeze(1) * v).Floats(), 1e-6);
        Close.Check(Tensor.Einsum("i,ij,j->", v, s, v).Floats(), v.MatMul(s).MatMul(v).Reshape(1).Floats(), 1e-6);
        Close.Check(Tensor.Einsum("bij,jk->bik", t.Transpose(1, 2), b).Floats(), t.Transpose(1, 2).MatMul(b).Floats(), 1e-6);
        Close.Check(Tensor.Einsum("...ij,...jk->...ik", t.Transpose(1, 2), b).Floats(), t.Transpose(1, 2).MatMul(b).Floats(), 1e-6);
        Close.Check(Tensor.Einsum("...i->...", a).Floats(), a.Sum(1).Floats(), 1e-6);
        Assert.That(Tensor.Einsum("ij,kj->ik", Tensor.From([1, 2, 3, 4], 2, 2), Tensor.From([1, 1], 1, 2)).Ints(), Is.EqualTo(new[] { 3, 7 }));
        Assert.That(() => Tensor.Einsum("ij,jk->ik", a, a), Throws.TypeOf<ShapeException>().With.Message.Contains("j of"));
        Assert.That(() => Tensor.Einsum("ij->ik", a), Throws.ArgumentException);
        Assert.That(() => Tensor.Einsum("ijk", a), Throws.TypeOf<ShapeException>().With.Message.Contains("[3, 4]"));
        Assert.That(() => Tensor.Einsum("ij,jk", a), Throws.ArgumentException.With.Message.Contains("2 operands"));
        Assert.That(() => Tensor.Einsum("i1->i", a), Throws.ArgumentException);
    }

    [Test]
    public void Sums_of_products_have_the_dtypes_of_matrix_products()
    {
        Tensor bytes = Tensor.From<byte>([200, 0]), signed = Tensor.From<sbyte>([100, 100]);
        Assert.That(Tensor.Einsum("i,i->", bytes, bytes).Same<uint>(), Is.EqualTo(new[] { 40_000u }));
        Assert.That(Tensor.Einsum("i,i,i->", signed, signed, bytes).Ints(), Is.EqualTo(new[] { 2_000_000 }));
        Assert.That(Tensor.Einsum("i,i->i", bytes, bytes).Same<byte>(), Is.EqualTo(new byte[] { 64, 0 }), "without a sum integers wrap as in a product");
        Assert.That(Tensor.Einsum("i,i->", bytes.Ne(0), bytes.Eq(200)).Ints(), Is.EqualTo(new[] { 1 }));
        // 300 * 300 is no float16, nor is (1 + 2^-10)^2 - 1, rounded before it is subtracted.
        Tensor a = Tensor.From([(Half)300, (Half)300]), b = Tensor.From([(Half)300, (Half)(-300)]), c = Tensor.From([(Half)(1 + 1.0 / 1024), (Half)1]);
        Assert.That(Tensor.Einsum("i,i->", a, b).Same<Half>(), Is.EqualTo(new[] { (Half)0 }));
        Assert.That(Tensor.Einsum("i,i->", c, Tensor.From([(Half)(1 + 1.0 / 1024), (Half)(-1)])).Same<Half>(), Is.EqualTo(new[] { (Half)(2.0 / 1024 + 1.0 / (1 << 20)) }));
        Assert.That(Tensor.Einsum("i,i->", a, Tensor.From([1f, 1])).DType, Is.EqualTo(DType.Float32));
    }

    [Test]
    public void Normalised()
    {
        var x = Values.Random(1, 2, 3, 4);
        var y = x.LayerNorm(new Shape(3, 4));
        Assert.That((y.Mean([1, 2]) + 1).Floats(), Is.All.EqualTo(1).Within(1e-6));
        Assert.That(y.Var([1, 2], correction: 0).Floats(), Is.All.EqualTo(1).Within(1e-3));
        Tensor mean = Tensor.From([1f, 2f, 3f]), variance = Tensor.From([4f, 1f, 0.25f]);
        var normal = x.BatchNorm(mean, variance, eps: 0);
        Close.Check(normal.Floats(), ((x - mean.Reshape(3, 1)) / Tensor.From([2f, 1f, 0.5f], 3, 1)).Floats(), 1e-5);
        Assert.That(() => x.BatchNorm(mean, Tensor.Zeros(2)), Throws.TypeOf<ShapeException>().With.Message.Contains("[3], not [2]"));
        Assert.That(() => x.LayerNorm(new Shape(5)), Throws.TypeOf<ShapeException>().With.Message.Contains("[5]"));
    }

    [Test]
    public void Orthogonal_by_iteration()
    {
        var x = Values.Random(3, 3, 5);
        var y = x.NewtonSchulz(25, 1.5, -0.5, 0);
        Assert.That(y.MatMul(y.Transpose()).Floats(), Is.EqualTo(new[] { 1f, 0, 0, 0, 1, 0, 0, 0, 1 }).Within(1e-4));
        Close.Check(x.Transpose().NewtonSchulz(25, 1.5, -0.5, 0).Floats(), y.Transpose().Floats(), 1e-5);
        // The default steps bring singular values near 1 only, but fast.
        var quick = Tensor.From([3f, 0f, 0f, 0.5f], 2, 2).NewtonSchulz().Floats();
        Assert.That((quick[0], quick[3]), Is.EqualTo((1f, 1f)).Using<(float A, float B)>((p, q) => Math.Abs(p.A - q.A) < 0.35 && Math.Abs(p.B - q.B) < 0.35));
    }

    [Test]
    public void Between_elements()
    {
        var x = Tensor.From([1f, 2f, 3f, 4f]);
        Close.Check(x.Interpolate([8]).Floats(), [1, 1.25f, 1.75f, 2.25f, 2.75f, 3.25f, 3.75f, 4], 1e-6);
        Close.Check(x.Interpolate([7], alignCorners: true).Floats(), [1, 1.5f, 2, 2.5f, 3, 3.5f, 4], 1e-6);
        Close.Check(x.Interpolate([2]).Floats(), [1.5f, 3.5f], 1e-6);
        Assert.That(Tensor.From([1, 2, 3]).Interpolate([5], InterpolationMode.Nearest).Ints(), Is.EqualTo(new[] { 1, 1, 2, 2, 3 }));
        Assert.That(x.Interpolate([2], InterpolationMode.Nearest).Floats(), Is.EqualTo(new[] { 1f, 3f }));
        // Keys' kernel with a = -3/4 at distances 1/4, 3/4, 5/4 and 7/4.
        double[] w = [.. new[] { 1.25, 0.25, 0.75, 1.75 }.Select(d => d <= 1 ? 1.25 * d * d * d - 2.25 * d * d + 1 : -0.75 * (d * d * d - 5 * d * d + 8 * d - 4))];
        var cubic = x.Interpolate([8], InterpolationMode.Cubic).Floats();
        Assert.That(cubic[3], Is.EqualTo(w[0] * 1 + w[1] * 2 + w[2] * 3 + w[3] * 4).Within(1e-5));
        Assert.That(cubic[0], Is.EqualTo(w[3] * 1 + w[2] * 1 + w[1] * 1 + w[0] * 2).Within(1e-5));
        Assert.That(x.Interpolate([7], InterpolationMode.Cubic, alignCorners: true).Floats()[2], Is.EqualTo(2).Within(1e-6));
        foreach (var mode in Enum.GetValues<InterpolationMode>())
            foreach (var dtype in new[] { DType.Float16, DType.BFloat16, DType.Float64 })
            {
                var y = x.Cast(dtype).Interpolate([8], mode);
                Assert.That((y.DType, x.Cast(dtype).Interpolate([4], mode).DType), Is.EqualTo((dtype, dtype)));
                Assert.That(y.Cast(DType.Float32).Floats(), Is.EqualTo(x.Interpolate([8], mode).Floats()).Within(0.02), $"{mode} {dtype}");
            }
        var plane = Tensor.From([0f, 1f, 2f, 3f], 1, 2, 2);
        Close.Check(plane.Interpolate([3, 3], alignCorners: true).Floats(), [0, 0.5f, 1, 1, 1.5f, 2, 2, 2.5f, 3], 1e-6);
        Assert.That(() => x.Interpolate([0]), Throws.TypeOf<ShapeException>());
        Assert.That(() => x.Interpolate([2], InterpolationMode.Nearest, true), Throws.ArgumentException);
    }

    /// <summary>Windows put back: each element counts as often as windows show it.</summary>
    [TestCase(5, 4, 2, 3, 1, 0, 1), TestCase(6, 7, 3, 2, 2, 1, 1), TestCase(8, 6, 2, 2, 3, 1, 2), TestCase(4, 4, 4, 1, 1, 2, 1)]
    public void Fold_is_the_way_back_from_windows(int height, int width, int kernelHeight, int kernelWidth, int stride, int padding, int dilation)
    {
        int[] size = [height, width], kernel = [kernelHeight, kernelWidth];
        int[] outputs = [.. size.Zip(kernel, (s, k) => (s + 2 * padding - dilation * (k - 1) - 1) / stride + 1)];
        int window = kernelHeight * kernelWidth, places = outputs[0] * outputs[1];
        var columns = Values.Random(height + stride, 2, 3 * window, places);
        var expected = new float[2 * 3 * height * width];
        var values = columns.ToArray<float>();
        for (int i = 0; i < values.Length; i++)
        {
            int place = i % places, at = i / places % window, image = i / places / window;
            int y = place / outputs[1] * stride + at / kernelWidth * dilation - padding, x = place % outputs[1] * stride + at % kernelWidth * dilation - padding;
            if (y >= 0 && y < height && x >= 0 && x < width) expected[(image * height + y) * width + x] += values[i];
        }
        var folded = columns.Fold(size, kernel, [stride, stride], [(padding, padding), (padding, padding)], [dilation, dilation]);
        Assert.That(folded.Shape, Is.EqualTo(new Shape(2, 3, height, width)));
        Assert.That(folded.Floats(), Is.EqualTo(expected).Within(1e-5));
        Assert.That(() => columns.Fold([height + stride, width], kernel, [stride, stride], [(padding, padding), (padding, padding)], [dilation, dilation]), Throws.TypeOf<ShapeException>());
    }

    /// <summary>A window of many elements is looked through axis by axis; the result is that of looking at all.</summary>
    [Test]
    public void Large_windows_have_the_same_largest_element()
    {
        var x = Values.Random(3, 2, 20, 24);
        var whole = Enumerable.Range(0, 9).SelectMany(i => Enumerable.Range(0, 11).Select(j => (i, j)))
            .Select(o => x.Pad([(0, 0), (1, 1), (1, 1)], double.NegativeInfinity)[.., new Slice(o.i..(o.i + 14), 1), new Slice(o.j..(o.j + 14), 1)]).Aggregate(Tensor.Maximum);
        Assert.That(x.MaxPool([9, 11], [1, 1], [(1, 1), (1, 1)], [1, 1])[.., ..14, ..14].Floats(), Is.EqualTo(whole.Floats()));
        Assert.That(x.MaxPool([9, 11], [2, 3], [(0, 0), (0, 0)], [2, 1], ceil: true).Shape, Is.EqualTo(new Shape(2, 3, 6)));
        Assert.That(x.AvgPool([2, 2], [2, 2], [(0, 0), (0, 0)], [1, 1]).Floats(), Is.EqualTo(x.AvgPool2d(2).Floats()));
        Assert.That(x.MaxPoolWithIndices([2, 2], [2, 2], [(0, 0), (0, 0)], [1, 1]).Indices.Ints(), Is.EqualTo(x.MaxPool2dWithIndices(2).Indices.Ints()));
    }
}
