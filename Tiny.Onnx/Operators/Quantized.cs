using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators;

/// <summary>Values held by small integers or floats: real = scale * (held - zero point).</summary>
static class Quantized
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("QuantizeLinear", n => Quantize(n)),
        new("DequantizeLinear", n => Dequantize(n)),
        new("DynamicQuantizeLinear", Dynamic),
        new("QLinearMatMul", n => MatMul(n)),
        new("QLinearConv", n => Conv(n)),
        new("MatMulInteger", n => Product(n[0], n.Optional(2), n[1], n.Optional(3))),
    ];

    /// <summary>A scale or zero point for each tensor, each index of an axis, or each block of an axis, beside the values.</summary>
    static Tensor Beside(NodeContext n, Tensor scale, Tensor x)
    {
        if (scale.Rank == 0) return scale;
        if (scale.Numel == 1 && scale.Rank == 1) return scale.Reshape([]);
        int axis = n.Axis("axis", 1, x.Rank);
        long block = n.Integer("block_size", 0);
        if (block == 0) return scale.Reshape([scale.Shape[0], .. Enumerable.Repeat((Dim)1, x.Rank - axis - 1)]);
        var each = scale.RepeatInterleave(checked((int)block), axis);
        // The last block may be shorter.
        return Movement.Part(each, axis, 0, x.Shape[axis]);
    }

    static OnnxValue Quantize(NodeContext n)
    {
        var x = n[0];
        var type = n.Has(2) ? n.TypedAt(2).Type : n.Type("output_dtype", OnnxType.UInt8) is var given && given != OnnxType.Undefined ? given : OnnxType.UInt8;
        var precision = n.Type("precision", OnnxType.Undefined);
        var scale = Beside(n, n[1], x);
        var wide = precision != OnnxType.Undefined ? precision.Carrier() : x.DType.IsFloat ? Tensor.Promote(x.DType, scale.DType) : scale.DType;
        var real = x.Cast(wide) / scale.Cast(wide);
        var zero = n.Optional(2) is { } z ? Beside(n, z, x) : null;
        if (type.Carrier().IsFloat) return Casting.Convert(new TensorValue(zero is null ? real : real + zero.Cast(real.DType)), type, n.Flag("saturate", true));
        var (least, largest) = Range(type);
        // Rounded first: the zero point is added to a whole number.
        var held = real.Cast(real.DType.Size < 4 ? DType.Float32 : real.DType).Round();
        if (zero is not null) held += zero.Cast(held.DType);
        return new TensorValue(held.Clamp(least, largest).Cast(type.Carrier()), type);
    }

    static (int Least, int Largest) Range(OnnxType type) => type switch
    {
        OnnxType.UInt8 => (0, 255),
        OnnxType.Int8 => (-128, 127),
        OnnxType.UInt16 => (0, 65535),
        OnnxType.Int16 => (-32768, 32767),
        OnnxType.UInt4 or OnnxType.Int4 or OnnxType.UInt2 or OnnxType.Int2 => SmallTypes.Range(type),
        _ => throw new OnnxUnsupportedException($"values held by {type.Name()}"),
    };

    static OnnxValue Dequantize(NodeContext n)
    {
        var x = n[0];
        var scale = n[1];
        var type = n.Type("output_dtype", n.TypedAt(1).Type) is var given && given != OnnxType.Undefined ? given : n.TypedAt(1).Type;
        // Integers less their zero point are exact in 32 bits.
        var narrow = x.DType.IsInt ? DType.Int32 : DType.Float32;
        var held = n.Optional(2) is { } zero ? x.Cast(narrow) - Beside(n, zero, x).Cast(narrow) : x;
        return Casting.Convert(new TensorValue(held.Cast(DType.Float32) * Beside(n, scale, x).Cast(DType.Float32)), type);
    }

    static Results Dynamic(NodeContext n)
    {
        var x = n[0];
        Tensor high = x.Max().Maximum(0), low = x.Min().Minimum(0), range = high - low;
        var scale = range.Eq(0).Where(1f, range) / 255f;
        var zero = (-low / scale).Clamp(0, 255).Round();
        var held = ((x / scale).Round() + zero).Clamp(0, 255);
        return (held.Cast(DType.UInt8), scale, zero.Cast(DType.UInt8));
    }

    /// <summary>Integers less their zero point, in 32 bits.</summary>
    public static Tensor Centred(Tensor x, Tensor? zero) => zero is null ? x.Cast(DType.Int32) : x.Cast(DType.Int32) - zero.Cast(DType.Int32);

    // (a - za) * b is a * b - za * (the sum of b over the rows): bytes are multiplied by bytes, and of weights that sum is known before.
    static Tensor Product(Tensor a, Tensor? zeroOfA, Tensor b, Tensor? zeroOfB)
    {
        var (rows, weights) = (a.Cast(DType.Int32), Centred(b, zeroOfB));
        if (zeroOfA is null) return rows.MatMul(weights);
        if (a.Rank < 2 || b.Rank < 2) return Centred(a, Rows(zeroOfA)).MatMul(weights);
        return rows.MatMul(weights) + -(Rows(zeroOfA)!.Cast(DType.Int32) * weights.Sum(-2, keepdim: true));
    }

    // A number for each row.
    static Tensor? Rows(Tensor? t) => t is { Rank: 1, Numel: > 1 } ? t.Unsqueeze(-1) : t;

    static Tensor Requantized(Tensor sum, Tensor scale, Tensor zero)
    {
        var real = sum.Cast(DType.Float32) * scale.Cast(DType.Float32) + zero.Cast(DType.Float32);
        return real.Round().Clamp(Limits.Least(zero.DType), Limits.Largest(zero.DType)).Cast(zero.DType);
    }

    static Tensor MatMul(NodeContext n)
    {
        var sum = Product(n[0], n[2], n[3], n[5]);
        return Requantized(sum, Rows(n[1])! * n[4] / n[6], n[7]);
    }

    static Tensor Conv(NodeContext n)
    {
        Tensor x = Centred(n[0], n[2]), weight = Centred(n[3], Channels(n[5], n[3].Rank));
        return Requantized(Convolutions.Plain(n, x, weight, n.Optional(8)), n[1] * Channels(n[4], x.Rank - 1) / n[6], n[7]);
    }

    static Tensor Channels(Tensor t, int rank) => t.Rank == 1 && t.Numel > 1 ? Normalization.Channels(t, rank + 1) : t;
}
