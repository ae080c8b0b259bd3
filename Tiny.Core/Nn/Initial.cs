using System.Runtime.InteropServices;
using Tiny.Runtime;

namespace Tiny.Nn;

/// <summary>
/// First values of parameters. They are made on the host, and only if somebody reads them before weights are loaded. The same
/// layer sizes always give the same values.
/// </summary>
static class Initial
{
    /// <summary>One value everywhere.</summary>
    public static Tensor Full(float value, params ReadOnlySpan<int> shape) => Lazy(new Shape(shape), span => span.Fill(value));

    /// <summary>Uniform in +-1 / sqrt(fan in), as Kaiming initialisation of dense and convolution layers has it.</summary>
    public static Tensor Uniform(int fanIn, params ReadOnlySpan<int> shape)
    {
        float bound = fanIn > 0 ? 1 / MathF.Sqrt(fanIn) : 0;
        ulong state = 0x9E3779B97F4A7C15;
        foreach (int d in shape) state = Mix(state + (ulong)d);
        return Lazy(new Shape(shape), span =>
        {
            ulong s = state;
            foreach (ref float x in span)
                x = bound * ((Mix(s += 0x9E3779B97F4A7C15) >> 40) * (2f / (1 << 24)) - 1);
        });
    }

    static Tensor Lazy(Shape shape, Fill fill) =>
        Tensor.FromStorage(new Storage(DType.Float32, shape, new LazyMemory(shape.Numel * 4L, fill)));

    /// <summary>SplitMix64's finaliser: spreads a counter over all 64 bits.</summary>
    static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    delegate void Fill(Span<float> span);

    /// <summary>Memory that is made and filled when it is first looked at.</summary>
    sealed unsafe class LazyMemory(long bytes, Fill fill) : HostMemory
    {
        readonly Lazy<OwnedMemory> _memory = new(() =>
        {
            var memory = new OwnedMemory(bytes);
            fill(MemoryMarshal.Cast<byte, float>(memory.Writable));
            return memory;
        });

        public override long Bytes => bytes;
        public override byte* Pointer => _memory.Value.Pointer;
    }
}
