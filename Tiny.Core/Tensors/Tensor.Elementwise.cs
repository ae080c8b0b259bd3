using Tiny.Graph;

namespace Tiny;

// Rounding, signs, remainders and closeness, and the operators by name. Operands broadcast and are promoted as for the operators.
public sealed partial class Tensor
{
    /// <summary>Sum; bools count as int32.</summary>
    public Tensor Add(Tensor other) => this + other;
    /// <summary>Sum with a constant.</summary>
    public Tensor Add(Number other) => this + other;
    /// <summary>Difference; bools count as int32.</summary>
    public Tensor Sub(Tensor other) => this - other;
    /// <summary>Difference with a constant.</summary>
    public Tensor Sub(Number other) => this - other;
    /// <summary>Product; bools count as int32.</summary>
    public Tensor Mul(Tensor other) => this * other;
    /// <summary>Product with a constant.</summary>
    public Tensor Mul(Number other) => this * other;
    /// <summary>Quotient in floating point; integers become float32.</summary>
    public Tensor Div(Tensor other) => this / other;
    /// <summary>Quotient with a constant.</summary>
    public Tensor Div(Number other) => this / other;
    /// <summary>The negative; bools count as int32, unsigned integers wrap.</summary>
    public Tensor Neg() => -this;

    /// <summary>And: of bools, or of the bits of integers.</summary>
    public Tensor BitwiseAnd(Tensor other) => this & other;
    /// <summary>Or: of bools, or of the bits of integers.</summary>
    public Tensor BitwiseOr(Tensor other) => this | other;
    /// <summary>Exclusive or: of bools, or of the bits of integers.</summary>
    public Tensor BitwiseXor(Tensor other) => this ^ other;
    /// <summary>The opposite of bools, or of every bit of integers.</summary>
    /// <exception cref="DTypeException">The tensor is of floats.</exception>
    public Tensor BitwiseNot()
    {
        if (DType.IsFloat) throw new DTypeException($"BitwiseNot: takes bools or integers, {Shape} is {DType}");
        using var scope = Origin.Scope("bitwise_not");
        return new Tensor(DType.IsBool ? Build.Not(Node) : Build.Binary(Op.Xor, Node, Build.Fill(-1, Node)));
    }
    /// <summary>The opposite of bools, or of every bit of integers.</summary>
    public static Tensor operator ~(Tensor a) => NotNull(a).BitwiseNot();

    /// <summary>Bits moved up, as by &lt;&lt;.</summary>
    public Tensor LShift(Tensor other) => this << other;
    /// <summary>Bits moved up by a constant number of places.</summary>
    public Tensor LShift(Number other) => this << other;
    /// <summary>Bits moved down, as by &gt;&gt;.</summary>
    public Tensor RShift(Tensor other) => this >> other;
    /// <summary>Bits moved down by a constant number of places.</summary>
    public Tensor RShift(Number other) => this >> other;

    /// <summary>True where an element is 0 (or false), for any dtype.</summary>
    public Tensor LogicalNot()
    {
        using var scope = Origin.Scope("logical_not");
        return DType.IsBool ? !this : Eq(0);
    }

    /// <summary>This, but <paramref name="value"/> where a bool <paramref name="mask"/> is true. Shapes broadcast.</summary>
    public Tensor MaskedFill(Tensor mask, Number value) => MaskedFill(mask, Beside(value, "MaskedFill"));
    /// <summary>This, but the element of <paramref name="value"/> where a bool <paramref name="mask"/> is true. Shapes broadcast.</summary>
    public Tensor MaskedFill(Tensor mask, Tensor value)
    {
        NotNull(value);
        BroadcastShape("MaskedFill", Shape, BroadcastShape("MaskedFill", Mask("MaskedFill", mask).Shape, value.Shape));
        using var scope = Origin.Scope("masked_fill");
        return mask.Where(value, this);
    }

    /// <summary>-1, 0 or 1 by the sign; zeros and NaN stay as they are.</summary>
    public Tensor Sign()
    {
        if (DType.IsBool) return this;
        using var scope = Origin.Scope("sign");
        var up = Gt(0).Where(new Tensor(Build.Fill(1, Node)), DType.IsFloat ? Detach() : this);
        return DType.IsUnsigned ? up : Lt(0).Where(new Tensor(Build.Fill(-1, Node)), up);
    }

    /// <summary>The size of <paramref name="magnitude"/> with the sign of <paramref name="sign"/>, that of zeros and NaN included. Shapes
    /// broadcast; integers become float32.</summary>
    public static Tensor CopySign(Tensor magnitude, Tensor sign) =>
        Analysis("copy_sign", magnitude, sign, static (a, b) => a.Magnitude().WithSignOf(b));
    /// <summary>The size of this with the sign of <paramref name="sign"/>.</summary>
    public Tensor CopySign(Tensor sign) => CopySign(this, sign);
    /// <summary>The size of this with the sign of a constant.</summary>
    public Tensor CopySign(Number sign) => CopySign(this, Scalar(sign, FloatDType));

    /// <summary>x rounded to the nearest whole number, halves to the even one; integers stay. -0.4 gives -0.</summary>
    public Tensor Round() => Round("round", static (x, t) =>
    {
        // The rest is exact; an odd number has a rest when it is halved. At infinity the rest is NaN and nothing is added.
        Tensor whole = new(t), rest = new(Build.Sub(x, t));
        var odd = whole.Ne((whole * 0.5).Trunc() * 2);
        var size = rest.Abs();
        return (size.Gt(0.5) | (size.Eq(0.5) & odd)).Where(whole + rest.Sign(), whole).Node;
    });

