using Tiny.Graph;

namespace Tiny;

// Exponentials, logarithms and hyperbolic functions that keep their relative accuracy near 0 and do not overflow early. Integers and bools become
// float32; floats of fewer than 32 bits are computed in float32 and rounded once. Errors are in units of the last place (ULP) over all finite
// numbers, on top of twice the error of Exp or Log where the text says "of Exp", "of Log".
public sealed partial class Tensor
{
    /// <summary>e^x - 1 without loss near 0: within 2 ULP for |x| up to 1/2, 3 and the error of Exp beyond.</summary>
    public Tensor Expm1() => Analysis("expm1", Expm1);

    /// <summary>log(1 + x) without loss near 0: within 2 ULP for x from -1/2 to 1, 3 and the error of Log beyond; -1 gives -infinity,
    /// less NaN.</summary>
    public Tensor Log1p() => Analysis("log1p", Log1p);

    /// <summary>Logarithm to base 10: 2 ULP and the error of Log2.</summary>
    public Tensor Log10() => Analysis("log10", static x => x.Log2() * 0.30102999566398120);

    /// <summary>log(e^a + e^b), without overflow. Shapes broadcast.</summary>
    public static Tensor LogAddExp(Tensor a, Tensor b) => Analysis("log_add_exp", a, b, static (a, b) =>
    {
        // The difference of equal infinities is NaN.
        var gap = (-(a - b).Magnitude()).Exp();
        return Derived(a, b, a.Eq(b).Where(a + Ln2, a.Maximum(b) + Log1p(gap)), static (a, b, _) => (Share(a, b), Share(b, a)));

        static Tensor Share(Tensor of, Tensor beside) => of.Eq(beside).Where(0.5, (of - beside).Sigmoid());
    });
    /// <summary>log(e^a + e^b), without overflow. Shapes broadcast.</summary>
    public Tensor LogAddExp(Tensor other) => LogAddExp(this, other);

    /// <summary>Hyperbolic sine: within 2 ULP for |x| below 1, 4 and the error of Exp beyond.</summary>
    public Tensor Sinh() => Analysis("sinh", static x => Derived(x, Odd(x, static a =>
    {
        var z = a * a;
        // e^a overflows before sinh(a) does, so it is made of two factors.
        var e = (a * 0.5).Exp();
        return a.Lt(1).Where(a + a * (z * Approximation.Sinh(z)), e * 0.5 * e - 0.5 / e / e);
    }), static (x, _) => x.Cosh()));

    /// <summary>Hyperbolic cosine: 4 ULP and the error of Exp.</summary>
    public Tensor Cosh() => Analysis("cosh", static x =>
    {
        var e = (x.Magnitude() * 0.5).Exp();
        return Derived(x, e * 0.5 * e + 0.5 / e / e, static (x, _) => x.Sinh());
    });

    /// <summary>Hyperbolic tangent: within 3 ULP.</summary>
    public Tensor Tanh() => Analysis("tanh", Tanh);

    /// <summary>Inverse of the hyperbolic sine: within 4 ULP.</summary>
    public Tensor Asinh() => Analysis("asinh", static x => Derived(x, Odd(x, static a =>
    {
        var square = a * a;
        return a.Gt(LargeRoot).Where(a.Log() + Ln2, Log1p(a + square / ((square + 1).Sqrt() + 1)));
    }), static (x, _) => (x * x + 1).Rsqrt()));

    /// <summary>Inverse of the hyperbolic cosine, 0 or more: within 4 ULP; NaN for x below 1.</summary>
    public Tensor Acosh() => Analysis("acosh", static x =>
    {
        var t = x - 1;
        // Below 1 the root alone would not tell: it is of a product of two negative factors.
        var near = t.Lt(0).Where(double.NaN, Log1p(t + (t * (t + 2)).Sqrt()));
        return Derived(x, x.Gt(LargeRoot).Where(x.Log() + Ln2, near), static (x, _) => (x - 1).Rsqrt() * (x + 1).Rsqrt());
    });

    /// <summary>Inverse of the hyperbolic tangent: within 4 ULP; -1 and 1 give infinities, NaN beyond.</summary>
    public Tensor Atanh() => Analysis("atanh", static x =>
        Derived(x, Odd(x, static a => Log1p(a * 2 / (1 - a)) * 0.5), static (x, _) => 1 / ((1 - x) * (1 + x))));

    /// <summary>The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x: within 2 ULP and the error of Exp2.</summary>
    public Tensor Erf() => Analysis("erf", Erf);

