using static Tiny.Tests.DTypeRules;
using static Tiny.Tests.Rows;

namespace Tiny.Tests;

static partial class OperatorTable
{
    static OperatorCase[] Arithmetic =>
    [
        Two("Add", (a, b) => a.Add(b), (a, b) => a + b).Gives(Numbers), One("Add, a number", x => x.Add(3), x => x + 3).Gives(Numbers),
        Two("Sub", (a, b) => a.Sub(b), (a, b) => a - b).Gives(Numbers), One("Sub, a number", x => x.Sub(0.5), x => x - 0.5).Gives(Floats),
        Two("Mul", (a, b) => a.Mul(b), (a, b) => a * b).Gives(Numbers), One("Mul, a number", x => x.Mul(3), x => x * 3).Gives(Numbers),
        Two("Div", (a, b) => a.Div(b), (a, b) => a / b, In(3, 1, 4), Between(0.5, 2, 2, 1)).Gives(Floats), One("Div, by a number", x => x.Div(4), x => x / 4).Gives(Floats),
        One("Neg", x => x.Neg(), x => -x).Gives(Numbers), One("Square", x => x.Square(), x => x * x).Gives(Numbers),
        Float("Sqrt", x => x.Sqrt(), Math.Sqrt, 0.2, 3), Float("Rsqrt", x => x.Rsqrt(), x => 1 / Math.Sqrt(x), 0.2, 3), Float("Reciprocal", x => x.Reciprocal(), x => 1 / x, 0.3, 3),
        One("Pow, whole", x => x.Pow(3), x => x * x * x, -2, 2).Gives(Numbers), Float("Pow, negative", x => x.Pow(-2), x => 1 / (x * x), 0.5, 2),
        Float("Pow, of 0.7", x => x.Pow(0.7), x => Math.Pow(x, 0.7), 0.3, 3), Float("Pow, of -1.5", x => x.Pow(-1.5), x => Math.Pow(x, -1.5), 0.5, 2),
        Two("Pow", (a, b) => a.Pow(b), Math.Pow, Between(0.3, 2, 3, 4), Between(-2, 2, 4)).Gives(Floats),
        Two("FloorDiv", (a, b) => a.FloorDiv(b), (a, b) => Math.Floor(a / b), Between(-20, 20, 3, 1, 4), Between(1, 6, 2, 1)).Gives(Whole).Jumping(),
        Two("Mod", (a, b) => a.Mod(b), Closed.FloorMod, Between(-20, 20, 3, 1, 4), Between(1, 6, 2, 1)).Gives(Whole).Jumping(),
        Two("Fmod", (a, b) => a.Fmod(b), (a, b) => a % b, Between(-9, 9, 3, 4), Between(1.1, 2, 4)).Gives(Numbers) with { Jumps = true },
        Two("Remainder", (a, b) => a.Remainder(b), Closed.FloorMod, Between(-9, 9, 3, 4), Between(1.1, 2, 4)).Gives(Numbers) with { Jumps = true },
        Of("Lerp", x => x[0].Lerp(x[1], x[2]), In(3, 4), In(4), Between(0, 1, 3, 1)).Gives(Numbers).Empty([0, 4], [4], [1, 1])
            .Is(x => Nd.Zip(x[0], Nd.Zip(Nd.Zip(x[1], x[0], (b, a) => b - a), x[2], (d, w) => d * w), (a, d) => a + d)) with { Broadcasts = true },
        One("Lerp, by a number", x => x.Lerp(x * x, 0.25), x => x + 0.25 * (x * x - x)).Gives(Floats),
        Two("BitwiseAnd", (a, b) => a.BitwiseAnd(b), (a, b) => (long)a & (long)b).Gives(Bits).Jumping(), Two("BitwiseOr", (a, b) => a.BitwiseOr(b), (a, b) => (long)a | (long)b).Gives(Bits).Jumping(),
        Two("BitwiseXor", (a, b) => a.BitwiseXor(b), (a, b) => (long)a ^ (long)b).Gives(Bits).Jumping(), One("BitwiseNot", x => x.BitwiseNot(), x => ~(long)x).Gives(Bits).Jumping(),
        Two("LShift", (a, b) => a.LShift(b), (a, b) => (long)a << (int)b, In(3, 1, 4), Between(0, 6, 2, 1)).Gives(Whole).Jumping(),
        Two("RShift", (a, b) => a.RShift(b), (a, b) => (long)a >> (int)b, Between(-100, 100, 3, 1, 4), Between(0, 6, 2, 1)).Gives(Whole).Jumping(),
        Two("Maximum", (a, b) => a.Maximum(b), Math.Max), One("Maximum, with a number", x => x.Maximum(1), x => Math.Max(x, 1), -3, 3).Gives(Numbers),
        Two("Minimum", (a, b) => a.Minimum(b), Math.Min), One("Minimum, with a number", x => x.Minimum(1), x => Math.Min(x, 1), -3, 3).Gives(Numbers),
        One("Clamp", x => x.Clamp(-0.5, 0.7), x => Math.Clamp(x, -0.5, 0.7)).Gives(Floats), One("Clamp, whole", x => x.Clamp(1, 3), x => Math.Clamp(x, 1, 3), -5, 5).Gives(Numbers).Refuses(x => x[0].Cast(DType.UInt8).Clamp(-1, 4), x => x[0].Cast(DType.UInt8).Clamp(0, 300)),
        One("Abs", x => x.Abs(), Math.Abs), One("Sign", x => x.Sign(), x => Math.Sign(x)).Jumping("constant but for jumps"),
        Two("CopySign", (a, b) => a.CopySign(b), Math.CopySign, In(3, 4), In(4)).Gives(Floats) with { Jumps = true },
        One("CopySign, of a number", x => x.CopySign(-2), x => -Math.Abs(x)).Gives(Floats),
    ];

