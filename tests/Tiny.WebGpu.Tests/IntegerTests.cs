using NUnit.Framework;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>Every operation on integers on WebGPU, over edge values and random ones, bit for bit what the interpreter makes of them.</summary>
public sealed class IntegerTests
{
    static readonly DType[] s_integers =
        [DType.Int8, DType.UInt8, DType.Int16, DType.UInt16, DType.Int32, DType.UInt32, DType.Int64, DType.UInt64];

    // Every pair of edge values, then random ones of every length in bits.
    static (Tensor A, Tensor B) Operands(DType dtype)
    {
        ulong[] edges = [0, 1, 2, 3, 7, 0xff, 0x100, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x100000001,
            0x7fffffffffffffff, 0x8000000000000000, 0x8000000000000001, 0xaaaaaaaaaaaaaaaa, ulong.MaxValue - 1, ulong.MaxValue];
        var random = new Random(5);
        ulong Any() => (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
        (ulong A, ulong B)[] pairs = [.. edges.SelectMany(a => edges.Select(b => (a, b))), .. Enumerable.Range(0, 600).Select(_ => (Any(), Any()))];
        return (Of(dtype, pairs.Select(p => p.A)), Of(dtype, pairs.Select(p => p.B)));
    }

    /// <summary>A tensor of the low bits of each number.</summary>
    static Tensor Of(DType dtype, IEnumerable<ulong> bits)
    {
        byte[] bytes = [.. bits.SelectMany(n => BitConverter.GetBytes(n)[..dtype.Size])];
        return Tensor.FromStorage(new Storage(dtype, new Shape(bytes.Length / dtype.Size), OwnedMemory.Of<byte>(bytes)));
    }

    static void Check(params (string Name, Tensor Value)[] results)
    {
        var expected = Interpreter.Evaluate([.. results.Select(r => r.Value.Node)]);
        Tensor.Realize([.. results.Select(r => r.Value)]);
        for (int i = 0; i < results.Length; i++)
        {
            var (name, value) = results[i];
            int bytes = value.Numel * value.DType.Size, size = value.DType.Size;
            var actual = value.Storage!.ToHost().Copied()[..bytes];
            int same = actual.CommonPrefixLength(expected[i].Copied()[..bytes]);
            Assert.That(same, Is.EqualTo(bytes), () => $"{name}: {value.DType}, element {same / size}");
        }
    }

    [Test]
    public void Arithmetic([ValueSource(nameof(s_integers))] DType dtype)
    {
        var (a, b) = Operands(dtype);
        Check(("a + b", a + b), ("a - b", a - b), ("a * b", a * b), ("-a", -a), ("floor division", a.FloorDiv(b)), ("modulo", a.Mod(b)),
            ("maximum", a.Maximum(b)), ("minimum", a.Minimum(b)));
    }

    [Test]
    public void ArithmeticWithConstants([ValueSource(nameof(s_integers))] DType dtype)
    {
        var (a, _) = Operands(dtype);
        int large = dtype.Size == 1 ? 100 : dtype.Size == 2 ? 30_000 : 2_000_000_000;
        Check(("a + 5", a + 5), ("7 - a", 7 - a), ("a * large", a * large), ("a / 7", a.FloorDiv(7)), ("a % 16", a.Mod(16)),
            ("between", a.Maximum(3).Minimum(large)));
        if (!dtype.IsUnsigned) Check(("a - 5", a - 5), ("a / -3", a.FloorDiv(-3)), ("a % -3", a.Mod(-3)), ("a * -large", a * -large));
    }

    [Test]
    public void Bits([ValueSource(nameof(s_integers))] DType dtype)
    {
        var (a, b) = Operands(dtype);
        Check(("and", a & b), ("or", a | b), ("exclusive or", a ^ b), ("and 127", a & Tensor.Scalar(127, dtype)));
        var amount = b & Tensor.Scalar(dtype.Size * 8 - 1, dtype);
        Tensor Shifted(Op op, Tensor by) => new(UOp.New(op, dtype, [a.Node, by.Node]));
        Check(("shifted left", Shifted(Op.Shl, amount)), ("shifted right", Shifted(Op.Shr, amount)));
        foreach (int n in new[] { 0, 1, 31, 32, 33, 63 })
            if (n < dtype.Size * 8)
            {
                var by = Tensor.Full(a.Shape, n, dtype);
                Check(($"<< {n}", Shifted(Op.Shl, by)), ($">> {n}", Shifted(Op.Shr, by)));
            }
    }

    [Test]
    public void Comparisons([ValueSource(nameof(s_integers))] DType dtype)
    {
        var (a, b) = Operands(dtype);
        (string, Tensor)[] conditions = [("<", a.Lt(b)), ("<=", a.Le(b)), (">", a.Gt(b)), (">=", a.Ge(b)), ("==", a.Eq(b)), ("!=", a.Ne(b)), ("> 100", a.Gt(100)),
            ("not below 3 or equal", !(a.Lt(3) | a.Eq(b)))];
        Check([.. conditions, .. conditions.Select(c => (c.Item1, c.Item2.Where(a, b + 1)))]);
    }

    [Test]
    public void Conversions([ValueSource(nameof(s_integers))] DType from, [ValueSource(nameof(s_integers))] DType to)
    {
        var (a, _) = Operands(from);
        Check(("integers", a.Cast(to) + 1), ("truth", a.Cast(DType.Bool).Where(a, a + 3)), ("of truth", a.Gt(5).Cast(to)));
    }

    [Test]
    public void ToFloat([ValueSource(nameof(s_integers))] DType dtype)
    {
        var (a, _) = Operands(dtype);
        // Around every power of two, where rounding to the nearest even number shows.
        var near = Of(dtype, Enumerable.Range(0, dtype.Size * 8).SelectMany(i => Enumerable.Range(-3, 7).SelectMany(d =>
            Enumerable.Range(0, 3).Select(k => (1UL << i) + (k == 0 ? 0 : i < 25 ? 0 : 1UL << (i - 25 + k)) + (ulong)d))));
        Check(("to float", a.Cast(DType.Float32)), ("near powers of two", near.Cast(DType.Float32)));
    }

    [Test]
    public void OfFloat([ValueSource(nameof(s_integers))] DType dtype)
    {
        float[] values = [0, -0f, 0.5f, -0.99f, 1, -1, 1.5f, 255.9f, -256, 65535.99f, 16777215, 16777216, 2147483520, 2147483648, -2147483648, -2147483904,
            4294967040, 4294967296, 8589934592, 123456789012f, -123456789012f, 9.223371e18f, 9.223372e18f, -9.223372e18f, -9.3e18f, 1.8446743e19f, 1.8446744e19f,
            3e38f, -3e38f, 1e-40f, float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        Check(("of float", Tensor.From<float>(values, values.Length).Cast(dtype)));
    }

    [Test]
    public void Reductions([ValueSource(nameof(s_integers))] DType dtype)
    {
        var a = Operands(dtype).A[..1000].Reshape(8, 125);
        Check(("sum", a.Sum(1)), ("product", a.Prod(1)), ("maximum", a.Max(0)), ("minimum", a.Min(0)), ("all", a.Sum()),
            ("of three", a[..3].Sum(0)), ("matrix", a[.., ..20].MatMul(a[.., ..20].Permute(1, 0))));
    }

    [Test]
    public void Movement([ValueSource(nameof(s_integers))] DType dtype)
    {
        var a = Operands(dtype).A[..105].Reshape(3, 5, 7);
        Check(("permute", a.Permute(2, 0, 1)), ("pad", a.Pad([(1, 0), (0, 2), (1, 1)])), ("flip", a.Flip(1)), ("slice", a[1.., ..3, 2..^1]),
            ("cat", Tensor.Cat([a, a * 2], 1)));
    }
}
