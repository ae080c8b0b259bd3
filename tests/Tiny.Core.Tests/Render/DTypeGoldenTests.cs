using NUnit.Framework;
using Tiny.Lower;
using Tiny.Render;
using Tiny.Schedule;

namespace Tiny.Core.Tests.Render;

/// <summary>How kernels read in WGSL over dtypes that it has not.</summary>
public class DTypeGoldenTests
{
    static void Check(string name, Tensor result)
    {
        var kernel = Scheduler.Run([result.Node]).Launches.Single().Kernel.Lower(WgslRenderer.Profile) with { Name = name };
        WgslBinding[] bindings = [.. kernel.Params.Select((p, i) => new WgslBinding(p.Written ? "result" : $"operand{i}", ReadWrite: false))];
        Golden.Check($"{name}.wgsl", WgslRenderer.Render(kernel, bindings));
    }

    static Tensor Floats(params int[] shape) => Tensor.From<float>(new float[shape.Aggregate(1, (a, b) => a * b)], shape);
    static Tensor Longs(params int[] shape) => Tensor.From<long>(new long[shape.Aggregate(1, (a, b) => a * b)], shape);
    static Tensor Bools(params int[] shape) => Tensor.From<bool>(new bool[shape.Aggregate(1, (a, b) => a * b)], shape);

    [Test]
    public void WholeWordsToAThread() => Check("words", Floats(8, 16).Lt(0.5f) & Bools(8, 16));

    [Test]
    public void PartsOfWordsAreMerged() => Check("parts", Bools(5, 7).Permute(1, 0) ^ Bools(7, 5));

    [Test]
    public void ShortFloats() => Check("halves", Tensor.From<Half>(new Half[64], 64) * 3 + Tensor.From<Half>(new Half[64], 64).Flip(0));

    [Test]
    public void ShortIntegers() => Check("bytes", Tensor.From<sbyte>(new sbyte[30], 5, 6).Maximum(3)[.., ..5] * 5);

    [Test]
    public void PairsOfWords() => Check("pairs", (Longs(100) * 3 - Longs(100)).FloorDiv(7).Maximum(-1));
}
