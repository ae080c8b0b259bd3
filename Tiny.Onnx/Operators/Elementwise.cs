using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Arithmetic and functions, element by element.</summary>
static class Elementwise
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Abs", n => n[0].Abs()),
        new("Neg", n => -n[0]),
        new("Sign", n => n[0].Sign()),
        new("Floor", n => n[0].Floor()),
        new("Ceil", n => n[0].Ceil()),
        new("Round", n => n[0].Round()),
        new("Sqrt", n => n[0].Sqrt()),
        new("Reciprocal", n => n[0].Reciprocal()),
        new("Exp", n => n[0].Exp()),
        new("Log", n => n[0].Log()),
        new("Erf", n => n[0].Erf()),
        new("Sin", n => n[0].Sin()),
        new("Cos", n => n[0].Cos()),
        new("Tan", n => n[0].Tan()),
        new("Asin", n => n[0].Asin()),
        new("Acos", n => n[0].Acos()),
        new("Atan", n => n[0].Atan()),
        new("Sinh", n => n[0].Sinh()),
        new("Cosh", n => n[0].Cosh()),
        new("Tanh", n => n[0].Tanh()),
        new("Asinh", n => n[0].Asinh()),
        new("Acosh", n => n[0].Acosh()),
        new("Atanh", n => n[0].Atanh()),

        new("Add", n => Broadcast.Pair(n, (a, b) => a + b)),
        new("Sub", n => Broadcast.Pair(n, (a, b) => a - b)),
        new("Mul", n => Broadcast.Pair(n, (a, b) => a * b)),
        new("Div", n => Broadcast.Pair(n, (a, b) => a.DType.IsFloat ? a / b : a.TruncDiv(b))),
        new("Mod", n => n.Flag("fmod") ? n[0].Fmod(n[1]) : n[0].Remainder(n[1])),
        new("Pow", n => Broadcast.Pair(n, (a, b) => Power(n, a, b))),

        new("Max", n => n.All().Aggregate(Tensor.Maximum)),
        new("Min", n => n.All().Aggregate(Tensor.Minimum)),
        new("Sum", n => n.All().Aggregate((a, b) => a + b)),
        new("Mean", n => n.All().Aggregate((a, b) => a + b) / n.Count),

        new("Clip", n => Clip(n[0], Constant(n, "min", n[0]), Constant(n, "max", n[0]))),
        new("Clip", n => Clip(n[0], Limit(n, 1), Limit(n, 2)), Since: 11),
        new("IsNaN", n => n[0].IsNan()),
        new("IsInf", n => IsInfinite(n[0], n.Flag("detect_negative", true), n.Flag("detect_positive", true))),
    ];

    // A constant exponent becomes products or a root, which are more exact.
    static Tensor Power(NodeContext n, Tensor x, Tensor exponent)
    {
        double? constant = exponent.Numel == 1 && exponent.Rank <= x.Rank && n.IsKnown(1) ? n.Floats(1)[0] : null;
        if (x.DType.IsFloat) return constant is { } known ? x.Pow(known) : x.Pow(exponent.Cast(x.DType)).Cast(x.DType);
        if (!exponent.DType.IsFloat) return constant >= 0 ? IntegerPower(x, (ulong)n.Integers(1)[0]) : IntegerPower(x, exponent);
        // Whole numbers to whole powers are exact, whatever the type of the exponent.
        if (constant is { } c and >= 0 and < 1L << 53 && c == Math.Truncate(c)) return IntegerPower(x, (ulong)c);
        var wide = exponent.DType.Size > 4 ? DType.Float64 : DType.Float32;
        if (constant is { } root && root != Math.Truncate(root)) return x.Cast(wide).Pow(root).Cast(x.DType);
        return exponent.Eq(exponent.Trunc()).Where(IntegerPower(x, Limits.Narrow(exponent)), x.Cast(wide).Pow(exponent.Cast(wide)).Cast(x.DType));
    }

    static Tensor IntegerPower(Tensor x, ulong exponent)
    {
        var (result, square) = ((Tensor?)null, x);
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0) result = result is null ? square : result * square;
            if (exponent > 1) square *= square;
        }
        return result ?? x.OnesLike();
    }

    // Exact, and wrapping: a square for each bit of the exponent. A negative exponent leaves 1 and -1 what they are to that power, and 0 of all others.
    static Tensor IntegerPower(Tensor x, Tensor exponent)
    {
        var (result, square) = ((x * exponent.Cast(x.DType)).OnesLike(), x);
        int bits = 8 * exponent.DType.Size - (exponent.DType.IsUnsigned ? 0 : 1), most = Math.Min(bits, 8 * x.DType.Size);
        for (int bit = 0; bit < most; bit++, square *= square)
            result = (exponent >> bit).Mod(2).Eq(1).Where(result * square, result);
        // Squared so often, an odd number has become 1 and an even one 0: all higher bits say the same.
        if (bits > most) result = (exponent >> most).Ne(0).Where(result * square, result);
        if (exponent.DType.IsUnsigned) return result;
        var odd = exponent.Mod(2).Eq(1);
        var inverse = x.Eq(1).Where(x.OnesLike(), x.DType.IsUnsigned ? x.ZerosLike() : x.Eq(-1).Where(odd.Where(x, -x), x.ZerosLike()));
        return exponent.Lt(0).Where(inverse, result);
    }

    static Tensor? Constant(NodeContext n, string attribute, Tensor x) => n.HasAttribute(attribute) ? Tensor.Scalar(n.Float(attribute, 0), x.DType) : null;

    // A limit that the file states is a number of the program, not memory.
    static Tensor? Limit(NodeContext n, int input) => n.Optional(input) is { DType.Kind: ScalarKind.Float32, Numel: 1 } limit && n.IsKnown(input)
        ? Tensor.Full(limit.Shape, (float)n.Floats(input)[0]) : n.Optional(input);

    static Tensor Clip(Tensor x, Tensor? min, Tensor? max)
    {
        if (min is not null) x = x.Maximum(min);
        return max is null ? x : x.Minimum(max);
    }

    static Tensor IsInfinite(Tensor x, bool negative, bool positive) => negative && positive ? x.IsInf()
        : negative ? x.Eq(double.NegativeInfinity) : positive ? x.Eq(double.PositiveInfinity) : x.IsInf() & x.Ne(x);
}
