using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>Every dtype: conversions to all others, arithmetic, comparison, reduction, movement. Inputs of up to 16 bits take all their values.</summary>
static class DTypeCases
{
    static readonly DType[] s_all = [.. Enum.GetValues<ScalarKind>().Where(k => k != ScalarKind.Void).Select(k => new DType(k))];

    public static IReadOnlyList<GraphCase> All { get; } = [.. s_all.SelectMany(t => Of(t, s_all))];

    /// <summary>Those for WebGPU, which has no float64, may take float32's subnormal numbers for 0, and may lose the sign of 0.</summary>
    public static IReadOnlyList<GraphCase> ForWebGpu { get; } =
        [.. s_all.Where(t => t != DType.Float64).SelectMany(t => Of(t, [.. s_all.Where(t => t != DType.Float64)], subnormal: false))];

    static IEnumerable<GraphCase> Of(DType dtype, DType[] all, bool subnormal = true)
    {
        GraphCase Case(string name, IReadOnlyList<Tensor> inputs, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> build, int places = 0) =>
            new(name, inputs, build, () => new PlacesExpectation(build(inputs), places, subnormal));

        var name = dtype.Kind.ToString().ToLowerInvariant();
        var values = subnormal ? Values(dtype) : Normal(Values(dtype));
        yield return Case($"{name}_casts", [values], x => [.. all.Where(to => to != dtype).Select(to => x[0].Cast(to))]);
        yield return Case($"{name}_moves", [values[..252].Reshape(4, 7, 9)],
            x => [x[0].Permute(2, 0, 1), x[0].Flip(1), x[0].Pad([(1, 0), (0, 2), (3, 1)]), Tensor.Cat([x[0], x[0][.., 2..5]], 1), x[0].Gt(Half(x[0])).Where(x[0], x[0].Flip(2))]);
        if (dtype.IsBool) yield break;
        yield return Case($"{name}_bits", [values], x => [.. all.Where(to => to != dtype && to.Size == dtype.Size && !to.IsBool).Select(to => x[0].Bitcast(to))]);
        var (a, b) = Pairs(dtype, values);
        yield return Case($"{name}_arithmetic", [a, b], x => [x[0] + x[1], x[0] - x[1], x[0] * x[1], x[0] * 3 + 1, -x[0], Zero(x[0].Abs()), .. Divided(x[0], x[1])]);
        yield return Case($"{name}_comparison", [a, b],
            x => [x[0].Lt(x[1]), x[0].Le(x[1]), x[0].Eq(x[1]), x[0].Ne(x[1]), Zero(x[0].Maximum(x[1])), Zero(x[0].Minimum(x[1])), x[0].Lt(x[1]).Where(x[0], x[1])]);
        var small = Whole(dtype, 7, 33);
        yield return Case($"{name}_reduction", [small], x => [x[0].Sum(1), x[0].Sum(), x[0].Max(0), x[0].Min(1), x[0].ArgMax(1),
            // Wraps where there is no sign: the largest numbers.
            (x[0] - 8).Min(1), (x[0] - 8).Max(0), .. dtype.IsInt ? (Tensor[])[x[0].Prod(1)] : []]);
        yield return Case($"{name}_products", [small, Whole(dtype, 33, 5)], x => [x[0].MatMul(x[1])]);
        if (dtype.IsInt) yield return Case($"{name}_logic", [a, b], x => [x[0] & x[1], x[0] | x[1], x[0] ^ x[1], x[0] << x[1], x[0] >> x[1]]);
        else yield return Case($"{name}_analysis", [values], x => [x[0].Sqrt(), x[0].Trunc(), x[0].Floor(), x[0].Ceil()]);
        // Those of bfloat16 have values on the way that are subnormal.
        if (dtype.IsShortFloat && (subnormal || dtype != DType.BFloat16))
            yield return Case($"{name}_functions", [values], x => [x[0].Exp(), x[0].Exp2(), x[0].Log(), x[0].Log2(), x[0].Rsqrt(), x[0].Sigmoid(), x[0].Tanh(), x[0].Silu(), x[0].Gelu(), x[0].Sin()], 1);
    }

    // Which zero an extremum of zeros is, no one says.
    static Tensor Zero(Tensor x) => x.DType.IsFloat ? x + 0 : x;

    static Tensor Half(Tensor x) => x.DType.IsBool ? x.Flip(0) : x.Max() / 2;

    static Tensor[] Divided(Tensor a, Tensor b) => a.DType.IsFloat ? [a / b] : [a.FloorDiv(b), a.Mod(b)];

