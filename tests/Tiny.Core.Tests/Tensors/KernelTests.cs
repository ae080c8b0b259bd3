using NUnit.Framework;
using Tiny.Runtime;

namespace Tiny.Tests.Tensors;

/// <summary>Kernels written by hand, against loops.</summary>
[TestFixture]
public sealed class KernelTests
{
    static Tensor One(DType dtype, Shape shape, IReadOnlyList<Tensor> inputs, Action<KernelBuilder> body) => Tensor.Kernel("by_hand", [(dtype, shape)], inputs, body)[0];

    [Test]
    public void A_product_of_what_is_computed_and_of_what_lies_in_memory()
    {
        Tensor a = Values.Random(1, 9, 33), b = Values.Random(2, 33, 20);
        var product = One(DType.Float32, new Shape(9, 20), [a.T.Sin().T, b], k =>
        {
            KernelValue i = k.Range(9), j = k.Range(20), r = k.Range(33);
            k.Outputs[0].Write(k.Sum(r, k.Inputs[0][i, r] * k.Inputs[1][r, j]), i, j);
        });
        Close.Check((product * 2).Floats(), (a.Sin().MatMul(b) * 2).Floats(), 1e-5);
    }

    [Test]
    public void Indices_that_come_from_data()
    {
        var index = Tensor.From([3, -1, 0, 4, 2]);
        var table = Tensor.From([1.5, 2.5, 3.5, 4.5]);
        var picked = One(DType.Float64, new Shape(5), [index, table], k =>
        {
            var i = k.Range(5);
            k.Outputs[0].Write(k.Inputs[1][k.Inputs[0][i]], i);
        });
        Assert.That(picked.Same<double>(), Is.EqualTo(new[] { 4.5, 0, 1.5, 0, 3.5 }), "outside reads 0");
        var wide = One(DType.Float64, new Shape(3), [Tensor.From([1L << 32, 1L, -1L]), table], k =>
        {
            var i = k.Range(3);
            k.Outputs[0].Write(k.Inputs[1][k.Inputs[0][i]], i);
        });
        Assert.That(wide.Same<double>(), Is.EqualTo(new[] { 0, 2.5, 0 }), "the index is not cut to 32 bits");
        var counts = One(DType.Int32, new Shape(3), [Tensor.From([2, 0, 2, 2, 1, 7])], k =>
        {
            KernelValue bin = k.Range(3), i = k.Range(6);
            k.Outputs[0].Write(k.Sum(i, k.Inputs[0][i].Eq(bin).Cast(DType.Int32)), bin);
        });
        Assert.That(counts.Ints(), Is.EqualTo(new[] { 1, 1, 3 }));
    }

    [Test]
    public void Several_outputs_reductions_and_dtypes()
    {
        var x = Tensor.From<Half>([.. Enumerable.Range(0, 24).Select(i => (Half)(i % 7 - 2.5))], 2, 3, 4);
        var all = Tensor.Kernel("stats", [(DType.Float16, new Shape(2)), (DType.Bool, new Shape(3, 1, 2)), (DType.UInt8, new Shape(4))], [x], k =>
        {
            KernelValue i = k.Range(2), j = k.Range(3), l = k.Range(4);
            var element = k.Inputs[0][i, j, l];
            // The mean square distance from each row's smallest: a reduction within another.
            k.Outputs[0].Write(k.Sum(j, k.Sum(l, element - k.Inputs[0][i, 0, 0]) - k.Min(l, element)), i);
            k.Outputs[1].Write(k.Max(l, element) > 2, j, 0, i);
            k.Outputs[2].Write((l * 3 % 4 ^ k.Const(1, DType.Int32)).Cast(DType.UInt8), l);
        });
        double At(int i, int j, int l) => (double)x.ToArray<Half>()[(i * 3 + j) * 4 + l];
        int[] Upto(int n) => [.. Enumerable.Range(0, n)];
        var sums = Upto(2).Select(i => Upto(3).Sum(j => Upto(4).Sum(l => At(i, j, l) - At(i, 0, 0)) - Upto(4).Min(l => At(i, j, l))));
        Assert.That(all[0].Same<Half>().Select(h => (double)h), Is.EqualTo(sums).Within(0.02));
        Assert.That(all[1].Same<bool>(), Is.EqualTo(Upto(3).SelectMany(j => Upto(2).Select(i => Upto(4).Max(l => At(i, j, l)) > 2))));
        Assert.That(all[2].Same<byte>(), Is.EqualTo(new byte[] { 1, 2, 3, 0 }));
    }

