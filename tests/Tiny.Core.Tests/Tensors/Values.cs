using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Runtime;

namespace Tiny.Tests.Tensors;

/// <summary>Small values for tests.</summary>
static class Values
{
    /// <summary>Uniform in -1..1 from a seed.</summary>
    public static Tensor Random(int seed, params int[] shape)
    {
        var random = new Random(seed);
        var data = new float[new Shape(shape).Numel];
        for (int i = 0; i < data.Length; i++) data[i] = (float)(random.NextDouble() * 2 - 1);
        return Tensor.From(data, shape);
    }

    public static float[] Floats(this Tensor t)
    {
        var (oracle, live) = Both<float>(t);
        Close.Check(live, oracle, 1e-5, "the live result, against the interpreter's,");
        return oracle;
    }

    public static int[] Ints(this Tensor t) => Same<int>(t);
    public static bool[] Bools(this Tensor t) => Same<bool>(t);

    /// <summary>The interpreter's elements of a dtype that computes without rounding; the live run must give the same.</summary>
    public static T[] Same<T>(this Tensor t) where T : unmanaged
    {
        var (oracle, live) = Both<T>(t);
        Assert.That(live, Is.EqualTo(oracle), "the live result, against the interpreter's");
        return oracle;
    }

    static (T[] Oracle, T[] Live) Both<T>(Tensor t) where T : unmanaged
    {
        var memory = Interpreter.Evaluate(t.Node);
        var oracle = MemoryMarshal.Cast<byte, T>(memory.Copied()).ToArray();
        GC.KeepAlive(memory);
        return (oracle, t.ToArray<T>());
    }
}
