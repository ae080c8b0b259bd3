using System.Numerics;
using NUnit.Framework;
using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Tests.Algebra;

/// <summary>Folding of integer constants, against arithmetic without limits brought into the dtype at the end.</summary>
public sealed class ConstantFoldTests
{
    static readonly DType[] s_dtypes = [DType.Int32, DType.UInt32, new(ScalarKind.UInt8), new(ScalarKind.Int64)];

    static readonly Dictionary<Op, Func<BigInteger, BigInteger, BigInteger>> s_meaning = new()
    {
        [Op.Add] = (a, b) => a + b,
        [Op.Mul] = (a, b) => a * b,
        [Op.FloorDiv] = (a, b) => b.IsZero ? 0 : Floor(a, b),
        [Op.FloorMod] = (a, b) => b.IsZero ? a : a - Floor(a, b) * b,
        [Op.Max] = (a, b) => BigInteger.Max(a, b),
        [Op.Min] = (a, b) => BigInteger.Min(a, b),
        [Op.And] = (a, b) => a & b,
        [Op.Or] = (a, b) => a | b,
        [Op.Xor] = (a, b) => a ^ b,
        [Op.Shl] = (a, b) => a << (int)b,
        [Op.Shr] = (a, b) => a >> (int)b,
        [Op.CmpLt] = (a, b) => a < b ? 1 : 0,
        [Op.CmpNe] = (a, b) => a != b ? 1 : 0,
    };

    [Test]
    public void IntegersFoldAsTheyCompute([ValueSource(nameof(s_dtypes))] DType dtype)
    {
        using var table = Interner.Open();
        var (min, max) = Bounds.OfType(dtype);
        long[] values = [.. Enumerable.Range(-9, 19).Select(i => (long)i).Where(i => i >= min), min, min + 1, max - 1, max, max / 2, max / 2 + 1];
        foreach (var (op, meaning) in s_meaning)
        {
            int folded = 0;
            foreach (long a in values)
                foreach (long b in values)
                {
                    var type = op is Op.CmpLt or Op.CmpNe ? DType.Bool : dtype;
                    if (Constants.Fold(UOp.New(op, type, [UOp.Const(a, dtype), UOp.Const(b, dtype)])) is not { } result) continue;
                    folded++;
                    // A shift by more than all bits moves every one of them out, and so does one by a negative amount.
                    var by = op is Op.Shl or Op.Shr && (b < 0 || b > 64) ? 64 : b;
                    Assert.That(result.Int, Is.EqualTo(Wrapped(meaning(a, by), type)), $"{op} {dtype} {a} {b}");
                    Assert.That(result.Int, Is.InRange(result.Min, result.Max));
                }
            Assert.That(folded, Is.GreaterThan(values.Length * 4), $"{op}");
        }
    }

    static BigInteger Floor(BigInteger a, BigInteger b)
    {
        var q = BigInteger.DivRem(a, b, out var rest);
        return !rest.IsZero && rest.Sign != b.Sign ? q - 1 : q;
    }

    static long Wrapped(BigInteger n, DType dtype)
    {
        if (dtype.IsBool) return (long)n;
        int bits = dtype.Size * 8;
        var low = n & ((BigInteger.One << bits) - 1);
        return (long)(low > Bounds.OfType(dtype).Max ? low - (BigInteger.One << bits) : low);
    }
}
