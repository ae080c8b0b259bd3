using NUnit.Framework;
using Tiny.Diagnostics;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Tests.Diagnostics;

/// <summary>What DEBUG shows, and what SPEC refuses.</summary>
public sealed class DebuggingTests
{
    readonly TextWriter _before = Debugging.Out;

    [TearDown]
    public void Restore() => (Debugging.Level, Debugging.NoOpt, Debugging.Out) = (0, false, _before);

    [TestCase(0, new string[0], new[] { "matmul" })]
    [TestCase(1, new[] { "cpu matmul_relu", "GB/s", "GFLOP/s" }, new[] { "arena" })]
    [TestCase(2, new[] { "arena" }, new[] { "Vector(", "plain loops" })]
    [TestCase(4, new[] { "static void matmul_relu(float *restrict output" }, new[] { "%0 =" })]
    [TestCase(5, new[] { "= Range Reduce" }, new[] { "after expand" })]
    [TestCase(7, new[] { "after expand", "matmul_relu: vectorise", "nodes" }, new string[0])]
    public void EachLevelShowsMore(int level, string[] shown, string[] hidden)
    {
        var written = new StringWriter();
        (Debugging.Level, Debugging.Out) = (level, written);
        (Tensor.From<float>(new float[64], 8, 8).MatMul(Tensor.From<float>(new float[64], 8, 8))).Relu().Realize();
        foreach (var text in shown) Assert.That(written.ToString(), Does.Contain(text));
        foreach (var text in hidden) Assert.That(written.ToString(), Does.Not.Contain(text));
    }

    [Test]
    public void NoOptLeavesPlainLoops()
    {
        var written = new StringWriter();
        (Debugging.Level, Debugging.NoOpt, Debugging.Out) = (3, true, written);
        Assert.That((Tensor.From<float>([1f, 2, 3, 4], 4) * 2).ToArray<float>(), Is.EqualTo(new float[] { 2, 4, 6, 8 }));
        Assert.That(written.ToString(), Does.Contain("plain loops"));
    }

    [Test]
    public void AnIllegalKernelIsRefusedWithTheNode()
    {
        using var table = Interner.Open();
        var (output, input) = (UOp.New(Op.Pointer, DType.Float32, [], 0), UOp.New(Op.Pointer, DType.Float32, [], 1));
        KernelParam[] parameters = [new(DType.Float32, 4, true), new(DType.Float32, 4, false)];
        UOp Kernel(UOp pointer, UOp value) =>
            UOp.New(Op.Sink, DType.Void, [UOp.New(Op.Store, DType.Void, [pointer, UOp.Index(0), value])]);
        var load = UOp.New(Op.Load, DType.Float32, [input, UOp.Index(0)]);

        Assert.That(() => Spec.Kernel(Kernel(output, load), [.. parameters], "here"), Throws.Nothing);
        Refused("writes what is read", Kernel(input, load));
        Refused("reads what is written", Kernel(output, UOp.New(Op.Load, DType.Float32, [output, UOp.Index(0)])));
        Refused("moves another dtype", Kernel(output, load.Cast(DType.Int32)));
        Refused("mixes dtypes", Kernel(output, UOp.New(Op.Add, DType.Float32, [load, UOp.Index(1)])));
        Refused("should be gone", Kernel(output, UOp.New(Op.Load, DType.Float32, [input, UOp.Range(0, AxisKind.Upcast, 4)])));
        Refused("has no place in a kernel", Kernel(output, UOp.New(Op.Contiguous, DType.Float32, [load])));

        void Refused(string why, UOp sink) =>
            Assert.That(() => Spec.Kernel(sink, [.. parameters], "here"), Throws.InvalidOperationException.With.Message.Contains(why).And.Message.Contains("after here"));
    }
}