    static OperatorCase[] Comparison =>
    [
        Two("Lt", (a, b) => a.Lt(b), (a, b) => a < b ? 1 : 0).Gives(Truths).Jumping(), Two("Gt", (a, b) => a.Gt(b), (a, b) => a > b ? 1 : 0).Gives(Truths).Jumping(),
        Two("Le", (a, b) => a.Le(b), (a, b) => a <= b ? 1 : 0).Gives(Truths).Jumping(), Two("Ge", (a, b) => a.Ge(b), (a, b) => a >= b ? 1 : 0).Gives(Truths).Jumping(),
        Two("Eq", (a, b) => a.Eq(b), (a, b) => a == b ? 1 : 0).Gives(Truths).Jumping(), Two("Ne", (a, b) => a.Ne(b), (a, b) => a != b ? 1 : 0).Gives(Truths).Jumping(),
        One("Ge, a number", x => x.Ge(0.25), x => x >= 0.25 ? 1 : 0).Gives(Truths).Jumping(),
        Two("IsClose", (a, b) => a.IsClose(b, absolute: 0.5), (a, b) => Math.Abs(a - b) <= 0.5 + 1e-5 * Math.Abs(b) ? 1 : 0).Gives(Truths).Jumping(),
        Classified("IsNan", x => x.IsNan(), double.IsNaN), Classified("IsInf", x => x.IsInf(), double.IsInfinity), Classified("IsFinite", x => x.IsFinite(), double.IsFinite),
        One("LogicalNot", x => x.LogicalNot(), x => x == 0 ? 1 : 0, -2, 2).Gives(Truths).Jumping(),
        Of("Where", x => x[0].Where(x[1], x[2]), Mask(3, 4), In(3, 4), In(4)).Empty([0, 4], [0, 4], [4])
            .Is(x => Nd.Of(x[0].Dims, at => x[0][at] != 0 ? x[1][at] : x[2][at[1]])).Refuses(x => x[1].Where(x[1], x[2])) with { Broadcasts = true },
        Of("Where, numbers", x => x[0].Where(1, x[1]), Mask(3, 4), In(4)).Gives(Numbers).Empty([0, 4], [4]).Is(x => Nd.Zip(x[0], x[1], (c, a) => c != 0 ? 1 : a)) with { Broadcasts = true },
        Of("MaskedFill", x => x[0].MaskedFill(x[1], x[2]), In(3, 4), Mask(4), In(3, 1)).Empty([0, 4], [4], [1, 1])
            .Is(x => Nd.Of(x[0].Dims, at => x[1][at[1]] != 0 ? x[2][at[0], 0] : x[0][at])).Refuses(x => x[0].MaskedFill(x[0], 1)) with { Broadcasts = true },
        Of("MaskedFill, with a number", x => x[0].MaskedFill(x[1], 2), In(3, 4), Mask(4)).Gives(Numbers).Empty([0, 4], [4]).Is(x => Nd.Zip(x[0], x[1], (a, m) => m != 0 ? 2 : a)) with { Broadcasts = true },
    ];

    static OperatorCase Classified(string name, Func<Tensor, Tensor> function, Func<double, bool> expected) =>
        Of(name, x => function(x[0]), In(6) with { Elements = [0, double.NaN, 1, double.PositiveInfinity, double.NegativeInfinity, -3] }).Is(x => x[0].Map(v => expected(v) ? 1 : 0)).Empty([0]).Gives(Truths).Jumping();

