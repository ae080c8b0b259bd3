using Tiny.Graph;

namespace Tiny;

// Random numbers by counter: element i of a draw depends on the key and on the counter, begun at, plus i. With a seed of its own a draw begins at 0 and needs
// no state. Without one it takes key and counter from the generator that all share, and moves that on. The same on every target.
public sealed partial class Tensor
{
    /// <summary>Begins the stream of random numbers that all draws without a seed of their own take from, and that of layers' first values
    /// (<see cref="Nn.Initial.Seed"/>). Without this the seed is 0.</summary>
    /// <remarks>In a captured method key and counter are state of the program, like any tensor from outside that is assigned: each call gets numbers of its
    /// own, those that plain calls would have got, and an exported program begins where the stream stood when it was built.</remarks>
    public static void ManualSeed(long seed)
    {
        Generator.Seed(seed);
        Nn.Initial.Seed(seed);
    }

    /// <summary>Uniform float32 numbers from 0, below 1, multiples of 2^-24.</summary>
    public static Tensor Rand(params ReadOnlySpan<int> shape) => Uniform01(new Shape(shape), null);
    /// <summary>Uniform float32 numbers from 0, below 1, multiples of 2^-24.</summary>
    public static Tensor Rand(Shape shape) => Uniform01(shape, null);
    /// <summary>Uniform float32 numbers from 0, below 1, multiples of 2^-24: element i comes from the first word of <see cref="Threefry2x32"/> of counter (i, 0).</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="seed">The key: its low and high 32 bits.</param>
    public static Tensor Rand(Shape shape, long seed) => Uniform01(shape, seed);

    /// <summary>Normally distributed float32 numbers of mean 0 and variance 1.</summary>
    public static Tensor RandN(params ReadOnlySpan<int> shape) => Normal01(new Shape(shape), null);
    /// <summary>Normally distributed float32 numbers of mean 0 and variance 1.</summary>
    public static Tensor RandN(Shape shape) => Normal01(shape, null);
    /// <summary>Normally distributed float32 numbers of mean 0 and variance 1, from both words of <see cref="Threefry2x32"/> of counter (i, 0) (Box and Muller's method).</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="seed">The key: its low and high 32 bits.</param>
    public static Tensor RandN(Shape shape, long seed) => Normal01(shape, seed);

    /// <summary>
    /// Threefry-2x32 of 20 rounds (Salmon et al., Parallel random numbers: as easy as 1, 2, 3): a pair of uint32 counters enciphered by a pair of uint32 keys. Operands broadcast.
    /// </summary>
    /// <exception cref="DTypeException">An operand is not uint32.</exception>
    public static (Tensor A, Tensor B) Threefry2x32(Tensor counter0, Tensor counter1, Tensor key0, Tensor key1)
    {
        Tensor[] words = [counter0, counter1, key0, key1];
        foreach (var t in words)
        {
            ArgumentNullException.ThrowIfNull(t);
            if (t.DType != DType.UInt32) throw new DTypeException($"Threefry2x32: takes uint32, {t.Shape} is {t.DType}");
        }
        var shape = words.Select(t => t.Shape).Aggregate((a, b) => BroadcastShape("Threefry2x32", a, b));
        using var scope = Origin.Scope("threefry");
        UOp[] all = [.. words.Select(t => Build.Broadcast(t.Node, shape))];
        UOp a = all[0], b = all[1];
        UOp[] keys = [all[2], all[3], Build.Binary(Op.Xor, Build.Binary(Op.Xor, all[2], all[3]), Build.Fill(0x1BD11BDA, all[2]))];
        int[] rotations = [13, 15, 26, 6, 17, 29, 16, 24];
        a = Sum(a, keys[0]);
        b = Sum(b, keys[1]);
        for (int round = 0; round < 20; round++)
        {
            a = Sum(a, b);
            b = Build.Binary(Op.Xor, Rotated(b, rotations[round % 8]), a);
            if (round % 4 != 3) continue;
            int turn = round / 4 + 1;
            a = Sum(a, keys[turn % 3]);
            b = Sum(Sum(b, keys[(turn + 1) % 3]), Build.Fill(turn, b));
        }
        return (new Tensor(a), new Tensor(b));

        static UOp Sum(UOp x, UOp y) => Build.Binary(Op.Add, x, y);
        static UOp Rotated(UOp x, int by) =>
            Build.Binary(Op.Or, Build.Binary(Op.Shl, x, Build.Fill(by, x)), Build.Binary(Op.Shr, x, Build.Fill(32 - by, x)));
    }

    static Tensor Uniform01(Shape shape, long? seed)
    {
        using var scope = Origin.Scope("rand");
        return Unit(Words(shape, seed).A);
    }

    static Tensor Normal01(Shape shape, long? seed)
    {
        using var scope = Origin.Scope("rand_n");
        var (a, b) = Words(shape, seed);
        // 1 - u is never 0.
        return ((1 - Unit(a)).Log() * -2).Sqrt() * (Unit(b) * (2 * Math.PI)).Sin();
    }

    /// <summary>Two random words an element, by a seed or from the generator.</summary>
    static (Tensor A, Tensor B) Words(Shape shape, long? seed)
    {
        NotNull(shape);
        var counter = Arange(shape.Numel).Reshape(shape).Cast(DType.UInt32);
        if (seed is { } key) return Threefry2x32(counter, Word(0), Word(key), Word(key >> 32));
        var state = Generator.Take(shape.Numel);
        // The counter has 64 bits: what its low word loses goes into the high one.
        var low = counter + state[0];
        return Threefry2x32(low, state[1] + low.Lt(state[0]).Cast(DType.UInt32), state[2], state[3]);

        static Tensor Word(long bits) => Scalar(bits & uint.MaxValue, DType.UInt32);
    }

    // The upper 24 bits, which float32 holds exactly.
    static Tensor Unit(Tensor bits) =>
        new Tensor(Build.Binary(Op.Shr, bits.Node, Build.Fill(8, bits.Node))).Cast(DType.Float32) * (1f / (1 << 24));
}
