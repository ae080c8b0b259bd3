using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Boxes in images.</summary>
static class Detection
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("NonMaxSuppression", n => NonMaxSuppression.Run(n)),
        new("RoiAlign", n => RoiAlign.Run(n)),
    ];
}
