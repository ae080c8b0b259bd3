using NUnit.Framework;
using Tiny.Nn;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests.Gradients;

/// <summary>How many kernels gradients become, forward included, and the bytes that they move.</summary>
public sealed class BackwardKernelTests
{
    static readonly TestCaseData[] s_graphs =
    [
        // The inputs' and the weights' gradients are a product each; the bias's is a sum.
        Case("linear", 3, 65_728, () => { Tensor x = F(64, 32), w = F(48, 32), b = F(48); return G(x.Linear(w, b), [x, w, b]); }),
        Case("conv, bias, relu", 4, 138_048, () => { Tensor x = F(2, 8, 16, 16), w = F(8, 8, 3, 3), b = F(8); return G(x.Conv2d(w, b, padding: 1).Relu(), [x, w, b]); }),
        // No window is stored: each product reads inputs and writes one result.
        Case("strided conv", 2, 45_568, () => { Tensor x = F(2, 8, 16, 16), w = F(8, 8, 3, 3); return G(x.Conv2d(w, stride: 2, padding: 1), [x, w]); }),
        Case("layer norm", 5, 300_032, () => { Tensor x = F(64, 128), w = F(128), b = F(128); return G(x.LayerNorm(new Shape(128), w, b), [x, w, b]); }),
        Case("group norm", 3, 197_824, () => { var x = F(8, 16, 8, 8); return G(new GroupNorm(4, 16).Forward(x), [x]); }),
        Case("softmax cross-entropy", 4, 79_116, () => { Tensor x = F(64, 100); return x.CrossEntropy(I(64)).Gradient(x); }),
        Case("embedding", 1, 8_304, () => { var table = F(100, 16); return G(table.Take(I(4, 7)), [table]); }),
        Case("max pool", 2, 69_632, () => { var x = F(2, 8, 16, 16); return G(x.MaxPool2d(2), [x]); }),
        Case("overlapping max pool", 2, 69_632, () => { var x = F(2, 8, 16, 16); return G(x.MaxPool2d(3, 2, 1), [x]); }),
        Case("softmax", 4, 206_336, () => { var x = F(64, 100); return G(x.Softmax(), [x]); }),
        Case("attention", 8, 297_984, () => { Tensor q = F(4, 32, 16), k = F(4, 32, 16), v = F(4, 32, 16); return G(Tensor.ScaledDotProductAttention(q, k, v), [q, k, v]); }),
        Case("gelu", 1, 76_800, () => { var x = F(64, 100); return G(x.Gelu(), [x]); }),
    ];

    [TestCaseSource(nameof(s_graphs))]
    public void HasSoManyKernelsAndMovesSoManyBytes(int kernels, long bytes, Func<IReadOnlyList<Tensor>> build)
    {
        var schedule = Scheduler.Run([.. build().Select(t => t.Node)]);
        long moved = schedule.Launches.Sum(l => l.Slots.Select((s, i) => schedule.Slots[s].Bytes * (l.Kernel.Params[i].InPlace ? 2 : 1)).Sum());
        Assert.That((schedule.Launches.Length, moved), Is.EqualTo((kernels, bytes)), string.Join(", ", schedule.Launches.Select(l => l.Kernel.Name)));
    }

    // The gradient that comes from further on is memory.
    static IReadOnlyList<Tensor> G(Tensor y, IReadOnlyList<Tensor> targets) => y.Gradient(targets, F(y.Shape.Extents()));

    static TestCaseData Case(string name, int kernels, long bytes, Func<IReadOnlyList<Tensor>> build) => new TestCaseData(kernels, bytes, build).SetArgDisplayNames(name);

    static Tensor I(params int[] shape) => Tensor.FromStorage(new Storage(DType.Int32, new Shape(shape), new OwnedMemory(4L * new Shape(shape).Numel)));
    static Tensor F(params int[] shape) => Tensor.FromStorage(new Storage(DType.Float32, new Shape(shape), new OwnedMemory(4L * new Shape(shape).Numel)));
}
