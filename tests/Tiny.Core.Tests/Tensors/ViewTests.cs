using NUnit.Framework;
using Tiny.Schedule;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class ViewTests
{
    static Tensor Count(params int[] shape) => Tensor.From([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b))], shape);

    [Test]
    public void Diagonals()
    {
        var x = Count(3, 4);
        Assert.That(x.Diagonal().Ints(), Is.EqualTo(new[] { 0, 5, 10 }));
        Assert.That(x.Diagonal(1).Ints(), Is.EqualTo(new[] { 1, 6, 11 }));
        Assert.That(x.Diagonal(2).Ints(), Is.EqualTo(new[] { 2, 7 }));
        Assert.That(x.Diagonal(-2).Ints(), Is.EqualTo(new[] { 8 }));
        Assert.That(x.Diagonal(9).Shape, Is.EqualTo(new Shape(0)));
        Assert.That(x.Diagonal(int.MinValue).Shape, Is.EqualTo(new Shape(0)));
        var y = Count(2, 3, 2);
        var diagonal = y.Diagonal(0, 0, 2);
        Assert.That(diagonal.Shape, Is.EqualTo(new Shape(3, 2)));
        Assert.That(diagonal.Ints(), Is.EqualTo(new[] { 0, 7, 2, 9, 4, 11 }));
        Assert.That(() => x.Diagonal(0, 1, -1), Throws.TypeOf<ShapeException>().With.Message.Contains("[3, 4]"));
        Assert.That(Tensor.From([1, 2]).Diag().Ints(), Is.EqualTo(new[] { 1, 0, 0, 2 }));
        Assert.That(Tensor.From([1, 2]).Diag(1).Ints(), Is.EqualTo(new[] { 0, 1, 0, 0, 0, 2, 0, 0, 0 }));
        Assert.That(Tensor.From([1, 2]).Diag(-1).Ints(), Is.EqualTo(new[] { 0, 0, 0, 1, 0, 0, 0, 2, 0 }));
        Assert.That(Count(3, 3).Diag().Ints(), Is.EqualTo(new[] { 0, 4, 8 }));
        Assert.That(Tensor.Zeros(0).Diag().Shape, Is.EqualTo(new Shape(0, 0)));
        Assert.That(() => Tensor.Zeros(1, 1, 1).Diag(), Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void Axes_split_and_moved()
    {
        var x = Count(2, 12);
        Assert.That(x.Unflatten(1, 3, -1).Shape, Is.EqualTo(new Shape(2, 3, 4)));
        Assert.That(x.Unflatten(-1, 3, 4).Flatten(1).Ints(), Is.EqualTo(x.Ints()));
        Assert.That(() => x.Unflatten(1, 5, -1), Throws.TypeOf<ShapeException>().With.Message.Contains("[5, -1]").And.Message.Contains("[2, 12]"));
        var y = Tensor.Zeros(2, 3, 4);
        Assert.That(y.MoveDim(0, -1).Shape, Is.EqualTo(new Shape(3, 4, 2)));
        Assert.That(y.MoveDim(2, 0).Shape, Is.EqualTo(new Shape(4, 2, 3)));
        Assert.That(y.SwapAxes(0, 2).Shape, Is.EqualTo(new Shape(4, 3, 2)));
    }

    [Test]
    public void Windows_of_an_axis()
    {
        var x = Count(2, 5);
        var windows = x.Unfold(1, 3, 2);
        Assert.That(windows.Shape, Is.EqualTo(new Shape(2, 2, 3)));
        Assert.That(windows.Ints(), Is.EqualTo(new[] { 0, 1, 2, 2, 3, 4, 5, 6, 7, 7, 8, 9 }));
        Assert.That(x.Unfold(0, 1).Shape, Is.EqualTo(new Shape(2, 5, 1)));
        Assert.That(x.Unfold(0, 2).Ints(), Is.EqualTo(new[] { 0, 5, 1, 6, 2, 7, 3, 8, 4, 9 }));
        Assert.That(() => x.Unfold(1, 6), Throws.TypeOf<ShapeException>().With.Message.Contains("windows of 6"));
        // A view: a kernel that sums windows reads the tensor itself, and nothing is stored between.
        Assert.That(Scheduler.Run([Values.Random(1, 100).Unfold(0, 5).Sum(1).Node]).Launches, Has.Length.EqualTo(1));
    }

    [Test]
    public void Rolled()
    {
        var x = Count(2, 3);
        Assert.That(x.Roll(1, 1).Ints(), Is.EqualTo(new[] { 2, 0, 1, 5, 3, 4 }));
        Assert.That(x.Roll(-4, 1).Ints(), Is.EqualTo(new[] { 1, 2, 0, 4, 5, 3 }));
        Assert.That(x.Roll([1, 2], [0, -1]).Ints(), Is.EqualTo(new[] { 4, 5, 3, 1, 2, 0 }));
        Assert.That(Tensor.Zeros(0).Roll(3, 0).Shape, Is.EqualTo(new Shape(0)));
        Assert.That(() => x.Roll([1, 1], [0, 0]), Throws.TypeOf<ShapeException>().With.Message.Contains("twice"));
        Assert.That(() => x.Roll([1], [0, 1]), Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void Repeated_next_to_themselves()
    {
        var x = Count(2, 2);
        Assert.That(x.RepeatInterleave(2).Ints(), Is.EqualTo(new[] { 0, 0, 1, 1, 2, 2, 3, 3 }));
        Assert.That(x.RepeatInterleave(2, 0).Ints(), Is.EqualTo(new[] { 0, 1, 0, 1, 2, 3, 2, 3 }));
        Assert.That(x.RepeatInterleave(2, 1).Ints(), Is.EqualTo(new[] { 0, 0, 1, 1, 2, 2, 3, 3 }));
        Assert.That(x.RepeatInterleave(0, 1).Shape, Is.EqualTo(new Shape(2, 0)));
        Assert.That(() => x.RepeatInterleave(-1), Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void Padded_and_shrunk_to_extents()
    {
        var x = Count(2, 2);
        Assert.That(x.PadTo([3, -1]).Ints(), Is.EqualTo(new[] { 0, 1, 2, 3, 0, 0 }));
        Assert.That(x.PadTo([-1, 3], 7).Ints(), Is.EqualTo(new[] { 0, 1, 7, 2, 3, 7 }));
        Assert.That(x.ShrinkTo(-1, 1).Ints(), Is.EqualTo(new[] { 0, 2 }));
        Assert.That(() => x.PadTo([1, 2]), Throws.TypeOf<ShapeException>().With.Message.Contains("PadTo").And.Message.Contains("[1, 2]"));
        Assert.That(() => x.ShrinkTo(3, 2), Throws.TypeOf<ShapeException>().With.Message.Contains("ShrinkTo"));
    }

    [Test]
    public void Edges_from_the_tensor_itself()
    {
        var x = Tensor.From([1, 2, 3]);
        Assert.That(x.Pad([(2, 1)], PadMode.Reflect).Ints(), Is.EqualTo(new[] { 3, 2, 1, 2, 3, 2 }));
        Assert.That(x.Pad([(2, 1)], PadMode.Replicate).Ints(), Is.EqualTo(new[] { 1, 1, 1, 2, 3, 3 }));
        Assert.That(x.Pad([(2, 1)], PadMode.Circular).Ints(), Is.EqualTo(new[] { 2, 3, 1, 2, 3, 1 }));
        Assert.That(x.Pad([(1, 0)], PadMode.Constant).Ints(), Is.EqualTo(new[] { 0, 1, 2, 3 }));
        var square = Count(2, 2).Pad([(1, 0), (0, 1)], PadMode.Reflect);
        Assert.That(square.Ints(), Is.EqualTo(new[] { 2, 3, 2, 0, 1, 0, 2, 3, 2 }));
        Assert.That(() => x.Pad([(3, 0)], PadMode.Reflect), Throws.TypeOf<ShapeException>().With.Message.Contains("Reflect").And.Message.Contains("0 to 2"));
        Assert.That(() => Tensor.Zeros(0).Pad([(1, 0)], PadMode.Replicate), Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void Grids()
    {
        var grid = Tensor.Meshgrid([Tensor.From([1, 2]), Tensor.From([3, 4, 5])]);
        Assert.That(grid[0].Ints(), Is.EqualTo(new[] { 1, 1, 1, 2, 2, 2 }));
        Assert.That(grid[1].Ints(), Is.EqualTo(new[] { 3, 4, 5, 3, 4, 5 }));
        var plot = Tensor.Meshgrid([Tensor.From([1, 2]), Tensor.From([3, 4, 5])], xy: true);
        Assert.That(plot[0].Shape, Is.EqualTo(new Shape(3, 2)));
        Assert.That(plot[0].Ints(), Is.EqualTo(new[] { 1, 2, 1, 2, 1, 2 }));
        Assert.That(() => Tensor.Meshgrid([Tensor.Zeros(2, 2)]), Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void Rearranged_by_names()
    {
        var x = Count(2, 6);
        Assert.That(x.Rearrange("a b -> b a").Ints(), Is.EqualTo(x.Transpose().Ints()));
        Assert.That(x.Rearrange("a (b c) -> (a b) c", ("c", 2)).Shape, Is.EqualTo(new Shape(6, 2)));
        Assert.That(x.Rearrange("a (b c) -> c (b a)", ("b", 3)).Ints(), Is.EqualTo(x.Reshape(2, 3, 2).Permute(2, 1, 0).Flatten(1).Ints()));
        Assert.That(x.Rearrange("a b -> a 1 b").Shape, Is.EqualTo(new Shape(2, 1, 6)));
        Assert.That(Count(2, 1, 6).Rearrange("a 1 b -> (a b)").Shape, Is.EqualTo(new Shape(12)));
        Assert.That(Count(2, 3, 4, 5).Rearrange("a ... b -> b ... a").Shape, Is.EqualTo(new Shape(5, 3, 4, 2)));
        Assert.That(Count(2, 3, 4, 5).Rearrange("a ... -> a (...)").Shape, Is.EqualTo(new Shape(2, 60)));
        Assert.That(Count(4).Rearrange("... a -> a ...").Shape, Is.EqualTo(new Shape(4)));
        Assert.That(() => x.Rearrange("a b -> a"), Throws.ArgumentException);
        Assert.That(() => x.Rearrange("a b c -> a b c"), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 6]"));
        Assert.That(() => x.Rearrange("a (b c) -> a b c"), Throws.TypeOf<ShapeException>().With.Message.Contains("size of b or of c"));
        Assert.That(() => x.Rearrange("a (b c) -> a b c", ("b", 4)), Throws.TypeOf<ShapeException>().With.Message.Contains("does not split"));
        Assert.That(() => x.Rearrange("a (b -> a b"), Throws.ArgumentException.With.Message.Contains("parentheses"));
        Assert.That(() => x.Rearrange("a 1 -> a"), Throws.TypeOf<ShapeException>());
        Assert.That(() => x.Rearrange("a b -> b a", ("z", 2)), Throws.ArgumentException.With.Message.Contains("z"));
    }
}
