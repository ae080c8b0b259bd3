using Tiny.Graph;

namespace Tiny;

// Operations of one operand. Those of analysis make integers and bools float32; those of several steps are computed in float32 at least and rounded once.
public sealed partial class Tensor
{
    const double Log2E = 1.4426950408889634;
    const double Ln2 = 0.6931471805599453;

    /// <summary>The values converted: floats to integers by truncation and saturation, to bool by "differs from zero".</summary>
    public Tensor Cast(DType dtype)
    {
        if (dtype == DType) return this;
        using var scope = Origin.Scope("cast");
        return new Tensor(Build.Cast(Node, dtype));
    }

    /// <summary>The bits of each element seen as another dtype of the same size: a view.</summary>
    /// <exception cref="DTypeException">The dtypes differ in size, or one of them is bool.</exception>
    public Tensor Bitcast(DType dtype)
    {
        if (dtype.Size != DType.Size || dtype.IsBool != DType.IsBool)
            throw new DTypeException($"Bitcast: the bits of {DType} {Shape} cannot be seen as {dtype}; it takes a dtype of {DType.Size} bytes");
        using var scope = Origin.Scope("bitcast");
        return Moved(x => x.DType == dtype ? x : Build.Node(Op.Bitcast, dtype, null, x));
    }

    /// <summary>2 to the x.</summary>
    public Tensor Exp2() => Unary("exp2", static x => Build.Unary(Op.Exp2, x));
    /// <summary>e to the x.</summary>
    public Tensor Exp() => Unary("exp", Exp);
    /// <summary>Logarithm to base 2.</summary>
    public Tensor Log2() => Unary("log2", static x => Build.Unary(Op.Log2, x));
    /// <summary>Natural logarithm.</summary>
    public Tensor Log() => Unary("log", Log);
    /// <summary>Square root.</summary>
    public Tensor Sqrt() => Unary("sqrt", static x => Build.Unary(Op.Sqrt, x));
    /// <summary>1 / square root.</summary>
    public Tensor Rsqrt() => Unary("rsqrt", static x => Inverse(Build.Unary(Op.Sqrt, x)));
    /// <summary>1 / x.</summary>
    public Tensor Reciprocal() => Unary("reciprocal", Inverse);
    /// <summary>Sine of radians.</summary>
    public Tensor Sin() => Unary("sin", static x => Build.Unary(Op.Sin, x));
    /// <summary>1 / (1 + e^-x).</summary>
    public Tensor Sigmoid() => Unary("sigmoid", Sigmoid);
    /// <summary>x * sigmoid(x).</summary>
    public Tensor Silu() => Unary("silu", static x => Build.Binary(Op.Mul, x, Sigmoid(x)));

    /// <summary>Gaussian error linear unit, x/2 * (1 + erf(x / sqrt(2))) if <paramref name="exact"/>, else in its tanh form:
    /// x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))).</summary>
    public Tensor Gelu(bool exact = false) => exact
        ? Analysis("gelu", static x => x * 0.5 * (Erf(x * Math.Sqrt(0.5)) + 1))
        : Unary("gelu", static x =>
        {
            // (1 + tanh u) / 2 = sigmoid(2u).
            double scale = 2 * Math.Sqrt(2 / Math.PI);
            var square = Build.Binary(Op.Mul, x, x);
            var factor = Build.Binary(Op.Add, Build.Binary(Op.Mul, square, Build.Fill(0.044715 * scale, x)), Build.Fill(scale, x));
            return Build.Binary(Op.Mul, x, Sigmoid(Build.Binary(Op.Mul, x, factor)));
        });

    /// <summary>max(x, 0); NaN stays.</summary>
    public Tensor Relu()
    {
        using var scope = Origin.Scope("relu");
        return Maximum(0);
    }

    /// <summary>x limited to 0..6.</summary>
    public Tensor Relu6()
    {
        using var scope = Origin.Scope("relu6");
        return Maximum(0).Minimum(6);
    }

    /// <summary>x limited to an interval; NaN stays.</summary>
    public Tensor Clamp(Number min, Number max)
    {
        using var scope = Origin.Scope("clamp");
        var above = Maximum(this, Beside(min, "Clamp"));
        return Minimum(above, above.Beside(max, "Clamp"));
    }

