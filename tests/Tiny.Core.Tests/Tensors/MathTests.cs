using NUnit.Framework;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class MathTests
{
    static readonly float[] s_points = [-30f, -8f, -2.5f, -1f, -0.7f, -0.001f, 0f, 0.001f, 0.3f, 1f, 2.5f, 8f, 30f];

    static IEnumerable<TestCaseData> Functions()
    {
        yield return Case("Exp", t => t.Exp(), Math.Exp);
        yield return Case("Exp2", t => t.Exp2(), x => Math.Pow(2, x));
        yield return Case("Sin", t => t.Sin(), Math.Sin);
        yield return Case("Sigmoid", t => t.Sigmoid(), x => 1 / (1 + Math.Exp(-x)));
        yield return Case("Tanh", t => t.Tanh(), Math.Tanh);
        yield return Case("Silu", t => t.Silu(), x => x / (1 + Math.Exp(-x)));
        yield return Case("Gelu", t => t.Gelu(), x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
        yield return Case("Relu", t => t.Relu(), x => Math.Max(x, 0));
        yield return Case("Relu6", t => t.Relu6(), x => Math.Clamp(x, 0, 6));
        yield return Case("Clamp", t => t.Clamp(-1.5, 2), x => Math.Clamp(x, -1.5, 2));
        yield return Case("Abs", t => t.Abs(), Math.Abs);
        yield return Case("Square", t => t.Square(), x => x * x);
        yield return Case("Trunc", t => t.Trunc(), Math.Truncate);
        yield return Case("Floor", t => t.Floor(), Math.Floor);
        yield return Case("Ceil", t => t.Ceil(), Math.Ceiling);
        yield return Case("Pow 3", t => t.Pow(3), x => x * x * x);
        yield return Case("Pow 0", t => t.Pow(0), _ => 1);
        yield return Case("Sqrt of square", t => t.Square().Sqrt(), Math.Abs);
        yield return Case("Log", t => (t.Abs() + 0.5).Log(), x => Math.Log(Math.Abs(x) + 0.5));
        yield return Case("Log2", t => (t.Abs() + 0.5).Log2(), x => Math.Log2(Math.Abs(x) + 0.5));
        yield return Case("Rsqrt", t => (t.Abs() + 0.5).Rsqrt(), x => 1 / Math.Sqrt(Math.Abs(x) + 0.5));
        yield return Case("Reciprocal", t => (t.Abs() + 0.5).Reciprocal(), x => 1 / (Math.Abs(x) + 0.5));
        yield return Case("Pow -2", t => (t.Abs() + 0.5).Pow(-2), x => Math.Pow(Math.Abs(x) + 0.5, -2));
        yield return Case("Pow 0.5", t => t.Abs().Pow(0.5), x => Math.Sqrt(Math.Abs(x)));
        yield return Case("Pow 1.7", t => t.Abs().Pow(1.7), x => Math.Pow(Math.Abs(x), 1.7));

        static TestCaseData Case(string name, Func<Tensor, Tensor> tensor, Func<double, double> scalar) =>
            new TestCaseData(tensor, scalar).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Functions))]
    public void Matches(Func<Tensor, Tensor> tensor, Func<double, double> scalar)
    {
        var result = tensor(Tensor.From(s_points)).Floats();
        for (int i = 0; i < s_points.Length; i++)
        {
            double x = s_points[i], expected = scalar(x);
            Assert.That(result[i], Is.EqualTo(expected).Within(3e-6 * Math.Abs(expected) + 2e-7), $"at {x}");
        }
    }

    [Test]
    public void Edges_of_floats()
    {
        var x = Tensor.From([float.NaN, float.PositiveInfinity, float.NegativeInfinity]);
        Assert.That(x.Relu().Floats(), Is.EqualTo(new[] { float.NaN, float.PositiveInfinity, 0f }));
        Assert.That(x.Sigmoid().Floats(), Is.EqualTo(new[] { float.NaN, 1f, 0f }));
        Assert.That(x.Tanh().Floats(), Is.EqualTo(new[] { float.NaN, 1f, -1f }));
        Assert.That(x.Exp().Floats(), Is.EqualTo(new[] { float.NaN, float.PositiveInfinity, 0f }));
        Assert.That(x.Floor().Floats(), Is.EqualTo(new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity }));
        Assert.That(Tensor.From([-2f]).Pow(0.5).Floats(), Is.All.NaN);
        Assert.That(Tensor.From([0f, -1f]).Log().Floats(), Is.EqualTo(new[] { float.NegativeInfinity, float.NaN }));
    }

    [Test]
    public void Casts()
    {
        var x = Tensor.From([1.9f, -1.9f, 3e9f, -3e9f, float.NaN, 0f, 300f]);
        Assert.That(x.Cast(DType.Int32).Ints(), Is.EqualTo(new[] { 1, -1, int.MaxValue, int.MinValue, 0, 0, 300 }));
        Assert.That(x.Cast(DType.UInt8).Same<byte>(), Is.EqualTo(new byte[] { 1, 0, 255, 0, 0, 0, 255 }));
        Assert.That(x.Cast(DType.UInt32).Same<uint>(), Is.EqualTo(new[] { 1u, 0u, 3_000_000_000u, 0u, 0u, 0u, 300u }));
        Assert.That(x.Cast(DType.Bool).Bools(), Is.EqualTo(new[] { true, true, true, true, true, false, true }));
        Assert.That(Tensor.From([1e30]).Cast(DType.Int64).Same<long>(), Is.EqualTo(new[] { long.MaxValue }));
        Assert.That(Tensor.From([true, false]).Cast(DType.Float32).Floats(), Is.EqualTo(new[] { 1f, 0f }));
        Assert.That(Tensor.From([-1, 257]).Cast(DType.UInt8).Same<byte>(), Is.EqualTo(new byte[] { 255, 1 }));
        Assert.That(Tensor.From([16_777_217L]).Cast(DType.Float32).Floats(), Is.EqualTo(new[] { 16_777_216f }));
    }

    [Test]
    public void Integers_stay_or_become_float()
    {
        var x = Tensor.From([-2, 3]);
        Assert.That(x.Abs().Ints(), Is.EqualTo(new[] { 2, 3 }));
        Assert.That(x.Relu().Ints(), Is.EqualTo(new[] { 0, 3 }));
        Assert.That(x.Pow(3).Ints(), Is.EqualTo(new[] { -8, 27 }));
        Assert.That(x.Pow(-1).Floats(), Is.EqualTo(new[] { -0.5f, 1 / 3f }));
        Assert.That(x.Floor(), Is.SameAs(x));
        Assert.That(x.Square().Sqrt().DType, Is.EqualTo(DType.Float32));
    }

    [Test]
    public void Wrong_element_type_or_count_is_said()
    {
        var x = Tensor.Zeros(2, 3);
        Assert.That(() => x.ToArray<int>(), Throws.TypeOf<DTypeException>().With.Message.Contains("float32").And.Message.Contains("<int>"));
        Assert.That(() => x.Item(), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 3]"));
        Assert.That(() => x.ToArray<char>(), Throws.TypeOf<DTypeException>());
        Assert.That(() => x.CopyTo(new float[5].AsSpan()), Throws.TypeOf<ShapeException>());
        Assert.That(Tensor.Full(new Shape(1, 1), 2.5).Item(), Is.EqualTo(2.5f));
        Assert.That(Tensor.Scalar(7).Item<int>(), Is.EqualTo(7));
    }
}
