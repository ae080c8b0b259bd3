using NUnit.Framework;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class LinearTests
{
    [Test]
    public void Matrix_product()
    {
        var (a, b) = (Values.Random(1, 4, 5), Values.Random(2, 5, 3));
        Close.Check(a.MatMul(b).Floats(), Product(a.Floats(), b.Floats(), 4, 5, 3), 1e-6);
    }

    [Test]
    public void Batches_broadcast()
    {
        var (a, b) = (Values.Random(1, 2, 1, 4, 5), Values.Random(2, 3, 5, 3));
        var c = a.MatMul(b);
        Assert.That(c.Shape, Is.EqualTo(new Shape(2, 3, 4, 3)));
        float[] af = a.Floats(), bf = b.Floats(), cf = c.Floats();
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 3; j++)
                Close.Check(cf.AsSpan((i * 3 + j) * 12, 12), Product(af[(i * 20)..(i * 20 + 20)], bf[(j * 15)..(j * 15 + 15)], 4, 5, 3),
                    1e-6);
    }

    [Test]
    public void Vectors()
    {
        var m = Tensor.Arange(6).Reshape(2, 3);
        Assert.That(m.MatMul(Tensor.From([1, 2, 3])).Ints(), Is.EqualTo(new[] { 8, 26 }));
        Assert.That(Tensor.From([1, 2]).MatMul(m).Ints(), Is.EqualTo(new[] { 6, 9, 12 }));
        Assert.That(Tensor.From([1, 2]).Dot(Tensor.From([3, 4])).Same<int>().Single(), Is.EqualTo(11));
    }

    [Test]
    public void Dense_layer()
    {
        var (x, w, b) = (Values.Random(1, 2, 3, 5), Values.Random(2, 4, 5), Values.Random(3, 4));
        var y = x.Linear(w, b);
        Assert.That(y.Shape, Is.EqualTo(new Shape(2, 3, 4)));
        var expected = Product(x.Floats(), w.T.Floats(), 6, 5, 4);
        for (int i = 0; i < expected.Length; i++) expected[i] += b.Floats()[i % 4];
        Close.Check(y.Floats(), expected, 1e-6);
        Assert.That(x[0, 0].Linear(w).Shape, Is.EqualTo(new Shape(4)));
    }

    [Test]
    public void Misfits_name_both_shapes()
    {
        var x = Tensor.Zeros(2, 3);
        Assert.That(() => x.MatMul(Tensor.Zeros(4, 5)),
            Throws.TypeOf<ShapeException>().With.Message.EndsWith("MatMul: [2, 3] x [4, 5]: inner extents 3 and 4 differ"));
        Assert.That(() => Tensor.Zeros(2, 3, 3).MatMul(Tensor.Zeros(4, 3, 5)), Throws.TypeOf<ShapeException>()
            .With.Message.Contains("[4, 3, 5]"));
        Assert.That(() => x.MatMul(Tensor.Scalar(1)), Throws.TypeOf<ShapeException>());
        Assert.That(() => x.Linear(Tensor.Zeros(7, 4)),
            Throws.TypeOf<ShapeException>().With.Message.EndsWith("Linear: input [2, 3] has 3 features, weight [7, 4] takes 4"));
        Assert.That(() => x.Linear(Tensor.Zeros(7, 3), Tensor.Zeros(6)), Throws.TypeOf<ShapeException>().With.Message.Contains("[6]")
            .And.Message.Contains("[7, 3]"));
        Assert.That(() => x.Linear(Tensor.Zeros(3)), Throws.TypeOf<ShapeException>());
    }

    static float[] Product(float[] a, float[] b, int m, int k, int n)
    {
        var c = new float[m * n];
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                for (int p = 0; p < k; p++) sum += (double)a[i * k + p] * b[p * n + j];
                c[i * n + j] = (float)sum;
            }
        return c;
    }
}
