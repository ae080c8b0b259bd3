using NUnit.Framework;
using Tiny.Graph;

namespace Tiny.Tests.Tensors;

/// <summary>What graph the operations build.</summary>
[TestFixture]
public sealed class GraphTests
{
    [Test]
    public void The_outermost_operation_names_every_node()
    {
        var x = Tensor.Zeros(1, 2, 8, 8).Realize();
        var y = x.Conv2d(Tensor.Zeros(4, 2, 3, 3).Realize(), Tensor.Zeros(4).Realize(), padding: 1);
        var z = y.Relu();
        Assert.That(z.Node.Origin, Is.EqualTo("relu"));
        var conv = Below(y.Node).Where(n => n.Op != Op.Buffer).ToList();
        Assert.That(conv.Select(n => n.Op), Does.Contain(Op.Reduce).And.Contain(Op.Add));
        Assert.That(conv.Select(n => n.Origin), Is.All.EqualTo("conv2d"));
        Assert.That(z.Softmax().Node.Origin, Is.EqualTo("softmax"));
        Assert.That((z + 1).Node.Origin, Is.EqualTo("add"));
    }

    [Test]
    public void An_operation_that_throws_closes_its_scope()
    {
        Assert.That(() => Tensor.From(new byte[] { 1 }).Clamp(0, 999), Throws.TypeOf<DTypeException>());
        Assert.That(Origin.Current, Is.Null);
    }

    [Test]
    public void Building_computes_nothing()
    {
        var x = Tensor.Zeros(3) + 1;
        Assert.That(x.Storage, Is.Null);
        Assert.That(x.Realize().Storage, Is.Not.Null);
        Assert.That(x.Node.Op, Is.EqualTo(Op.Buffer));
    }

    [Test]
    public void A_hundred_thousand_nodes_deep()
    {
        var x = Tensor.From([0, 1]);
        for (int i = 0; i < 100_000; i++) x += 1;
        Assert.That(x.Ints(), Is.EqualTo(new[] { 100_000, 100_001 }));
    }

    [Test]
    public void Shared_parts_are_evaluated_once()
    {
        // Without sharing this would take 2^60 steps.
        var x = Tensor.From([1.0]);
        for (int i = 0; i < 60; i++) x += x;
        Assert.That(x.Item<double>(), Is.EqualTo(Math.Pow(2, 60)));
    }

    [Test]
    public void Only_primitives_are_used()
    {
        var x = Tensor.Zeros(2, 3, 8, 8);
        Tensor[] all = [x.Conv2d(Tensor.Zeros(6, 1, 3, 3), groups: 3), x.MaxPool2d(2), x.AvgPool2d(3, 2, 1, countPadding: false),
            x.Softmax(),
            x.Var(1), x.ArgMax(2).Cast(DType.Float32), Tensor.Cat([x, x]), x[.., new Slice(.., 2)], x.Gelu(), x.Floor(),
                x.Pad([(1, 1), (0, 0), (2, 0), (0, 0)], 5)];
        var ops = all.SelectMany(t => Below(t.Node)).Select(n => n.Op).Distinct();
        Assert.That(ops, Is.All.LessThanOrEqualTo(Op.MulAcc));
        Assert.That(ops, Has.None.EqualTo(Op.MulAcc).And.None.EqualTo(Op.Param));
    }

    static List<UOp> Below(UOp root)
    {
        var seen = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        var open = new Stack<UOp>([root]);
        while (open.TryPop(out var n))
            if (seen.Add(n))
                foreach (var s in n.Src) open.Push(s);
        return [.. seen];
    }
}
