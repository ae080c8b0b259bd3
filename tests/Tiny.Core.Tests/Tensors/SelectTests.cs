using NUnit.Framework;

namespace Tiny.Tests.Tensors;

/// <summary>What masks and index tensors choose, read and written; against loops.</summary>
[TestFixture]
public sealed class SelectTests
{
    static readonly Tensor s_x = Tensor.From([.. Enumerable.Range(0, 24)], 2, 3, 4);

    // One level of looking, and two.
    [Test]
    public void Masked_select([Values(1, 30, 5000, 10_001)] int n)
    {
        var random = new Random(n);
        float[] data = [.. Enumerable.Range(0, n).Select(_ => random.NextSingle() - 0.7f)];
        float[] chosen = [.. data.Where(d => d > 0)];
        var x = Tensor.From(data);
        Assert.That(x.MaskedSelect(x.Gt(0)).ToArray<float>(), Is.EqualTo(chosen));
        Assert.That(x.MaskedSelect(x.Gt(0), chosen.Length + 3, -1).ToArray<float>(), Is.EqualTo(chosen.Concat([-1f, -1, -1])));
        var half = x.MaskedSelect(x.Gt(0), chosen.Length / 2);
        Assert.That(n < 100 ? half.Floats() : half.ToArray<float>(), Is.EqualTo(chosen[..(chosen.Length / 2)]));
        Assert.That(x.Gt(0).Nonzero().ToArray<int>(), Is.EqualTo(Enumerable.Range(0, n).Where(i => data[i] > 0)));
    }

    [Test]
    public void Masks_broadcast_and_have_edges()
    {
        Assert.That(s_x.MaskedSelect(Tensor.From([true, false, false, true]), 5).Ints(), Is.EqualTo(new[] { 0, 3, 4, 7, 8 }));
        Assert.That(Tensor.From([5]).MaskedSelect(Tensor.From([true, false, true]), 3).Ints(), Is.EqualTo(new[] { 5, 5, 0 }));
        Assert.That(Tensor.Zeros(0).MaskedSelect(Tensor.Full(new Shape(0), true), 2, 7).Floats(), Is.EqualTo(new[] { 7f, 7 }));
        Assert.That(s_x.MaskedSelect(s_x.Lt(0)).Ints(), Is.Empty);
        Assert.That(() => s_x.MaskedSelect(s_x, 3), Throws.TypeOf<DTypeException>());
        Assert.That(() => s_x.MaskedSelect(s_x.Gt(0), -1), Throws.TypeOf<ShapeException>());
        Assert.That(() => s_x.MaskedSelect(Tensor.From([true, false]), 1), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 3, 4]"));
    }

