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
        if (!x.DType.IsFloat && !exponent.DType.IsFloat) return IntegerPower(n, x, exponent);
        var y = x.DType.IsFloat ? x : x.Cast(exponent.DType.Size > 4 ? DType.Float64 : DType.Float32);
        if (exponent.Numel == 1 && exponent.Rank <= x.Rank && n.IsKnown(1)) return y.Pow(n.Floats(1)[0]).Cast(x.DType);
        return y.Pow(exponent.Cast(y.DType)).Cast(x.DType);
    }

    // Exact, and wrapping: a square for each bit of the exponent. A negative exponent leaves 1 and -1 what they are to that power, and 0 of all others.
    static Tensor IntegerPower(NodeContext n, Tensor x, Tensor exponent)
    {
        if (exponent.Numel == 1 && exponent.Rank <= x.Rank && n.IsKnown(1) && n.Integers(1)[0] is >= 0 and var e) return x.Pow(e);
        var (result, square) = ((x * exponent.Cast(x.DType)).OnesLike(), x);
        for (int bit = 0; bit < Math.Min(32, 8 * exponent.DType.Size - 1); bit++, square *= square)
            result = (exponent >> bit).Mod(2).Eq(1).Where(result * square, result);
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
