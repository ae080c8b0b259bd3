using NUnit.Framework;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class MovementTests
{
    static readonly Tensor s_x = Tensor.Arange(6).Reshape(2, 3);

    [Test]
    public void Reshaping()
    {
        Assert.That(s_x.Reshape(-1, 2).Shape, Is.EqualTo(new Shape(3, 2)));
        Assert.That(s_x.T.Reshape(-1).Ints(), Is.EqualTo(new[] { 0, 3, 1, 4, 2, 5 }));
        Assert.That(Tensor.Zeros(2, 3, 4).Flatten(1).Shape, Is.EqualTo(new Shape(2, 12)));
        Assert.That(Tensor.Zeros(2, 3, 4).Flatten(0, 1).Shape, Is.EqualTo(new Shape(6, 4)));
    }

    [TestCase(new[] { 4, 2 })]
    [TestCase(new[] { -1, 4 })]
    [TestCase(new[] { -1, -1 })]
    [TestCase(new[] { -2, -3 })]
    [TestCase(new[] { 0, -1 })]
    public void Misfits_name_both_shapes(int[] dims) => Assert.That(() => s_x.Reshape(dims),
        Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 3]").And.Message.Contains($"[{string.Join(", ", dims)}]"));

    [Test]
    public void Axes()
    {
        var x = Tensor.Arange(24).Reshape(2, 3, 4);
        Assert.That(x.Permute(2, 0, 1).Shape, Is.EqualTo(new Shape(4, 2, 3)));
        Assert.That(x.Permute(2, 0, 1)[1, 1, 2].Same<int>().Single(), Is.EqualTo(x[1, 2, 1].Same<int>().Single()));
        Assert.That(x.Transpose().Shape, Is.EqualTo(new Shape(2, 4, 3)));
        Assert.That(x.Transpose(0, -1).Shape, Is.EqualTo(new Shape(4, 3, 2)));
        Assert.That(s_x.T.Ints(), Is.EqualTo(new[] { 0, 3, 1, 4, 2, 5 }));
        Assert.That(x.Unsqueeze(1).Shape, Is.EqualTo(new Shape(2, 1, 3, 4)));
        Assert.That(x.Unsqueeze(-1).Squeeze(-1).Shape, Is.EqualTo(x.Shape));
        Assert.That(Tensor.Zeros(1, 2, 1).Squeeze().Shape, Is.EqualTo(new Shape(2)));
        Assert.That(() => x.Permute(0, 1), Throws.TypeOf<ShapeException>());
        Assert.That(() => x.Permute(0, 1, 1), Throws.TypeOf<ShapeException>().With.Message.Contains("twice"));
        Assert.That(() => x.Squeeze(0), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 3, 4]"));
        Assert.That(() => x.T, Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void Expanding_and_repeating()
    {
        Assert.That(Tensor.From([1, 2], 2, 1).Expand(2, 3).Ints(), Is.EqualTo(new[] { 1, 1, 1, 2, 2, 2 }));
        Assert.That(Tensor.From([1, 2]).Expand(2, -1).Ints(), Is.EqualTo(new[] { 1, 2, 1, 2 }));
        Assert.That(() => s_x.Expand(4, 3), Throws.TypeOf<ShapeException>()
            .With.Message.EndsWith("Expand: [2, 3] does not stretch to [4, 3]"));
        Assert.That(Tensor.From([1, 2]).Repeat(3).Ints(), Is.EqualTo(new[] { 1, 2, 1, 2, 1, 2 }));
        Assert.That(s_x.Repeat(1, 2).Ints(), Is.EqualTo(new[] { 0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5 }));
        Assert.That(Tensor.From([1, 2]).Repeat(2, 1).Ints(), Is.EqualTo(new[] { 1, 2, 1, 2 }));
        Assert.That(Tensor.From([1, 2]).Repeat(0).Shape, Is.EqualTo(new Shape(0)));
    }

    [Test]
    public void Edges()
    {
        Assert.That(Tensor.From([1, 2]).Pad([(1, 2)]).Ints(), Is.EqualTo(new[] { 0, 1, 2, 0, 0 }));
        Assert.That(s_x.Pad([(0, 1), (1, 0)], -7).Ints(), Is.EqualTo(new[] { -7, 0, 1, 2, -7, 3, 4, 5, -7, -7, -7, -7 }));
        Assert.That(Tensor.From([float.NaN]).Pad([(1, 0)], double.NegativeInfinity).Floats(),
            Is.EqualTo(new[] { float.NegativeInfinity, float.NaN }));
        Assert.That(s_x.Shrink((1, 2), (0, 2)).Ints(), Is.EqualTo(new[] { 3, 4 }));
        Assert.That(() => s_x.Shrink((0, 3), (0, 2)), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 3]"));
        Assert.That(() => s_x.Pad([(1, 1)]), Throws.TypeOf<ShapeException>());
        Assert.That(() => s_x.Pad([(-1, 1), (0, 0)]), Throws.TypeOf<ShapeException>());
        Assert.That(s_x.Flip(0).Ints(), Is.EqualTo(new[] { 3, 4, 5, 0, 1, 2 }));
        Assert.That(s_x.Flip(0, -1).Ints(), Is.EqualTo(new[] { 5, 4, 3, 2, 1, 0 }));
    }

    [Test]
    public void Slices()
    {
        var x = Tensor.Arange(60).Reshape(3, 4, 5);
        Assert.That(x[1].Shape, Is.EqualTo(new Shape(4, 5)));
        Assert.That(x[1..3, ^1, ..].Shape, Is.EqualTo(new Shape(2, 5)));
        Assert.That(x[1..3, ^1, ..].Ints(), Is.EqualTo(new[] { 35, 36, 37, 38, 39, 55, 56, 57, 58, 59 }));
        Assert.That(x[^1, 0, 1..^1].Ints(), Is.EqualTo(new[] { 41, 42, 43 }));
        Assert.That(x[2, 3, 4].Same<int>().Single(), Is.EqualTo(59));
        Assert.That(x[0, 0, new Slice(.., 2)].Ints(), Is.EqualTo(new[] { 0, 2, 4 }));
        Assert.That(x[0, 0, new Slice(1.., 3)].Ints(), Is.EqualTo(new[] { 1, 4 }));
        Assert.That(x[0, 0, new Slice(.., -2)].Ints(), Is.EqualTo(new[] { 4, 2, 0 }));
        Assert.That(x[0, new Slice(0..3, 2), new Slice(..4, -3)].Ints(), Is.EqualTo(new[] { 3, 0, 13, 10 }));
        Assert.That(x[0, 0, new Slice(.., int.MinValue)].Ints(), Is.EqualTo(new[] { 4 }));
        Assert.That(x[2..2].Shape, Is.EqualTo(new Shape(0, 4, 5)));
        Assert.That(x[new Slice(1..1, 2)].Shape, Is.EqualTo(new Shape(0, 4, 5)));
        Assert.That(() => x[3], Throws.TypeOf<ShapeException>().With.Message.Contains("[3, 4, 5]"));
        Assert.That(() => x[.., 2..7], Throws.TypeOf<ShapeException>().With.Message.Contains("axis 1"));
        Assert.That(() => x[3..2], Throws.TypeOf<ShapeException>());
        Assert.That(() => x[-1], Throws.TypeOf<ShapeException>().With.Message.Contains("^1"));
        Assert.That(() => x[0, 0, 0, 0], Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void Joining_keeps_every_bit()
    {
        float[] odd = [-0f, float.NaN, float.NegativeInfinity, 1f];
        var joined = Tensor.Cat([Tensor.From(odd, 2, 2), Tensor.From([5f, -0f], 2, 1)], axis: 1).Floats();
        float[] expected = [-0f, float.NaN, 5f, float.NegativeInfinity, 1f, -0f];
        Assert.That(joined.Select(BitConverter.SingleToInt32Bits), Is.EqualTo(expected.Select(BitConverter.SingleToInt32Bits)));
    }

    [Test]
    public void Joining_and_parting()
    {
        Assert.That(Tensor.Cat([s_x, s_x + 6, Tensor.Arange(3).Reshape(1, 3)], axis: -2).Ints(),
            Is.EqualTo(new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2 }));
        Assert.That(Tensor.Cat([Tensor.Arange(0), Tensor.Arange(2)]).Ints(), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(Tensor.Cat([Tensor.From([1]), Tensor.From([0.5f])]).Floats(), Is.EqualTo(new[] { 1f, 0.5f }));
        Assert.That(Tensor.Stack([Tensor.From([1, 2]), Tensor.From([3, 4])], -1).Ints(), Is.EqualTo(new[] { 1, 3, 2, 4 }));
        Assert.That(Tensor.Stack([Tensor.From([1, 2]), Tensor.From([3, 4])]).Shape, Is.EqualTo(new Shape(2, 2)));
        Assert.That(s_x.Split([1, 2], 1)[1].Ints(), Is.EqualTo(new[] { 1, 2, 4, 5 }));
        Assert.That(Tensor.Arange(7).Split(3).Select(p => p.Numel), Is.EqualTo(new[] { 3, 3, 1 }));
        Assert.That(Tensor.Arange(7).Chunk(3).Select(p => p.Ints()[0]), Is.EqualTo(new[] { 0, 3, 6 }));
        Assert.That(() => Tensor.Cat([s_x, Tensor.Zeros(3, 2)]), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 3]")
            .And.Message.Contains("[3, 2]"));
        Assert.That(() => Tensor.Stack([s_x, s_x.T]), Throws.TypeOf<ShapeException>());
        Assert.That(() => s_x.Split([1, 1], 1), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 3]"));
    }

    [Test]
    public void Made_tensors()
    {
        Assert.That(Tensor.Ones(2, 2).Floats(), Is.All.EqualTo(1f));
        Assert.That(Tensor.Full(new Shape(2), true).Bools(), Is.All.True);
        Assert.That(Tensor.Arange(5, 0, -2).Ints(), Is.EqualTo(new[] { 5, 3, 1 }));
        Assert.That(Tensor.Arange(3, 3).Numel, Is.Zero);
        Assert.That(() => Tensor.From([1f, 2f], 3), Throws.TypeOf<ShapeException>().With.Message.Contains("[3]"));
        var x = Tensor.From([1f, 2f, 3f, 4f], 2, 2).T.Contiguous();
        Assert.That(x.Floats(), Is.EqualTo(new[] { 1f, 3f, 2f, 4f }));
    }
}
