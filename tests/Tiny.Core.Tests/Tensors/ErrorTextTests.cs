using System.Runtime.CompilerServices;
using NUnit.Framework;
using Tiny.Numerics;

namespace Tiny.Tests.Tensors;

/// <summary>What is said of arguments that do not fit: the user's file and line, the operation, shapes, dtypes, axes.</summary>
public sealed class ErrorTextTests
{
    static readonly Tensor s_23 = Tensor.Zeros(2, 3), s_45 = Tensor.Zeros(4, 5), s_int = Tensor.Arange(4), s_bool = s_int < 2, s_scalar = Tensor.Scalar(1.0);
    static readonly Tensor s_image = Tensor.Zeros(1, 3, 8, 8), s_none = Tensor.Zeros(0, 3), s_bytes = Tensor.Zeros(new Shape(2), DType.UInt8);
    static readonly Tensor s_null = null!;

    // Method, call, what the text holds beside place and operation; the operation is the method's name unless another one is given.
    static readonly (string Method, Action Call, string[] Texts, string Operation, int Line)[] s_table =
    [
        Error("op_Addition", () => _ = s_23 + s_45, "Add", "[2, 3]", "[4, 5]"),
        Error("op_Subtraction", () => _ = s_23 - s_45, "Sub", "[2, 3]", "[4, 5]"),
        Error("op_Multiply", () => _ = s_23 * s_45, "Mul", "[2, 3]", "[4, 5]"),
        Error("op_Division", () => _ = s_23 / s_45, "Div", "[2, 3]", "[4, 5]"),
        Error("op_BitwiseAnd", () => _ = s_23 & s_23, "And", "float32"),
        Error("op_BitwiseOr", () => _ = s_23 | s_45, "Or", "[2, 3]", "[4, 5]"),
        Error("op_ExclusiveOr", () => _ = s_int ^ s_23[0], "Xor", "[4]", "[3]"),
        Error("op_LeftShift", () => _ = s_23 << 1, "LShift", "float32", "[2, 3]"),
        Error("op_RightShift", () => _ = s_int >> s_23, "RShift", "float32", "[2, 3]"),
        Error("op_LogicalNot", () => _ = !s_23, "Not", "float32", "[2, 3]"),
        Error("op_LessThan", () => _ = s_23 < s_45, "Lt", "[2, 3]", "[4, 5]"),
        Error("op_GreaterThan", () => _ = s_23 > s_45, "Gt", "[2, 3]", "[4, 5]"),
        Error("op_LessThanOrEqual", () => _ = s_23 <= s_45, "Le", "[2, 3]", "[4, 5]"),
        Error("op_GreaterThanOrEqual", () => _ = s_23 >= s_45, "Ge", "[2, 3]", "[4, 5]"),
        Error("Lt", () => s_bytes.Lt(300), "Lt", "300", "uint8"),
        Error("Gt", () => s_23.Gt(s_45), "Gt", "[2, 3]", "[4, 5]"),
        Error("Le", () => s_23.Le(s_45), "Le", "[2, 3]", "[4, 5]"),
        Error("Ge", () => s_23.Ge(s_45), "Ge", "[2, 3]", "[4, 5]"),
        Error("Eq", () => s_23.Eq(s_45), "Eq", "[2, 3]", "[4, 5]"),
        Error("Ne", () => s_23.Ne(s_45), "Ne", "[2, 3]", "[4, 5]"),
        Error("FloorDiv", () => s_23.FloorDiv(2), "FloorDiv", "float32", "[2, 3]"),
        Error("Mod", () => s_int.Mod(s_23), "Mod", "float32", "[2, 3]"),
        Error("Maximum", () => s_bytes.Maximum(-1), "Maximum", "-1", "uint8"),
        Error("Minimum", () => s_23.Minimum(s_45), "Minimum", "[2, 3]", "[4, 5]"),
        Error("Clamp", () => s_bytes.Clamp(-1, 4), "Clamp", "-1", "uint8"),
        Error("Where", () => s_23.Where(1, 2), "Where", "float32", "[2, 3]", "bool"),
        Error("Where", () => s_bool.Where(s_23, s_45), "Where", "[2, 3]", "[4, 5]"),
        Error("Reshape", () => s_23.Reshape(4, 2), "Reshape", "[2, 3]", "[4, 2]", "6 elements"),
        Error("Reshape", () => s_23.Reshape(-1, 4), "Reshape", "[2, 3]", "[-1, 4]"),
        Error("View", () => s_23.View(5), "Reshape", "[2, 3]", "[5]"),
        Error("Flatten", () => s_23.Flatten(1, 0), "Flatten", "[2, 3]"),
        Error("Permute", () => s_23.Permute(0), "Permute", "[2, 3]"),
        Error("Permute", () => s_23.Permute(0, 0), "Permute", "[2, 3]", "[0, 0]", "twice"),
        Error("Transpose", () => s_23.Transpose(0, 2), "Transpose", "axis 2", "[2, 3]"),
        Error("get_T", () => _ = s_image.T, "T", "[1, 3, 8, 8]"),
        Error("Expand", () => s_23.Expand(4, 3), "Expand", "[2, 3]", "[4, 3]"),
        Error("Pad", () => s_23.Pad([(1, 1)]), "Pad", "[2, 3]"),
        Error("Pad", () => s_23.Pad([(-1, 0), (0, 0)]), "Pad", "(-1, 0)", "axis 0", "[2, 3]"),
        Error("Shrink", () => s_23.Shrink((0, 3), (0, 1)), "Shrink", "axis 0", "[2, 3]"),
        Error("Flip", () => s_23.Flip(0, -2), "Flip", "[2, 3]", "twice"),
        Error("Squeeze", () => s_23.Squeeze(1), "Squeeze", "axis 1", "[2, 3]"),
        Error("Unsqueeze", () => s_23.Unsqueeze(4), "Unsqueeze", "axis 4", "[2, 3]"),
        Error("Repeat", () => s_23.Repeat(2), "Repeat", "[2]", "[2, 3]"),
        Error("get_Part", () => _ = s_23[2..4], "slice", "axis 0", "[2, 3]"),
        Error("get_Part", () => _ = s_23[0, 0, 0], "slice", "[2, 3]"),
        Error("Sum", () => s_23.Sum(2), "Sum", "axis 2", "[2, 3]"),
        Error("Prod", () => s_23.Prod([0, 0]), "Prod", "axis 0", "[2, 3]", "twice"),
        Error("Max", () => s_none.Max(0), "Max", "[0, 3]", "no elements"),
        Error("Min", () => s_none.Min(), "Min", "[0, 3]", "no elements"),
        Error("Mean", () => s_23.Mean(-3), "Mean", "axis -3", "[2, 3]"),
        Error("Var", () => s_23.Var(2), "Var", "axis 2", "[2, 3]"),
        Error("ArgMax", () => s_23.ArgMax(2), "ArgMax", "axis 2", "[2, 3]"),
        Error("Softmax", () => s_23.Softmax(2), "Softmax", "axis 2", "[2, 3]"),
        Error("LogSoftmax", () => s_23.LogSoftmax(2), "LogSoftmax", "axis 2", "[2, 3]"),
        Error("LogSumExp", () => s_23.LogSumExp(2), "LogSumExp", "axis 2", "[2, 3]"),
        Error("MatMul", () => s_23.MatMul(s_45), "MatMul", "[2, 3]", "[4, 5]", "3 and 4"),
        Error("MatMul", () => s_scalar.MatMul(s_45), "MatMul", "[]", "[4, 5]"),
        Error("Dot", () => s_23.Dot(s_45), "MatMul", "[2, 3]", "[4, 5]"),
        Error("Linear", () => s_23.Linear(s_45), "Linear", "[2, 3]", "[4, 5]"),
        Error("Conv", () => s_image.Conv(s_23, null, [1], [(0, 0)], [1]), "Conv", "[1, 3, 8, 8]"),
        Error("Conv1d", () => s_23.Conv1d(s_image), "Conv1d", "[2, 3]"),
        Error("Conv2d", () => s_image.Conv2d(Tensor.Zeros(8, 1, 3, 3)), "Conv2d", "[1, 3, 8, 8]", "[8, 1, 3, 3]", "channels"),
        Error("MaxPool2d", () => s_image.MaxPool2d(9), "MaxPool2d", "[1, 3, 8, 8]"),
        Error("AvgPool2d", () => s_scalar.AvgPool2d(2), "AvgPool2d", "[]"),
        Error("Cat", () => Tensor.Cat([s_23, s_45], 1), "Cat", "[2, 3]", "[4, 5]", "axis"),
        Error("Stack", () => Tensor.Stack([s_23, s_45]), "Stack", "[2, 3]", "[4, 5]"),
        Error("Split", () => s_23.Split(0, 1), "Split", "[2, 3]"),
        Error("Chunk", () => s_23.Chunk(0), "Chunk", "[2, 3]"),
        Error("From", () => Tensor.From([1f, 2f, 3f], 2), "From", "3 elements", "[2]"),
        Error("From", () => Tensor.From([1m]), "From", "Decimal"),
        Error("Full", () => Tensor.Full(new Shape(2), 300, DType.UInt8), "Full", "300", "uint8"),
        Error("Scalar", () => Tensor.Scalar(-1, DType.UInt32), "Full", "-1", "uint32"),
        Error("Arange", () => Tensor.Arange(0, 4, 0), "Arange", "step"),
        Error("ToArray", () => s_23.ToArray<int>(), "ToArray<int>", "float32", "[2, 3]"),
        Error("CopyTo", () => s_23.CopyTo<float>(new float[2]), "CopyTo", "[2, 3]"),
        Error("Item", () => s_23.Item<float>(), "Item", "[2, 3]"),
        Error("op_OnesComplement", () => _ = ~s_23, "BitwiseNot", "float32", "[2, 3]"),
        Error("MaskedFill", () => s_23.MaskedFill(s_23, 1), "MaskedFill", "float32", "[2, 3]", "mask"),
        Error("CopySign", () => Tensor.CopySign(s_23, s_45), "CopySign", "[2, 3]", "[4, 5]"),
        Error("Fmod", () => s_23.Fmod(s_45), "Fmod", "[2, 3]", "[4, 5]"),
        Error("Remainder", () => s_23.Remainder(s_45), "Remainder", "[2, 3]", "[4, 5]"),
        Error("Pow", () => s_23.Pow(s_45), "Pow", "[2, 3]", "[4, 5]"),
        Error("Atan2", () => s_23.Atan2(s_45), "Atan2", "[2, 3]", "[4, 5]"),
        Error("LogAddExp", () => s_23.LogAddExp(s_45), "LogAddExp", "[2, 3]", "[4, 5]"),
        Error("IsClose", () => s_23.IsClose(s_45), "IsClose", "[2, 3]", "[4, 5]"),
        Error("ToTensorSpan", () => _ = s_23.ToTensorSpan<int>().Rank, "ToArray<int>", "float32", "[2, 3]"),
        // ---- null
        Error("op_Addition", () => _ = s_23 + s_null, "Add", "'b' is null"),
        Error("op_Addition", () => _ = s_null + 1, "Add", "null"),
        Error("op_UnaryNegation", () => _ = -s_null, "UnaryNegation", "'a' is null"),
        Error("op_LessThan", () => _ = s_null < 1, "LessThan", "null"),
        Error("FloorDiv", () => s_int.FloorDiv(s_null), "FloorDiv", "null"),
        Error("Where", () => s_bool.Where(s_int, s_null), "Where", "'b' is null"),
        Error("MatMul", () => s_23.MatMul(s_null), "MatMul", "'other' is null"),
        Error("Conv2d", () => s_image.Conv2d(s_null), "Conv", "'weight' is null"),
        Error("Cat", () => Tensor.Cat([s_23, s_null]), "Cat", "null"),
        Error("Stack", () => Tensor.Stack(null!), "Stack", "'tensors' is null"),
        Error("Reshape", () => s_23.Reshape((Shape)null!), "Reshape", "'shape' is null"),
    ];

    static (string, Action, string[], string, int) Error(string method, Action call, string operation, string first, string? second = null, string? third = null,
        [CallerLineNumber] int line = 0) => (method, call, [.. new[] { first, second, third }.OfType<string>()], operation, line);

    static IEnumerable<TestCaseData> Table => s_table.Select(t => new TestCaseData(t.Call, t.Texts, t.Operation, t.Line).SetArgDisplayNames($"{t.Method}, line {t.Line}"));

    [TestCaseSource(nameof(Table))]
    public void NamesPlaceOperationAndOperands(Action call, string[] texts, string operation, int line)
    {
        var e = Assert.Catch(() => call())!;
        Assert.That(e, Is.InstanceOf<TinyException>().Or.InstanceOf<ArgumentNullException>());
        Assert.That(e.Message, Does.StartWith($"ErrorTextTests.cs:{line}: {operation}"));
        foreach (var text in texts) Assert.That(e.Message, Does.Contain(text));
    }
}
