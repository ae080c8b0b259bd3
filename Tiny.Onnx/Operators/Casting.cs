using Tiny.Onnx.Import;
using Tiny.Onnx.Model;
using Tiny.Onnx.Operators.Text;

namespace Tiny.Onnx.Operators;

/// <summary>From one element type to another.</summary>
static class Casting
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Cast", n => To(n, n.Type("to", OnnxType.Undefined))),
        new("CastLike", n => To(n, n.At(1) is StringValue ? OnnxType.String : n.TypedAt(1).Type)),
        new("BitCast", n => Bits(n, n.Type("to", OnnxType.Undefined))),
    ];

    static OnnxValue To(NodeContext n, OnnxType to)
    {
        if (n.At(0) is StringValue strings) return StringCasts.From(strings, to);
        if (to == OnnxType.String) return StringCasts.To(n);
        return Convert(n.TypedAt(0), to, n.Flag("saturate", true));
    }

    /// <summary>The values in another type.</summary>
    public static OnnxValue Convert(TensorValue x, OnnxType to, bool saturate = true)
    {
        if (to == x.Type) return x;
        if (!to.HasOwnDType() || to is OnnxType.Float8E4M3FN or OnnxType.Float8E5M2) return SmallTypes.Convert(x, to, saturate);
        return new TensorValue(x.Tensor.Cast(to.Carrier()), to);
    }

    static TensorValue Bits(NodeContext n, OnnxType to)
    {
        var x = n.TypedAt(0);
        if (!to.HasOwnDType() || !x.Type.HasOwnDType()) throw new OnnxUnsupportedException($"the bits of {x.Type.Name()} as {to.Name()}");
        if (x.Type == to) return x;
        return new(to == OnnxType.Bool ? x.Tensor.Ne(0) : (x.Type == OnnxType.Bool ? x.Tensor.Cast(DType.UInt8) : x.Tensor).Bitcast(to.Carrier()), to);
    }
}