    /// <summary>The absolute value; that of the smallest signed integer wraps to itself.</summary>
    public Tensor Abs()
    {
        if (DType.IsBool || DType.IsUnsigned) return this;
        using var scope = Origin.Scope("abs");
        var size = new Tensor(Build.Binary(Op.Max, Node, Build.Neg(Node)));
        return DType.IsFloat ? Derived(this, size, static (x, _) => x.Sign()) : size;
    }

    /// <summary>x * x.</summary>
    public Tensor Square()
    {
        using var scope = Origin.Scope("square");
        return this * this;
    }

    /// <summary>x rounded towards zero; integers stay.</summary>
    public Tensor Trunc() => Round("trunc", static (x, t) => t);

    /// <summary>x rounded down; integers stay.</summary>
    public Tensor Floor() => Round("floor", static (x, t) =>
        Build.Where(Build.Binary(Op.CmpLt, x, t), Build.Binary(Op.Add, t, Build.Fill(-1.0, t)), t));

    /// <summary>x rounded up; integers stay.</summary>
    public Tensor Ceil() => Round("ceil", static (x, t) =>
        Build.Where(Build.Binary(Op.CmpLt, t, x), Build.Binary(Op.Add, t, Build.Fill(1.0, t)), t));

    /// <summary>
    /// x to a constant power. Whole exponents are products, exact in sign; others are defined for x of 0 and more and give
    /// NaN below. Integers stay integers when the exponent is whole and not negative.
    /// </summary>
    public Tensor Pow(double exponent)
    {
        using var scope = Origin.Scope("pow");
        bool whole = exponent == Math.Truncate(exponent) && Math.Abs(exponent) <= int.MaxValue;
        if (whole && exponent >= 0 && !DType.IsFloat)
            return new Tensor(Power(DType.IsBool ? Build.Cast(Node, DType.Int32) : Node, (int)exponent));
        return Unary("pow", x => whole ? exponent < 0 ? Inverse(Power(x, (int)-exponent)) : Power(x, (int)exponent)
            : exponent == 0.5 ? Build.Unary(Op.Sqrt, x)
            : exponent == -0.5 ? Inverse(Build.Unary(Op.Sqrt, x))
            // Composed, the gradient would be lost at 0, where the logarithm is infinite.
            : Derived(new Tensor(x), new Tensor(Build.Unary(Op.Exp2, Build.Binary(Op.Mul, Build.Unary(Op.Log2, x), Build.Fill(exponent, x)))),
                (x, _) => x.Pow(exponent - 1) * exponent).Node);
    }

    static UOp Power(UOp x, int exponent)
    {
        UOp? result = null;
        for (var square = x; exponent != 0; square = Build.Binary(Op.Mul, square, square))
        {
            if ((exponent & 1) != 0) result = result is null ? square : Build.Binary(Op.Mul, result, square);
            exponent >>= 1;
            if (exponent == 0) break;
        }
        return result ?? Build.Fill(1, x);
    }

    static UOp Exp(UOp x) => Build.Unary(Op.Exp, x);
    static UOp Log(UOp x) => Build.Binary(Op.Mul, Build.Unary(Op.Log2, x), Build.Fill(Ln2, x));
    static UOp Inverse(UOp x) => Build.Binary(Op.Div, Build.Fill(1.0, x), x);

    static UOp Sigmoid(UOp x)
    {
        var e = Exp(Build.Neg(x));
        return Derived(new Tensor(x), new Tensor(Inverse(Build.Binary(Op.Add, e, Build.Fill(1.0, e)))), static (_, y) => y * (1 - y)).Node;
    }

    Tensor Unary(string origin, Func<UOp, UOp> operation)
    {
        using var scope = Origin.Scope(origin);
        return new Tensor(Build.Cast(operation(AsFloat()), FloatDType));
    }

    Tensor Round(string origin, Func<UOp, UOp, UOp> fromTruncated)
    {
        if (!DType.IsFloat) return this;
        using var scope = Origin.Scope(origin);
        return new Tensor(fromTruncated(Node, Build.Unary(Op.Trunc, Node)));
    }
}
