using NUnit.Framework;
using Tiny.Nn;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class GatherTests
{
    static readonly Tensor s_x = Tensor.From([.. Enumerable.Range(0, 24)], 2, 3, 4);

    [Test]
    public void Arange_is_computed_from_its_index()
    {
        Assert.That(Tensor.Arange(4).Ints(), Is.EqualTo(new[] { 0, 1, 2, 3 }));
        Assert.That(Tensor.Arange(5, -4, -3).Ints(), Is.EqualTo(new[] { 5, 2, -1 }));
        Assert.That(Tensor.Arange(-2, 3, 2)[1..].Flip(0).Ints(), Is.EqualTo(new[] { 2, 0 }));
        Assert.That(Tensor.Arange(0).Ints(), Is.Empty);
        Assert.That(Tensor.Arange(1).Ints(), Is.EqualTo(new[] { 0 }));
        Assert.That(Tensor.Arange(6).Reshape(2, 3).Transpose().Pad([(0, 1), (1, 0)]).Ints(), Is.EqualTo(new[] { 0, 0, 3, 0, 1, 4, 0, 2, 5, 0, 0, 0 }));
        Assert.That(() => Tensor.Arange(0, 3, 0), Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void Take()
    {
        Assert.That(s_x.Take(Tensor.From([2, 0]), 1).Ints(), Is.EqualTo(new[] { 8, 9, 10, 11, 0, 1, 2, 3, 20, 21, 22, 23, 12, 13, 14, 15 }));
        Assert.That(s_x.Take(Tensor.From([3, 9, -1, 0], 2, 2), -1).Shape, Is.EqualTo(new Shape(2, 3, 2, 2)));
        Assert.That(s_x.Take(Tensor.From([3, 9, -1, 0], 2, 2), -1)[1, 2].Ints(), Is.EqualTo(new[] { 23, 0, 0, 20 }), "an index outside reads 0");
        Assert.That(s_x.Take(Tensor.Scalar(1)).Ints(), Is.EqualTo(Enumerable.Range(12, 12)));
        Assert.That(s_x.Take(Tensor.From(Array.Empty<int>())).Shape, Is.EqualTo(new Shape(0, 3, 4)));
        Assert.That(Tensor.Zeros(0, 2).Take(Tensor.From([0, 1])).Floats(), Is.EqualTo(new float[4]), "there is nothing to read");
        Assert.That(() => s_x.Take(Tensor.From([1f])), Throws.TypeOf<DTypeException>().With.Message.Contains("float32"));
        Assert.That(() => s_x.Take(Tensor.From([1]), 3), Throws.TypeOf<ShapeException>().With.Message.Contains("axis 3"));
    }

    [Test]
    public void Gather([Values(0, 1, 2)] int axis)
    {
        var random = new Random(axis);
        int[] shape = [2, 3, 4];
        shape[axis] = 5;
        shape[(axis + 1) % 3]--;
        int[] index = [.. Enumerable.Range(0, shape[0] * shape[1] * shape[2]).Select(_ => random.Next(-1, 5))];
        var expected = new List<int>();
        for (int i = 0, n = 0; i < shape[0]; i++)
            for (int j = 0; j < shape[1]; j++)
                for (int k = 0; k < shape[2]; k++, n++)
                {
                    int[] at = [i, j, k];
                    at[axis] = index[n];
                    expected.Add(index[n] < 0 || index[n] >= s_x.Shape[axis] ? 0 : (at[0] * 3 + at[1]) * 4 + at[2]);
                }
        Assert.That(s_x.Gather(axis, Tensor.From(index, shape)).Ints(), Is.EqualTo(expected));
        Assert.That(() => s_x.Gather(axis, Tensor.From([1, 2])), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 3, 4]"));
    }

    [Test]
    public void One_hot_and_triangles()
    {
        Assert.That(Tensor.From([1, -1, 3]).OneHot(3).Floats(), Is.EqualTo(new[] { 0f, 1, 0, 0, 0, 0, 0, 0, 0 }));
        Assert.That(Tensor.From([1, 0]).OneHot(2, DType.Bool).Bools(), Is.EqualTo(new[] { false, true, true, false }));
        var ones = Tensor.Ones(new Shape(3, 4), DType.Int32);
        Assert.That(ones.Tril().Ints(), Is.EqualTo(new[] { 1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0 }));
        Assert.That(ones.Triu(1).Ints(), Is.EqualTo(new[] { 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1 }));
        Assert.That(ones.Tril(-1).Ints(), Is.EqualTo(new[] { 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0 }));
        Assert.That(ones.Tril(int.MaxValue).Ints(), Is.All.EqualTo(1));
        Assert.That(ones.Tril(int.MinValue).Ints(), Is.All.EqualTo(0));
        Assert.That(ones.Triu(int.MaxValue).Ints(), Is.All.EqualTo(0));
        Assert.That((s_x.Tril(1) + s_x.Triu(2)).Ints(), Is.EqualTo(s_x.Ints()), "in each matrix of several");
        Assert.That(Tensor.From([float.NaN, float.NaN, 1f, 2f], 2, 2).Tril(-1).Floats(), Is.EqualTo(new[] { 0f, 0, 1, 0 }));
        Assert.That(() => Tensor.Arange(3).Tril(), Throws.TypeOf<ShapeException>());
    }

    // The generator's own known answers (Random123, threefry2x32 of 20 rounds).
    [TestCase(0u, 0u, 0u, 0u, 0x6b200159u, 0x99ba4efeu)]
    [TestCase(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x1cb996fcu, 0xbb002be7u)]
    [TestCase(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xc4923a9cu, 0x483df7a0u)]
    public void Threefry(uint c0, uint c1, uint k0, uint k1, uint a, uint b)
    {
        var (x, y) = Tensor.Threefry2x32(Tensor.From([c0]), Tensor.From([c1]), Tensor.From([k0]), Tensor.From([k1]));
        Assert.That(x.Same<uint>().Single(), Is.EqualTo(a));
        Assert.That(y.Same<uint>().Single(), Is.EqualTo(b));
    }

    [Test]
    public void Random_numbers()
    {
        var u = Tensor.Rand(new Shape(100, 100), 7).Floats();
        Assert.That(u, Is.All.InRange(0f, 1 - 1f / (1 << 24)));
        Assert.That(u.Average(), Is.EqualTo(0.5).Within(0.01));
        Assert.That(u.Distinct().Count(), Is.GreaterThan(9950));
        Assert.That(Tensor.Rand(new Shape(3), 7).Floats(), Is.EqualTo(u[..3]), "element i depends on i alone");
        Assert.That(Tensor.Rand(new Shape(3), 7 + (1L << 32)).Floats(), Is.Not.EqualTo(u[..3]), "all bits of the seed count");
        Assert.That(u[0], Is.EqualTo((Tensor.Threefry2x32(Tensor.From([0u]), Tensor.From([0u]), Tensor.From([7u]), Tensor.From([0u])).A.Same<uint>()[0] >> 8) / 16777216f));
        var n = Tensor.RandN(new Shape(10_000), -3).Floats();
        Assert.That(n.Average(), Is.EqualTo(0).Within(0.03));
        Assert.That(n.Select(v => v * v).Average(), Is.EqualTo(1).Within(0.03));
        Assert.That(n.Count(v => Math.Abs(v) > 2) / 10_000.0, Is.EqualTo(0.0455).Within(0.01));
    }

    [TestCase(false, false), TestCase(true, false), TestCase(false, true)]
    public void Attention(bool causal, bool masked)
    {
        var (q, k, v) = (Values.Random(1, 2, 3, 4), Values.Random(2, 2, 5, 4), Values.Random(3, 2, 5, 6));
        var mask = Tensor.From([.. Enumerable.Range(0, 15).Select(i => i % 4 != 1)], 3, 5);
        float[] a = q.ToArray<float>(), b = k.ToArray<float>(), c = v.ToArray<float>(), expected = new float[2 * 3 * 6];
        for (int h = 0; h < 2; h++)
            for (int i = 0; i < 3; i++)
            {
                var weights = Enumerable.Range(0, 5).Select(j => causal && j > i || masked && (i * 5 + j) % 4 == 1 ? 0
                    : Math.Exp(Enumerable.Range(0, 4).Sum(d => (double)a[(h * 3 + i) * 4 + d] * b[(h * 5 + j) * 4 + d]) / 2)).ToArray();
                for (int e = 0; e < 6; e++) expected[(h * 3 + i) * 6 + e] = (float)(Enumerable.Range(0, 5).Sum(j => weights[j] * c[(h * 5 + j) * 6 + e]) / weights.Sum());
            }
        Close.Check(Tensor.ScaledDotProductAttention(q, k, v, masked ? mask : null, causal).Floats(), expected, 1e-5);
        if (masked) Close.Check(Tensor.ScaledDotProductAttention(q, k, v, mask.Where(0f, float.NegativeInfinity)).Floats(), expected, 1e-5);
        Assert.That(() => Tensor.ScaledDotProductAttention(q, v, v), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 5, 6]"));
    }

    [Test]
    public void Layers()
    {
        var x = Values.Random(4, 3, 8);
        var norm = new RMSNorm(8) { Weight = Values.Random(5, 8) };
        float[] data = x.ToArray<float>(), scale = norm.Weight.ToArray<float>();
        Close.Check(norm.Forward(x).Floats(), [.. data.Select((d, i) => (float)(d * scale[i % 8]
            / Math.Sqrt(data[(i / 8 * 8)..(i / 8 * 8 + 8)].Average(e => (double)e * e) + 1e-5)))], 1e-6);
        Assert.That(() => norm.Forward(Values.Random(6, 8, 3)), Throws.TypeOf<ShapeException>());
        var table = new Embedding(5, 3);
        Assert.That(StateDict.Of(table).Single().Key, Is.EqualTo("weight"));
        Assert.That(table.Forward(Tensor.From([4, 5], 1, 2)).Floats(), Is.EqualTo(table.Weight.ToArray<float>()[12..].Concat(new float[3])));
        Assert.That(() => table.Forward(x), Throws.TypeOf<DTypeException>());
    }
}
