using System.Numerics.Tensors;
using NUnit.Framework;
using Tiny.Numerics;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class ConversionTests
{
    [Test]
    public void Arrays_of_several_dimensions()
    {
        int[,,] data = { { { 1, 2 }, { 3, 4 }, { 5, 6 } } };
        var x = Tensor.From(data);
        Assert.That(x.Shape, Is.EqualTo(new Shape(1, 3, 2)));
        Assert.That(x.Ints(), Is.EqualTo(new[] { 1, 2, 3, 4, 5, 6 }));
        Assert.That(x.ToMultidimensionalArray(), Is.EqualTo(data));
        Assert.That(x[0].T.ToMultidimensionalArray(), Is.EqualTo(new[,] { { 1, 3, 5 }, { 2, 4, 6 } }));
        Assert.That(Tensor.From(new double[0, 4]).Shape, Is.EqualTo(new Shape(0, 4)));
        Assert.That(Tensor.Scalar(true).ToMultidimensionalArray(), Is.EqualTo(new[] { true }));
        Assert.That(Tensor.From(new Half[,] { { (Half)1 } }).DType, Is.EqualTo(DType.Float16));
        Assert.That(() => Tensor.From(new decimal[1, 1]), Throws.TypeOf<DTypeException>().With.Message.Contains("Decimal"));
    }

    [Test]
    public void Tensor_spans()
    {
        float[] data = [.. Enumerable.Range(0, 12).Select(i => (float)i)];
        var whole = new ReadOnlyTensorSpan<float>(data, [3, 4]);
        Assert.That(whole.ToTensor().Shape, Is.EqualTo(new Shape(3, 4)));
        Assert.That(whole[1..3, 1..3].ToTensor().Floats(), Is.EqualTo(new[] { 5f, 6, 9, 10 }), "a part of other strides");
        Assert.That(new TensorSpan<float>(data).ToTensor().Floats(), Is.EqualTo(data));
        var back = whole.ToTensor().T.ToTensorSpan<float>();
        Assert.That((back.Rank, (int)back.Lengths[0], back[1, 2]), Is.EqualTo((2, 4, 9f)));
        Assert.That(() => { _ = Tensor.Zeros(2).ToTensorSpan<int>().Rank; }, Throws.TypeOf<DTypeException>());
    }

    [Test]
    public void Streams()
    {
        using var stream = new MemoryStream();
        var x = Tensor.From([1f, -2, 3.5f, 4], 2, 2);
        x.T.WriteTo(stream);
        Assert.That(stream.ToArray()[4..8], Is.EqualTo(BitConverter.GetBytes(3.5f)));
        stream.Position = 0;
        Assert.That(Tensor.ReadFrom(stream, new Shape(2, 2)).Floats(), Is.EqualTo(new[] { 1f, 3.5f, -2, 4 }));
        stream.Position = 3;
        Assert.That(() => Tensor.ReadFrom(stream, new Shape(2, 2)), Throws.TypeOf<EndOfStreamException>().With.Message.Contains("3 bytes"));
        stream.Position = 0;
        Assert.That(Tensor.ReadFrom(stream, new Shape(8), DType.Int16).Same<short>()[1], Is.EqualTo(0x3f80));
    }

    [Test]
    public void A_clone_is_a_tensor_of_its_own()
    {
        var x = Tensor.Arange(3);
        var copy = x.Clone();
        copy.Assign(7);
        Assert.That(x.Ints(), Is.EqualTo(new[] { 0, 1, 2 }));
        var later = x.Clone();
        x.Assign(5);
        Assert.That(later.Ints(), Is.EqualTo(new[] { 0, 1, 2 }));
    }
}