    [Test]
    public void Without_inputs_of_one_element_and_of_none()
    {
        var table = One(DType.Int32, new Shape(2, 3), [], k =>
        {
            KernelValue i = k.Range(2), j = k.Range(3);
            k.Outputs[0].Write(i * 10 + j, i, j);
        });
        Assert.That((table + 1).Ints(), Is.EqualTo(new[] { 1, 2, 3, 11, 12, 13 }));
        var one = One(DType.Float32, Shape.Scalar, [Tensor.From([1f, 2, 3])], k => k.Outputs[0].Write(k.Inputs[0][1]));
        Assert.That(one.Floats(), Is.EqualTo(new[] { 2f }));
        Assert.That(One(DType.Float32, new Shape(0, 2), [], k => { }).Shape, Is.EqualTo(new Shape(0, 2)));
        Assert.That(One(DType.Float32, new Shape(2), [Tensor.Zeros(0)], k => { var i = k.Range(2); k.Outputs[0].Write(k.Inputs[0][i] + 4, i); }).Floats(), Is.EqualTo(new[] { 4f, 4 }));
    }

    [Test]
    public void Beside_other_kernels_and_writes()
    {
        var x = Tensor.From([1f, 2, 3, 4]);
        Tensor Doubled(Tensor t) => One(DType.Float32, new Shape(4), [t], k => { var i = k.Range(4); k.Outputs[0].Write(k.Inputs[0][i] * 2, i); });
        var before = Doubled(x);
        x[1] = Tensor.Scalar(10f);
        var after = Doubled(Doubled(x).Flip(0));
        Assert.That(before.Floats(), Is.EqualTo(new[] { 2f, 4, 6, 8 }));
        Assert.That(after.Floats(), Is.EqualTo(new[] { 16f, 12, 40, 4 }));
        Assert.That((Doubled(x) + Doubled(x)).Floats(), Is.EqualTo(new[] { 4f, 40, 12, 16 }));
    }

    [Test]
    public void Its_gradient_is_given()
    {
        static Tensor Square(Tensor t) => One(DType.Float32, new Shape(3), [t], k => { var i = k.Range(3); k.Outputs[0].Write(k.Inputs[0][i] * k.Inputs[0][i], i); });
        var x = Tensor.From([1f, -2, 3]);
        Assert.That(x.WithGradient(Square, (t, g) => g * 2 * t).Sum().Gradient(x)[0].Floats(), Is.EqualTo(new[] { 2f, -4, 6 }));
        Assert.That(() => Square(x).Sum().Gradient(x), Throws.TypeOf<DTypeException>().With.Message.Contains("by_hand"));
    }

    [Test]
    public void Errors()
    {
        var x = Tensor.Zeros(2, 3);
        void Fails<T>(string part, Action<KernelBuilder> body) where T : Exception =>
            Assert.That(() => One(DType.Float32, new Shape(2, 3), [x], body), Throws.TypeOf<T>().With.Message.Contains(part));
        Fails<ShapeException>("not written", k => { });
        Fails<ShapeException>("loop of its own", k => { var i = k.Range(2); k.Outputs[0].Write(k.Inputs[0][i, 0], i, i); });
        Fails<ShapeException>("loop of its own", k => k.Outputs[0].Write(k.Const(0, DType.Float32), k.Range(2), k.Range(4)));
        Fails<ShapeException>("neither an axis", k => k.Outputs[0].Write(k.Inputs[0][0, k.Range(3)], k.Range(2), k.Range(3)));
        Fails<ShapeException>("twice", k => { for (int n = 0; n < 2; n++) k.Outputs[0].Write(k.Const(0, DType.Float32), k.Range(2), k.Range(3)); });
        Fails<ShapeException>("3 indices", k => _ = k.Inputs[0][k.Range(2), k.Range(3), 0]);
        Fails<DTypeException>("Cast", k => k.Outputs[0].Write(k.Range(2), k.Range(2), k.Range(3)));
        Fails<DTypeException>("float32 and int32", k => _ = k.Inputs[0][0, 0] + k.Range(2));
        Fails<DTypeException>("not a bool", k => _ = -(k.Range(2) < k.Range(3)));
        Fails<DTypeException>("bool", k => _ = (k.Range(2) < 1) - (k.Range(3) < 1));
        Fails<ShapeException>("closed", k => { var i = k.Range(2); k.Sum(i, k.Sum(i, k.Inputs[0][i, 0])); });
        Fails<ShapeException>("0 iterations", k => k.Range(0));
        Assert.That(() => One(DType.Float32, new Shape(1), [x, x, x, x, x, x, x, x], k => { }), Throws.TypeOf<ShapeException>().With.Message.Contains("8 inputs"));
    }
}