    [Test]
    public void Nonzero()
    {
        var x = Tensor.From([0f, 2, 0, float.NaN, 0, -1], 2, 3);
        Assert.That(x.Nonzero().Ints(), Is.EqualTo(new[] { 0, 1, 1, 0, 1, 2 }));
        Assert.That(x.Nonzero(4).Ints(), Is.EqualTo(new[] { 0, 1, 1, 0, 1, 2, -1, -1 }));
        Assert.That(x.Nonzero(1, 0).Ints(), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(Tensor.Zeros(0, 2).Nonzero(1).Ints(), Is.EqualTo(new[] { -1, -1 }));
        Assert.That(Tensor.Scalar(3).Nonzero().Shape, Is.EqualTo(new Shape(1, 0)));
    }

    // The values that NumPy's documentation and rules give, written out by index.
    [Test]
    public void Reading_by_tensors()
    {
        int At(int i, int j, int k) => (i * 3 + j) * 4 + k;
        var rows = Tensor.From([1, -2, 0]);
        Assert.That(s_x[rows].Shape, Is.EqualTo(new Shape(3, 3, 4)));
        Assert.That(s_x[rows].Ints(), Is.EqualTo(Enumerable.Range(12, 12).Concat(Enumerable.Range(0, 12)).Concat(Enumerable.Range(0, 12))));
        Assert.That(s_x[1, rows, ..2].Ints(), Is.EqualTo(new[] { 1, 1, 0 }.SelectMany(j => new[] { At(1, j, 0), At(1, j, 1) })), "-2 counts from the end");
        Assert.That(s_x[.., rows, Tensor.From([3, 0, 2])].Ints(), Is.EqualTo(new[] { At(0, 1, 3), At(0, 1, 0), At(0, 0, 2), At(1, 1, 3), At(1, 1, 0), At(1, 0, 2) }));
        var grid = s_x[.., Tensor.From([2, 0], 2, 1), Tensor.From([1, 2, 3])];
        Assert.That(grid.Shape, Is.EqualTo(new Shape(2, 2, 3)), "the index tensors broadcast");
        Assert.That(grid.Ints(), Is.EqualTo(Enumerable.Range(0, 2).SelectMany(i => new[] { 2, 0 }.SelectMany(j => new[] { 1, 2, 3 }.Select(k => At(i, j, k))))));
        var apart = s_x[Tensor.From([0, 1, 1]), .., Tensor.From([3, 2, 1])];
        Assert.That(apart.Shape, Is.EqualTo(new Shape(3, 3)), "apart, their shape comes first");
        Assert.That(apart.Ints(), Is.EqualTo(new[] { (0, 3), (1, 2), (1, 1) }.SelectMany(p => Enumerable.Range(0, 3).Select(j => At(p.Item1, j, p.Item2)))));
        Assert.That(s_x[0, .., rows[..2]].Shape, Is.EqualTo(new Shape(2, 3)), "a number counts as an index tensor among them");
        Assert.That(s_x[.., Tensor.Scalar(1)].Shape, Is.EqualTo(new Shape(2, 4)));
        Assert.That(Tensor.From([1, 2, 3])[Tensor.From([3, -4, 2])].Ints(), Is.EqualTo(new[] { 0, 0, 3 }), "outside reads 0");
        Assert.That(s_x[Tensor.From(Array.Empty<int>())].Shape, Is.EqualTo(new Shape(0, 3, 4)));
    }

    [Test]
    public void Indices_of_every_dtype()
    {
        Tensor x = Tensor.From([10, 20]), ones = Tensor.Ones(new Shape(200), DType.Int32);
        Assert.That(x[Tensor.From([1L << 32, (1L << 32) - 1, -1L, -2L, -3L, long.MinValue, 1L])].Ints(), Is.EqualTo(new[] { 0, 0, 20, 10, 0, 0, 20 }));
        Assert.That(x[Tensor.From([uint.MaxValue, 1u, 1u << 31])].Ints(), Is.EqualTo(new[] { 0, 20, 0 }));
        Assert.That(x[Tensor.From([ulong.MaxValue, 1ul << 32, 0ul])].Ints(), Is.EqualTo(new[] { 0, 0, 10 }));
        Assert.That(ones[Tensor.From<sbyte>([127, -128])].Ints().Concat(ones[Tensor.From<byte>([199, 200])].Ints()), Is.EqualTo(new[] { 1, 1, 1, 0 }), "fewer bits than the extent");
        x[Tensor.From([1L << 32, 1L])] = Tensor.From([5, 6]);
        x[Tensor.From([uint.MaxValue])] = Tensor.From([7]);
        Assert.That(x.Ints(), Is.EqualTo(new[] { 10, 6 }));
    }

    [Test]
    public void Reading_by_masks()
    {
        Assert.That(s_x[s_x.Gt(20)].Ints(), Is.EqualTo(new[] { 21, 22, 23 }));
        Assert.That(s_x[1, Tensor.From([true, false, true]), 0].Ints(), Is.EqualTo(new[] { 12, 20 }));
        Assert.That(s_x[.., Tensor.From([true, false, true]), Tensor.From([3, 1])].Ints(), Is.EqualTo(new[] { 3, 9, 15, 21 }));
        Assert.That(s_x[Tensor.From([false, true])].Shape, Is.EqualTo(new Shape(1, 3, 4)));
        Assert.That(() => s_x[Tensor.From([true])], Throws.TypeOf<ShapeException>().With.Message.Contains("mask"));
        Assert.That(() => s_x[Tensor.From([1f])], Throws.TypeOf<DTypeException>());
        Assert.That(() => s_x[0, 0, 0, Tensor.From([1])], Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void Writing_by_tensors_and_masks()
    {
        var x = Tensor.Zeros(new Shape(3, 4), DType.Int32);
        var view = x[1];
        x[Tensor.From([2, 0, 2]), Tensor.From([1, 3, 1])] = Tensor.From([5, 6, 7]);
        Assert.That(x.Ints(), Is.EqualTo(new[] { 0, 0, 0, 6, 0, 0, 0, 0, 0, 7, 0, 0 }), "the last of two counts");
        x[x.Eq(0)] = Tensor.Scalar(-1);
        Assert.That(view.Ints(), Is.EqualTo(new[] { -1, -1, -1, -1 }), "views see it");
        x[.., Tensor.From([3, 9])] = Tensor.From([1, 2]);
        Assert.That(x[.., 3].Ints(), Is.EqualTo(new[] { 1, 1, 1 }), "what is outside is dropped");
        x[x.Gt(0)] = Tensor.From([10, 20, 30, 40]);
        Assert.That(x.Ints(), Is.EqualTo(new[] { -1, -1, -1, 10, -1, -1, -1, 20, -1, 30, -1, 40 }), "one value for each true element");
        x[Tensor.From([true, false, true]), ..2] = Tensor.From([8, 9]);
        Assert.That(x.Ints(), Is.EqualTo(new[] { 8, 9, -1, 10, -1, -1, -1, 20, 8, 9, -1, 40 }));
        x[Tensor.From([1]), Tensor.From([true, false, false, true])] += 5;
        Assert.That(view.Ints(), Is.EqualTo(new[] { 4, -1, -1, 25 }));
        x[Tensor.From([0, 1]), 0] = Tensor.Scalar(3);
        Assert.That(x[.., 0].Ints(), Is.EqualTo(new[] { 3, 3, 8 }));
        Assert.That(() => x[Tensor.From([1])] = Tensor.Zeros(4), Throws.TypeOf<DTypeException>());
        Assert.That(() => x[Tensor.From([1])] = Tensor.Zeros(new Shape(3), DType.Int32), Throws.TypeOf<ShapeException>().With.Message.Contains("[1, 4]"));
    }

    [Test]
    public void Scatter([Values(0, 1, 2)] int axis, [Values] bool small)
    {
        var random = new Random(axis);
        int[] extents = [3, 4, 5], source = [2, 3, 4];
        source[axis] = 7;
        int[] index = [.. Enumerable.Range(0, small ? 2 * 3 * 4 : source[0] * source[1] * source[2]).Select(_ => random.Next(-1, 6))];
        int[] shape = small ? [2, 3, 4] : source;
        var x = Values.Random(1, 3, 4, 5);
        var given = Values.Random(2, source);
        float[] from = given.ToArray<float>();
        void Each(Action<int, float> put)
        {
            for (int i = 0, n = 0; i < shape[0]; i++)
                for (int j = 0; j < shape[1]; j++)
                    for (int k = 0; k < shape[2]; k++, n++)
                    {
                        int[] at = [i, j, k];
                        at[axis] = index[n];
                        if (index[n] < 0 || index[n] >= extents[axis]) continue;
                        put((at[0] * 4 + at[1]) * 5 + at[2], from[(i * source[1] + j) * source[2] + k]);
                    }
        }
        var places = Tensor.From(index, shape);
        float[] expected = x.ToArray<float>();
        Each((p, v) => expected[p] = v);
        Assert.That(x.Scatter(axis, places, given).Floats(), Is.EqualTo(expected));
        Each((p, v) => expected[p] = 2);
        Assert.That(x.Scatter(axis, places, given).Scatter(axis, places, 2).Floats(), Is.EqualTo(expected));

        void Reduced(ScatterReduction reduction, float start, Func<float, float, float> combine)
        {
            foreach (bool self in new[] { true, false })
            {
                float[] sum = x.ToArray<float>(), counts = new float[sum.Length];
                Each((p, v) =>
                {
                    if (counts[p]++ == 0 && !self) sum[p] = start;
                    sum[p] = combine(sum[p], v);
                });
                if (reduction == ScatterReduction.Mean)
                    for (int i = 0; i < sum.Length; i++) sum[i] /= Math.Max(1, counts[i] + (self ? 1 : 0));
                Close.Check(x.ScatterReduce(axis, places, given, reduction, self).Floats(), sum, 1e-5, $"{reduction} {self}");
            }
        }
        Reduced(ScatterReduction.Sum, 0, (a, b) => a + b);
        Reduced(ScatterReduction.Mean, 0, (a, b) => a + b);
        Reduced(ScatterReduction.Prod, 1, (a, b) => a * b);
        Reduced(ScatterReduction.AMax, float.NegativeInfinity, Math.Max);
        Reduced(ScatterReduction.AMin, float.PositiveInfinity, Math.Min);
    }

    [Test]
    public void Scatter_of_integers_and_errors()
    {
        var x = Tensor.From([1, 2, 3]);
        var index = Tensor.From<byte>([0, 0, 2, 255]);
        var given = Tensor.From([-7, 4, 5, 100]);
        Assert.That(x.ScatterReduce(0, index, given, ScatterReduction.Mean).Ints(), Is.EqualTo(new[] { -1, 2, 4 }), "(1 - 7 + 4) / 3 rounded down");
        Assert.That(x.ScatterReduce(0, index, given, ScatterReduction.AMax).Ints(), Is.EqualTo(new[] { 4, 2, 5 }));
        Assert.That(Tensor.From<sbyte>([1, 2]).ScatterReduce(0, Tensor.From([1]), Tensor.From<sbyte>([100]), ScatterReduction.Sum).Same<sbyte>(), Is.EqualTo(new sbyte[] { 1, 102 }));
        Assert.That(Tensor.From([true, true]).Scatter(0, Tensor.From([1]), Tensor.From([false])).Bools(), Is.EqualTo(new[] { true, false }));
        Assert.That(x.Scatter(0, Tensor.From(Array.Empty<int>()), given).Ints(), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(x.Scatter(0, Tensor.From([uint.MaxValue, 1u]), given).Ints(), Is.EqualTo(new[] { 1, 4, 3 }));
        Assert.That(() => x.Scatter(0, index, Tensor.Zeros(4)), Throws.TypeOf<DTypeException>().With.Message.Contains("float32"));
        Assert.That(() => x.Scatter(0, given.Cast(DType.Float32), given), Throws.TypeOf<DTypeException>());
        Assert.That(() => x.Scatter(0, index, given[..2]), Throws.TypeOf<ShapeException>().With.Message.Contains("[4]").And.Message.Contains("[2]"));
        Assert.That(() => x.Gt(1).ScatterReduce(0, index, x.Gt(1), ScatterReduction.Sum), Throws.TypeOf<DTypeException>());
    }

    [Test]
    public void Running_log_sum([Values(1, 40, 65, 700)] int n)
    {
        var x = Values.Random(n, 2, n) * 30;
        double[] data = [.. x.ToArray<float>().Select(v => (double)v)];
        var expected = new float[2 * n];
        for (int row = 0; row < 2; row++)
        {
            double sum = double.NegativeInfinity;
            for (int i = 0; i < n; i++)
            {
                double v = data[row * n + i], most = Math.Max(sum, v);
                sum = most + Math.Log(Math.Exp(sum - most) + Math.Exp(v - most));
                expected[row * n + i] = (float)sum;
            }
        }
        Close.Check(x.LogCumSumExp(1).Floats(), expected, 2e-6);
        Close.Check(x.Transpose().LogCumSumExp(0).Transpose().ToArray<float>(), expected, 2e-6);
    }

    [Test]
    public void Running_log_sum_at_the_ends()
    {
        float inf = float.PositiveInfinity;
        Assert.That(Tensor.From([-inf, -inf, 0f, -1000, inf, 1]).LogCumSumExp().Floats(), Is.EqualTo(new[] { -inf, -inf, 0, 0, inf, inf }));
        Assert.That(Tensor.From([1f, float.NaN, 2]).LogCumSumExp().Floats(), Is.EqualTo(new[] { 1, float.NaN, float.NaN }).Within(1e-6));
        Assert.That(Tensor.Zeros(0).LogCumSumExp().Floats(), Is.Empty);
        Assert.That(Tensor.From([1, 1]).LogCumSumExp().DType, Is.EqualTo(DType.Float32));
    }

    [Test]
    public void Max_pool_places_and_back([Values] bool ceil)
    {
        var x = Values.Random(9, 2, 7, 9);
        float[] data = x.ToArray<float>();
        var (values, places) = x.MaxPool2dWithIndices((3, 2), (2, 3), padding: 1, dilation: (2, 1), ceil: ceil);
        float[] most = values.Floats();
        int[] at = places.Ints();
        Assert.That(places.Shape, Is.EqualTo(values.Shape));
        Assert.That(most, Is.EqualTo(x.MaxPool2d((3, 2), (2, 3), padding: 1, dilation: (2, 1), ceil: ceil).Floats()));
        for (int i = 0, plane = at.Length / 2; i < at.Length; i++) Assert.That(data[i / plane * 63 + at[i]], Is.EqualTo(most[i]));
        // NaN, the first of equals, and padding that is as low as every element.
        float inf = float.PositiveInfinity;
        Assert.That(Tensor.From([1f, 1, float.NaN, 5, 5, float.NaN]).MaxPool1dWithIndices(2).Indices.Ints(), Is.EqualTo(new[] { 0, 2, 5 }));
        Assert.That(Tensor.From([-inf, -inf]).MaxPool1dWithIndices(2, padding: 1).Indices.Ints(), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(Tensor.From([.. Enumerable.Range(0, 64)], 4, 4, 4).MaxPool3dWithIndices(2).Indices.Ints(), Is.EqualTo(Tensor.From([.. Enumerable.Range(0, 64)], 4, 4, 4).MaxPool3d(2).Ints()));
        var whole = Values.Random(3, 2, 4, 6);
        var (m, p) = whole.MaxPool2dWithIndices(2);
        var back = m.MaxUnpool2d(p, 2);
        Assert.That(back.Shape, Is.EqualTo(whole.Shape));
        Assert.That(back.Floats(), Is.EqualTo(back.Ne(0).Where(whole, 0).Floats()));
        Assert.That(back.Ne(0).Sum().Ints().Single(), Is.EqualTo(12));
        Assert.That(m.MaxUnpool2d(p, 2, output: (5, 6)).Shape, Is.EqualTo(new Shape(2, 5, 6)));
        Assert.That(() => m.MaxUnpool2d(p[..1], 2), Throws.TypeOf<ShapeException>().With.Message.Contains("[1, 2, 3]"));
    }
}
