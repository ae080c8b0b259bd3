using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Operators on tensors of strings, which are on the host.</summary>
static class Strings
{
    /// <summary>Equal texts, element by element.</summary>
    public static Tensor Equal(NodeContext n) => throw new OnnxUnsupportedException("strings");
}