    // Beyond this 1 is lost beside the square in every dtype, and the square is still finite.
    const double LargeRoot = 1 << 28;

    static Tensor Expm1(Tensor x)
    {
        // Both sides have x's sign; the one of zero is lost in the sum.
        var near = x + x * (x * Approximation.Expm1(x));
        return Derived(x, x.Magnitude().Le(0.5).Where(near, x.Exp() - 1).WithSignOf(x), static (_, y) => y + 1);
    }

    static Tensor Log1p(Tensor x)
    {
        // log((1 + s) / (1 - s)) = 2 atanh(s) = x - s * (x - 2 atanh(s) + 2s): the larger part, x, is exact.
        var s = x / (x + 2);
        var z = s * s;
        var near = x - s * (x - z * 2 * Approximation.Atanh(z));
        return Derived(x, (x.Gt(-0.5) & x.Lt(1)).Where(near, (x + 1).Log()), static (x, _) => 1 / (x + 1));
    }

    static Tensor Tanh(Tensor x) => Derived(x, Odd(x, static a =>
    {
        var z = a * a;
        return a.Lt(0.6).Where(a + a * (z * Approximation.Tanh(z)), 1 - 2 / ((a * 2).Exp() + 1));
    }), static (_, y) => 1 - y * y);

    static Tensor Erf(Tensor x) => Derived(x, Odd(x, static a =>
    {
        var far = a.Minimum(Approximation.ErfEnd(a.DType));
        return a.Lt(1).Where(a + a * Approximation.Erf(a * a), 1 - (-(far * Approximation.ErfTail(far))).Exp2());
    }), static (x, _) => (-(x * x)).Exp() * (2 / Math.Sqrt(Math.PI)));

    /// <summary>An odd function from its values for x of 0 and more.</summary>
    static Tensor Odd(Tensor x, Func<Tensor, Tensor> positive) => positive(x.Magnitude()).WithSignOf(x);

    /// <summary>A function of floats: in float32 at least, so that 16-bit floats are rounded once.</summary>
    Tensor Analysis(string origin, Func<Tensor, Tensor> function)
    {
        using var scope = Origin.Scope(origin);
        return DType.IsShortFloat ? function(Cast(DType.Float32)).Cast(DType) : function(new Tensor(AsFloat()));
    }

    /// <summary>A function of two floats, broadcast to one shape, in float32 at least.</summary>
    static Tensor Analysis(string origin, Tensor a, Tensor b, Func<Tensor, Tensor, Tensor> function)
    {
        using var scope = Origin.Scope(origin);
        var (x, y) = Operands(OperationName(origin), a, b, DType.Float32);
        if (!x.DType.IsShortFloat) return function(new Tensor(x), new Tensor(y));
        var result = function(new Tensor(Build.Cast(x, DType.Float32)), new Tensor(Build.Cast(y, DType.Float32)));
        return result.DType.IsFloat ? result.Cast(x.DType) : result;
    }

    /// <summary>The public name of an operation from its snake_case one.</summary>
    static string OperationName(string origin) =>
        string.Concat(origin.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    // ---- signs as bits: zeros and NaN have them too

    /// <summary>The float (32 or 64 bits) without its sign.</summary>
    Tensor Magnitude() => Derived(this, Bits(DType.Size == 8 ? long.MaxValue : int.MaxValue).FromBits(DType), static (x, _) => x.Direction());

    /// <summary>This float, which has no sign or the same, with the sign of another one of its dtype and shape.</summary>
    Tensor WithSignOf(Tensor sign) => Derived(this, (AsBits() | sign.Bits(DType.Size == 8 ? long.MinValue : int.MinValue)).FromBits(DType),
        static (x, y) => x.Direction() * y.Direction());

    /// <summary>-1 or 1 by the sign, that of zeros too.</summary>
    Tensor Direction() => HasSign().Where(-1, One(this));

    /// <summary>True for negative floats, -0 included.</summary>
    Tensor HasSign() => AsBits().Lt(0);

    Tensor Bits(long mask)
    {
        var bits = AsBits().Node;
        return new(Build.Binary(Op.And, bits, Build.Fill(mask, bits)));
    }

    Tensor AsBits() => new(Build.Node(Op.Bitcast, DType.Size == 8 ? DType.Int64 : DType.Int32, null, Node));
    Tensor FromBits(DType dtype) => new(Build.Node(Op.Bitcast, dtype, null, Node));
}
