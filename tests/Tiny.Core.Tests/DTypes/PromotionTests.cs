using NUnit.Framework;

namespace Tiny.Core.Tests.DTypes;

/// <summary>The lattice is one, and has the joins that people expect.</summary>
public class PromotionTests
{
    static readonly DType[] s_all = [.. Enum.GetValues<ScalarKind>().Where(k => k != ScalarKind.Void).Select(k => new DType(k))];

    [Test]
    public void JoinsFormALattice()
    {
        foreach (var a in s_all)
        {
            Assert.That(Promotion.Join(a, a), Is.EqualTo(a));
            foreach (var b in s_all)
            {
                var ab = Promotion.Join(a, b);
                Assert.That(ab, Is.EqualTo(Promotion.Join(b, a)), $"{a} {b}");
                Assert.That(Promotion.Join(a, ab), Is.EqualTo(ab), $"{a} {b}");
                foreach (var c in s_all)
                {
                    Assert.That(Promotion.Join(ab, c), Is.EqualTo(Promotion.Join(a, Promotion.Join(b, c))), $"{a} {b} {c}");
                    // A join is the least of what lies above both.
                    if (Promotion.Join(a, c) == c && Promotion.Join(b, c) == c) Assert.That(Promotion.Join(ab, c), Is.EqualTo(c), $"{a} {b} {c}");
                }
            }
        }
    }

    [Test]
    public void IntegersMeetWhereAllTheirValuesFit()
    {
        foreach (var a in s_all.Where(d => d.IsInt && d.Size < 8))
            foreach (var b in s_all.Where(d => d.IsInt && d.Size < 8))
            {
                var join = Promotion.Join(a, b);
                var (min, max) = Algebra.Bounds.OfType(join);
                Assert.That(join.IsInt);
                foreach (var (lo, hi) in new[] { Algebra.Bounds.OfType(a), Algebra.Bounds.OfType(b) }) Assert.That(min <= lo && hi <= max, $"{a} {b} {join}");
                Assert.That(join.Size, Is.LessThanOrEqualTo(a.IsUnsigned == b.IsUnsigned ? Math.Max(a.Size, b.Size) : 2 * Math.Max(a.Size, b.Size)));
            }
    }

    [Test]
    public void AnIntegerBesideAFloatBecomesIt()
    {
        foreach (var a in s_all.Where(d => !d.IsFloat))
            foreach (var b in s_all.Where(d => d.IsFloat))
                Assert.That(Promotion.Join(a, b), Is.EqualTo(b));
    }

    [TestCase(ScalarKind.UInt8, ScalarKind.Int8, ScalarKind.Int16), TestCase(ScalarKind.UInt32, ScalarKind.Int32, ScalarKind.Int64)]
    [TestCase(ScalarKind.UInt64, ScalarKind.Int8, ScalarKind.UInt64), TestCase(ScalarKind.UInt64, ScalarKind.Int64, ScalarKind.UInt64)]
    [TestCase(ScalarKind.Float16, ScalarKind.BFloat16, ScalarKind.Float32), TestCase(ScalarKind.Float8E4M3, ScalarKind.Float8E5M2, ScalarKind.Float16)]
    [TestCase(ScalarKind.Float8E4M3, ScalarKind.BFloat16, ScalarKind.Float32), TestCase(ScalarKind.Float8E5M2, ScalarKind.Float16, ScalarKind.Float16)]
    [TestCase(ScalarKind.Float32, ScalarKind.Float64, ScalarKind.Float64)]
    public void Examples(ScalarKind a, ScalarKind b, ScalarKind join) => Assert.That(Promotion.Join(new(a), new(b)).Kind, Is.EqualTo(join));

    [Test]
    public void AConstantTakesTheTensorsDType()
    {
        foreach (var dtype in s_all.Where(d => !d.IsBool))
        {
            var x = Tensor.Ones(new Shape(2), dtype);
            Assert.That((x * 2).DType, Is.EqualTo(dtype));
            Assert.That((3 - x).DType, Is.EqualTo(dtype));
            Assert.That((x * 0.5).DType, Is.EqualTo(dtype.IsFloat ? dtype : DType.Float32));
            Assert.That((x / 2).DType, Is.EqualTo(dtype.IsFloat ? dtype : DType.Float32));
        }
        Assert.That(Tensor.Ones(new Shape(2), DType.UInt64).Maximum(ulong.MaxValue).DType, Is.EqualTo(DType.UInt64));
    }

    [TestCase(ScalarKind.Int8, -129), TestCase(ScalarKind.Int8, 128), TestCase(ScalarKind.UInt8, -1), TestCase(ScalarKind.Int16, 32768)]
    [TestCase(ScalarKind.UInt16, 65536), TestCase(ScalarKind.UInt64, -1), TestCase(ScalarKind.UInt32, 4294967296)]
    public void AConstantThatDoesNotFitIsAnError(ScalarKind kind, long value)
    {
        var x = Tensor.Ones(new Shape(2), new DType(kind));
        Assert.That(() => x + value, Throws.TypeOf<DTypeException>().With.Message.EndsWith($"Add: the constant {value} does not fit {x.DType}"));
    }

    [Test]
    public void ALargeConstantDoesNotFitInt64() =>
        Assert.That(() => Tensor.Ones(new Shape(1), DType.Int64) + ulong.MaxValue, Throws.TypeOf<DTypeException>());
}
