using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Matrix products.</summary>
static class Products
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("MatMul", n => n[0].MatMul(n[1]).Cast(n[0].DType)),
        new("Gemm", Gemm),
        new("Einsum", n => Tensor.Einsum(n.Text("equation"), n.All()).Cast(n[0].DType)),
        new("Det", n => n[0].Det()),
    ];

    static Results Gemm(NodeContext n)
    {
        Tensor a = n.Flag("transA") ? n[0].Transpose() : n[0], b = n.Flag("transB") ? n[1].Transpose() : n[1];
        float alpha = n.Float("alpha", 1), beta = n.Float("beta", 1);
        var y = a.MatMul(b);
        if (alpha != 1) y = (y * alpha).Cast(n[0].DType);
        if (n.Optional(2) is not { } c) return y;
        return y + (beta == 1 ? c : (c * beta).Cast(c.DType));
    }
}
