namespace Tiny.Tests;

/// <summary>
/// Every operator of tensors, each at least once: how it is called, with what, and what it gives and refuses. All tests that are the same for all operators walk this
/// table: values, gradients, dtypes, broadcasting, no elements, errors, capture, C, WebGPU, random programs. Add a row for a new operator.
/// </summary>
static partial class OperatorTable
{
    public static IReadOnlyList<OperatorCase> All { get; } =
        [.. Arithmetic, .. Comparison, .. Functions, .. Activations, .. Reductions, .. Movement, .. Parts, .. Picked, .. Matrices, .. Windows, .. Norms, .. Losses, .. Creation, .. Random];

    /// <summary>The rows of an operator.</summary>
    public static ILookup<string, OperatorCase> ByOperator { get; } = All.ToLookup(row => row.Operator);

    /// <summary>What tensors have that is no operator: why.</summary>
    public static IReadOnlyDictionary<string, string> NoOperators { get; } = Reasons(
        ("gives elements to the host, or takes them", "Item ToArray ToMultidimensionalArray CopyTo From ReadFrom WriteTo Realize"),
        ("about gradients: GradientTests", "Gradient Backward Grad RequiresGrad"),
        ("the same tensor, or what it is", "Bind T Shape DType Rank Numel ToString"),
        ("the state of random numbers: RandomTests", "ManualSeed"));

    /// <summary>Operators of any shape and dtype, without options that could be wrong.</summary>
    public static IReadOnlyList<string> TakeEverything { get; } = """
        Neg Square Sqrt Rsqrt Reciprocal Abs Sign IsNan IsInf IsFinite LogicalNot Exp Exp2 Expm1 Log Log2 Log10 Log1p Sinh Cosh Tanh Asinh Acosh Atanh Erf Sin Cos Tan Asin Acos Atan
        Floor Ceil Trunc Round Relu Relu6 LeakyRelu Elu Selu Gelu QuickGelu Silu Mish Sigmoid LogSigmoid HardSigmoid HardSwish HardTanh Softsign Contiguous Clone ContiguousBackward Detach
        Cast Zeros Ones Empty Scalar Of ZerosLike OnesLike EmptyLike Rand RandN Uniform Normal ScaledUniform ScaledNormal RandLike RandNLike
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether a row's results do not depend on the elements of its inputs.</summary>
    public static bool OfAShapeOnly(OperatorCase row) => row.Flat == ShapeOnly;

    const string ShapeOnly = "takes a shape only";

    static Dictionary<string, string> Reasons(params (string Reason, string Names)[] groups) =>
        groups.SelectMany(g => g.Names.Split(' ').Select(n => (n, g.Reason))).ToDictionary(x => x.n, x => x.Reason);
}