    /// <summary>All values of a dtype of up to 16 bits, else those at which something changes.</summary>
    static Tensor Values(DType dtype)
    {
        if (dtype.IsBool) return Tensor.From([.. Enumerable.Range(0, 256).Select(i => i % 3 == 0)]);
        var bits = dtype.Size switch
        {
            1 => Tensor.From([.. Enumerable.Range(0, 256).Select(i => (byte)i)]),
            2 => Tensor.From([.. Enumerable.Range(0, 65536).Select(i => (ushort)i)]),
            4 => Tensor.From([.. Edges(32).Select(x => (uint)x)]),
            _ => Tensor.From([.. Edges(64)]),
        };
        return Of(bits, dtype);
    }

    // Those that float32 holds as normal numbers.
    static Tensor Normal(Tensor values) => values.DType.Kind switch
    {
        ScalarKind.Float32 => Pick(values, [.. Places(values).Where(i => BitConverter.ToUInt32(Element(values, i)) << 1 >> 24 != 0)]),
        ScalarKind.BFloat16 => Pick(values, [.. Places(values).Where(i => (BitConverter.ToUInt16(Element(values, i)) & 0x7f80) != 0)]),
        _ => values,
    };

    static IEnumerable<int> Places(Tensor values) => Enumerable.Range(0, values.Numel);

    static ReadOnlySpan<byte> Element(Tensor values, int i) => values.Storage!.ToHost().Span.Slice(i * values.DType.Size, values.DType.Size);

    static Tensor Of(Tensor bits, DType dtype) => Tensor.FromStorage(new Storage(dtype, bits.Shape, bits.Storage!.ToHost()));

    // Patterns near powers of two, of integers as of floats.
    static SortedSet<ulong> Edges(int bits)
    {
        var all = new SortedSet<ulong>();
        for (int k = 0; k < bits; k++)
            for (int d = -2; d <= 2; d++)
                foreach (ulong sign in new[] { 0UL, 1UL << bits - 1 })
                    all.Add(unchecked(((1UL << k) + (ulong)d) ^ sign) & ulong.MaxValue >> 64 - bits);
        var random = new Random(bits);
        while (all.Count < 1024) all.Add((ulong)random.NextInt64(long.MinValue, long.MaxValue) >> 64 - bits);
        // Floats near whole numbers and near what shorter floats hold.
        foreach (double x in new[] { 0.1, 0.5, 1, 1.5, 2.5, 127, 127.5, 128, 255, 255.5, 256, 448, 464, 465, 480, 32767.5, 57344, 61440, 61441, 65504, 65519, 65520, 65535.5, 65536,
            1 + 1.0 / 256, 1 + 3.0 / 256, 1 + 1.0 / 2048, 1 + 3.0 / 2048, 1 + 1.0 / 2048 + 1e-12, 2147483647, 2147483648, 4294967295, 4294967296, 9.223372036854775e18, 9.3e18, 1.8446744073709550e19, 1.9e19,
            6e-8, 2.98e-8, 3e-8, 6.1e-5, 0.0009765625, 0.0029296875, 1e-40, 9.2e-41, 3.3961775292304601e38, 3.4e38, 1e300 })
            foreach (double v in new[] { x, -x }) all.Add(bits == 32 ? BitConverter.SingleToUInt32Bits((float)v) : BitConverter.DoubleToUInt64Bits(v));
        return all;
    }

    /// <summary>Pairs of values: all of 8 bits, else some, each with many.</summary>
    static (Tensor, Tensor) Pairs(DType dtype, Tensor values)
    {
        int n = values.Numel, pairs = dtype.Size == 1 ? 65536 : 16384;
        var random = new Random(3);
        int[] left = new int[pairs], right = new int[pairs];
        for (int i = 0; i < pairs; i++) (left[i], right[i]) = dtype.Size == 1 ? (i / 256, i % 256) : (random.Next(n), random.Next(n));
        return (Pick(values, left), Pick(values, right));
    }

    static Tensor Pick(Tensor values, int[] places)
    {
        int size = values.DType.Size;
        var (from, to) = (values.Storage!.ToHost(), new byte[places.Length * size]);
        for (int i = 0; i < places.Length; i++) from.Span.Slice(places[i] * size, size).CopyTo(to.AsSpan(i * size));
        return Tensor.FromStorage(new Storage(values.DType, new Shape(places.Length), OwnedMemory.Of<byte>(to)));
    }

    /// <summary>Small whole numbers, of which sums of products are exact in float32.</summary>
    static Tensor Whole(DType dtype, int rows, int columns)
    {
        var random = new Random(rows);
        var numbers = Tensor.From([.. Enumerable.Range(0, rows * columns).Select(_ => (float)random.Next(dtype.IsUnsigned ? 0 : -7, 8))], rows, columns);
        return numbers.Cast(dtype).Realize();
    }
}
