using System.Runtime.InteropServices;
using Tiny.Runtime;

namespace Tiny.Nn;

/// <summary>
/// First values of parameters. They are made on the host, and only if somebody reads them before weights are loaded. Each tensor has
/// a stream of numbers of its own, which follows from the seed and from how many tensors came before it.
/// </summary>
public static class Initial
{
    static readonly AsyncLocal<Counter?> s_own = new();
    static readonly Counter s_common = new(0);

    /// <summary>
    /// From here on, in this flow of control, layers begin with the values that follow from a seed: the same layers made in the same order
    /// have the same values. Without it, layers of the whole process share one sequence.
    /// </summary>
    public static void Seed(long seed) => s_own.Value = new Counter((ulong)seed);

    /// <summary>One value everywhere.</summary>
    internal static Tensor Full(float value, params ReadOnlySpan<int> shape) => Parameter(new Shape(shape), span => span.Fill(value));

    /// <summary>One value everywhere, in a tensor that is not trained.</summary>
    internal static Tensor Buffer(float value, params ReadOnlySpan<int> shape) => Lazy(new Shape(shape), span => span.Fill(value));

    /// <summary>Uniform in +-1 / sqrt(fan in): Kaiming's initialisation with a = sqrt(5), the default of dense and convolution layers.</summary>
    internal static Tensor Uniform(int fanIn, params ReadOnlySpan<int> shape) => Within(fanIn > 0 ? 1 / Math.Sqrt(fanIn) : 0, shape);

    /// <summary>Uniform in +-sqrt(6 / (fan in + fan out)): Glorot's initialisation.</summary>
    internal static Tensor Glorot(int fanIn, int fanOut, params ReadOnlySpan<int> shape) => Within(Math.Sqrt(6.0 / Math.Max(1, fanIn + fanOut)), shape);

    /// <summary>Uniform in +-bound.</summary>
    static Tensor Within(double bound, ReadOnlySpan<int> shape)
    {
        ulong state = Stream();
        return Parameter(new Shape(shape), span =>
        {
            ulong s = state;
            foreach (ref float x in span) x = (float)(bound * (Unit(ref s) * 2 - 1));
        });
    }

    /// <summary>Normally distributed with mean 0 and variance 1 (Box and Muller's method).</summary>
    internal static Tensor Normal(params ReadOnlySpan<int> shape)
    {
        ulong state = Stream();
        return Parameter(new Shape(shape), span =>
        {
            ulong s = state;
            foreach (ref float x in span) x = (float)(Math.Sqrt(-2 * Math.Log(1 - Unit(ref s))) * Math.Cos(2 * Math.PI * Unit(ref s)));
        });
    }

    static Tensor Parameter(Shape shape, Fill fill)
    {
        var tensor = Lazy(shape, fill);
        tensor.RequiresGrad = true;
        return tensor;
    }

    static Tensor Lazy(Shape shape, Fill fill) =>
        Tensor.FromStorage(new Storage(DType.Float32, shape, new LazyMemory(shape.Numel * 4L, fill)));

    static ulong Stream() => (s_own.Value ?? s_common).Next();

    /// <summary>From 0, below 1, a multiple of 2^-24.</summary>
    static double Unit(ref ulong state) => (Mix(state += Golden) >> 40) * (1.0 / (1 << 24));

    const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>SplitMix64's finaliser: spreads a counter over all 64 bits.</summary>
    static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>Numbers the tensors that begin with random values.</summary>
    sealed class Counter(ulong seed)
    {
        long _count;

        public ulong Next() => Mix(Mix(seed + Golden) + (ulong)Interlocked.Increment(ref _count) * Golden);
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
