using System.Numerics;
using NUnit.Framework;
using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Tests.Algebra;

/// <summary>Folding of integer constants, against arithmetic without limits brought into the dtype at the end.</summary>
public sealed class ConstantFoldTests
{
    static readonly DType[] s_dtypes = [DType.Int32, DType.UInt32, new(ScalarKind.UInt8), new(ScalarKind.Int64)];

    static readonly Dictionary<Op, Func<BigInteger, BigInteger, BigInteger?>> s_meaning = new()
    {
        [Op.Add] = (a, b) => a + b,
        [Op.Mul] = (a, b) => a * b,
        [Op.FloorDiv] = (a, b) => b.IsZero ? null : Floor(a, b),
        [Op.FloorMod] = (a, b) => b.IsZero ? null : a - Floor(a, b) * b,
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
                    if (op is Op.Shl or Op.Shr && (b < 0 || b >= dtype.Size * 8)) continue;
                    var type = op is Op.CmpLt or Op.CmpNe ? DType.Bool : dtype;
                    // What is not folded keeps its meaning; division by -1 is not, since the smallest number has no negation.
                    if (Constants.Fold(UOp.New(op, type, [UOp.Const(a, dtype), UOp.Const(b, dtype)])) is not { } result) continue;
                    folded++;
                    var expected = meaning(a, b) ?? throw new InvalidOperationException($"{op} {a} {b} has no value and was folded");
                    Assert.That(result.Int, Is.EqualTo(Wrapped(expected, type)), $"{op} {dtype} {a} {b}");
                    Assert.That(result.Int, Is.InRange(result.Min, result.Max));
                }
            Assert.That(folded, Is.GreaterThan(values.Length * 4), $"{op}");
        }
    }

    [Test]
    public void OutOfRangeShiftsAndDivisionByZeroAreLeftToTheTarget()
    {
        using var table = Interner.Open();
        foreach (var (op, b) in new[] { (Op.Shl, 32L), (Op.Shl, -1), (Op.Shr, 32), (Op.Shr, -1), (Op.FloorDiv, 0), (Op.FloorMod, 0) })
            Assert.That(Constants.Fold(UOp.Index(5).Alu(op, UOp.Index(b))), Is.Null, $"{op} {b}");
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