    /// <summary>
    /// Remainder with the sign of the dividend: x - y * trunc(x / y). Division by 0 gives NaN (of integers, a meaningless number). For floats
    /// it is off by at most half an ULP of x as long as |x / y| is below 2^24 (float32) or 2^53 (float64); beyond it means nothing.
    /// </summary>
    public Tensor Fmod(Tensor other)
    {
        NotNull(other);
        using var scope = Origin.Scope("fmod");
        if (DType.IsFloat || other.DType.IsFloat) return Remainder("fmod", this, other, Fmod);
        var (x, y) = Operands("Fmod", this, other, DType.Int32);
        Tensor a = new(x), b = new(y), m = a.Mod(b);
        return a.DType.IsUnsigned ? m : (m.Ne(0) & a.Lt(0).Ne(b.Lt(0))).Where(m - b, m);
    }
    /// <summary>Remainder with the sign of the dividend.</summary>
    public Tensor Fmod(Number other) => Fmod(Beside(other, "Fmod"));

    /// <summary>Remainder with the sign of the divisor: x - y * floor(x / y). For integers that is <see cref="Mod(Tensor)"/>; bounds and
    /// division by 0 as for <see cref="Fmod(Tensor)"/>.</summary>
    public Tensor Remainder(Tensor other)
    {
        NotNull(other);
        using var scope = Origin.Scope("remainder");
        if (!DType.IsFloat && !other.DType.IsFloat) return Mod(other);
        return Remainder("remainder", this, other, static (x, y) =>
        {
            var m = Fmod(x, y);
            return (m.Ne(0) & m.HasSign().Ne(y.HasSign())).Where(m + y, m);
        });
    }
    /// <summary>Remainder with the sign of the divisor.</summary>
    public Tensor Remainder(Number other) => Remainder(Beside(other, "Remainder"));

    /// <summary>
    /// x to the power of <paramref name="exponent"/>, element by element; integers become float32. The relative error is that of Log2 times
    /// |exponent * log2(x)|. A negative x gives NaN unless its exponent is whole. 0^0 and 1^anything are 1.
    /// </summary>
    public Tensor Pow(Tensor exponent) => Analysis("pow", this, exponent, static (x, y) =>
    {
        var a = x.Magnitude();
        var size = (y.Eq(0) | a.Eq(1)).Where(One(x), (y * a.Log2()).Exp2());
        var odd = y.Eq(y.Trunc()) & (y * 0.5).Ne((y * 0.5).Trunc());
        var signed = odd.Where(size.WithSignOf(x), size);
        // x^y * ln x is 0 at 0.
        return Derived(x, y, (x.Lt(0) & y.Ne(y.Trunc())).Where(double.NaN, signed),
            static (x, y, p) => (y.Eq(0).Where(0, y * x.Pow(y - 1)), (x.Eq(0) & y.Ge(0)).Where(0, p * x.Log())));
    });

    /// <summary>From this to <paramref name="end"/>: this + weight * (end - this); exact at weights 0 and 1. Shapes broadcast.</summary>
    public Tensor Lerp(Tensor end, Tensor weight)
    {
        NotNull(end);
        NotNull(weight);
        BroadcastShape("Lerp", Shape, BroadcastShape("Lerp", end.Shape, weight.Shape));
        using var scope = Origin.Scope("lerp");
        var step = end - this;
        return weight.Lt(0.5).Where(this + weight * step, end - (1 - weight) * step);
    }
    /// <summary>From this to <paramref name="end"/> by a constant weight.</summary>
    public Tensor Lerp(Tensor end, double weight)
    {
        NotNull(end);
        return Lerp(end, Scalar(weight, Promote(Promote(DType, end.DType), DType.IsFloat || end.DType.IsFloat ? DType : DType.Float32)));
    }

    /// <summary>True where |a - b| is at most absolute + relative * |b|. Infinities are close to themselves only, NaN to nothing unless
    /// <paramref name="equalNan"/>. Shapes broadcast.</summary>
    public Tensor IsClose(Tensor other, double relative = 1e-5, double absolute = 1e-8, bool equalNan = false) =>
        Analysis("is_close", this, other, (a, b) =>
        {
            var off = (a - b).Magnitude();
            var close = a.Eq(b) | (off.Le(b.Magnitude() * relative + absolute) & off.Lt(double.PositiveInfinity));
            return equalNan ? close | (a.Ne(a) & b.Ne(b)) : close;
        });

    // x less so many times y, a whole number that does not change.
    static Tensor Remainder(string origin, Tensor a, Tensor b, Func<Tensor, Tensor, Tensor> function) => Analysis(origin, a, b,
        (x, y) => Derived(x, y, function(x, y), static (x, y, m) => (One(x), -((x - m) / y).Round())));

    static Tensor Fmod(Tensor x, Tensor y)
    {
        Tensor a = x.Magnitude(), b = y.Magnitude();
        var q = (a / b).Trunc();
        // The quotient may have been rounded up to a whole number, or the product.
        var rest = a - q * b;
        rest = rest.Lt(0).Where(rest + b, rest);
        rest = rest.Ge(b).Where(rest - b, rest);
        // 0 * infinity is NaN, but nothing is to be taken away.
        return q.Eq(0).Where(a, rest.Magnitude()).WithSignOf(x);
    }

    static Tensor Mask(string operation, Tensor mask) =>
        NotNull(mask).DType.IsBool ? mask : throw new DTypeException($"{operation}: the mask {mask.Shape} is {mask.DType}, not bool; compare it first");
}
