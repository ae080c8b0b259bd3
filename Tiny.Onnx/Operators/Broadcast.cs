using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>How the operands of two-operand operators are aligned. Since opset 7 as everywhere: at the right. Before, only where an attribute asks for it.</summary>
static class Broadcast
{
    /// <summary>An operator of the node's first two inputs.</summary>
    public static Tensor Pair(NodeContext n, Func<Tensor, Tensor, Tensor> operation) => operation(n[0], Second(n));

    static Tensor Second(NodeContext n)
    {
        var (a, b) = (n[0], n[1]);
        if (n.Opset >= 7 || !n.Flag("broadcast") || !n.HasAttribute("axis")) return b;
        // The second's axes stand at an axis of the first, those behind are stretched.
        int behind = a.Rank - n.Axis("axis", 0, a.Rank) - b.Rank;
        return behind > 0 ? b.Reshape([.. b.Shape, .. Enumerable.Repeat((Dim)1, behind)]) : b;
    }
}
