using Tiny.Onnx.Import;
using Tiny.Onnx.Operators.Text;

namespace Tiny.Onnx.Operators;

/// <summary>Comparisons, truth values and bits.</summary>
static class Logic
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Equal", n => n.At(0) is StringValue ? Strings.Equal(n) : Broadcast.Pair(n, (a, b) => a.Eq(b))),
        new("Less", n => Broadcast.Pair(n, (a, b) => a.Lt(b))),
        new("LessOrEqual", n => n[0].Le(n[1])),
        new("Greater", n => Broadcast.Pair(n, (a, b) => a.Gt(b))),
        new("GreaterOrEqual", n => n[0].Ge(n[1])),
        new("And", n => Broadcast.Pair(n, (a, b) => a & b)),
        new("Or", n => Broadcast.Pair(n, (a, b) => a | b)),
        new("Xor", n => Broadcast.Pair(n, (a, b) => a ^ b)),
        new("Not", n => !n[0]),
        new("Where", n => n.Like(n[0].Where(n[1], n[2]), 1)),
        new("BitwiseAnd", n => n[0] & n[1]),
        new("BitwiseOr", n => n[0] | n[1]),
        new("BitwiseXor", n => n[0] ^ n[1]),
        new("BitwiseNot", n => ~n[0]),
        new("BitShift", n => n.Text("direction") switch
        {
            "LEFT" => n[0] << n[1],
            "RIGHT" => n[0] >> n[1],
            var other => throw NodeContext.Bad($"direction '{other}' is neither LEFT nor RIGHT"),
        }),
    ];
}