    static OperatorCase[] Functions =>
    [
        Float("Exp", x => x.Exp(), Math.Exp), Float("Exp2", x => x.Exp2(), x => Math.Pow(2, x)), Float("Expm1", x => x.Expm1(), x => Math.Exp(x) - 1, -2, 2),
        Float("Log", x => x.Log(), Math.Log, 0.2, 3), Float("Log2", x => x.Log2(), Math.Log2, 0.2, 3), Float("Log10", x => x.Log10(), Math.Log10, 0.2, 3),
        Float("Log1p", x => x.Log1p(), x => Math.Log(1 + x), -0.8, 3), Two("LogAddExp", (a, b) => a.LogAddExp(b), (a, b) => Math.Log(Math.Exp(a) + Math.Exp(b))).Gives(Floats),
        Float("Sinh", x => x.Sinh(), Math.Sinh, -3, 3), Float("Cosh", x => x.Cosh(), Math.Cosh, -3, 3), Float("Tanh", x => x.Tanh(), Math.Tanh, -2, 2),
        Float("Asinh", x => x.Asinh(), Math.Asinh, -3, 3), Float("Acosh", x => x.Acosh(), Math.Acosh, 1.2, 3), Float("Atanh", x => x.Atanh(), Math.Atanh, -0.8, 0.8),
        Float("Erf", x => x.Erf(), Closed.Erf, -2, 2),
        Float("Sin", x => x.Sin(), Math.Sin, -4, 4), Float("Cos", x => x.Cos(), Math.Cos, -4, 4), Float("Tan", x => x.Tan(), Math.Tan), Float("Asin", x => x.Asin(), Math.Asin, -0.8, 0.8),
        Float("Acos", x => x.Acos(), Math.Acos, -0.8, 0.8), Float("Atan", x => x.Atan(), Math.Atan, -3, 3),
        Two("Atan2", (a, b) => a.Atan2(b), Math.Atan2, Between(0.3, 1, 3, 4), In(4)).Gives(Floats),
        One("Floor", x => x.Floor(), Math.Floor, -3, 3).Jumping("constant but for jumps"), One("Ceil", x => x.Ceil(), Math.Ceiling, -3, 3).Jumping("constant but for jumps"),
        One("Trunc", x => x.Trunc(), Math.Truncate, -3, 3).Jumping("constant but for jumps"), One("Round", x => x.Round(), Math.Round, -3, 3).Jumping("constant but for jumps"),
        Of("Round, of halves", x => x[0].Round(), In(8) with { Elements = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 3.5, 0.25] }).Is(x => x[0].Map(Math.Round)).Empty([0]).Jumping("constant but for jumps"),
    ];

    static OperatorCase[] Activations =>
    [
        One("Relu", x => x.Relu(), x => Math.Max(x, 0)).Gives(Numbers), One("Relu6", x => x.Relu6(), x => Math.Clamp(x, 0, 6), -2, 8).Gives(Numbers),
        Float("LeakyRelu", x => x.LeakyRelu(), x => x > 0 ? x : 0.01 * x), Float("Elu", x => x.Elu(0.7), x => Closed.Elu(x, 0.7), -2, 2),
        Float("Celu", x => x.Celu(0.7), x => x > 0 ? x : 0.7 * (Math.Exp(x / 0.7) - 1), -2, 2).Refuses(x => x[0].Celu(0)),
        Float("Selu", x => x.Selu(), x => 1.0507009873554805 * Closed.Elu(x, 1.6732632423543772), -2, 2),
        Float("Gelu", x => x.Gelu(), Closed.Gelu, -2, 2), Float("Gelu, exact", x => x.Gelu(exact: true), x => x / 2 * (1 + Closed.Erf(x / Math.Sqrt(2))), -2, 2),
        Float("QuickGelu", x => x.QuickGelu(), x => x * Closed.Sigmoid(1.702 * x), -2, 2), Float("Silu", x => x.Silu(), x => x * Closed.Sigmoid(x), -2, 2),
        Float("Mish", x => x.Mish(), x => x * Math.Tanh(Closed.Softplus(x)), -2, 2), Float("Sigmoid", x => x.Sigmoid(), Closed.Sigmoid, -3, 3),
        Float("LogSigmoid", x => x.LogSigmoid(), x => -Closed.Softplus(-x), -3, 3), Float("HardSigmoid", x => x.HardSigmoid(), Closed.HardSigmoid, -4, 4),
        Float("HardSwish", x => x.HardSwish(), x => x * Closed.HardSigmoid(x), -4, 4), Float("HardTanh", x => x.HardTanh(), x => Math.Clamp(x, -1, 1), -2, 2),
        Float("Softplus", x => x.Softplus(2), x => Closed.Softplus(2 * x) / 2, -2, 2).Refuses(x => x[0].Softplus(0)), Float("Softsign", x => x.Softsign(), x => x / (1 + Math.Abs(x)), -2, 2),
    ];
}
