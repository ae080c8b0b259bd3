using System.Runtime.InteropServices;
using Tiny.Graph;
using Tiny.Onnx.Import;
using Tiny.Onnx.Model;
using Tiny.Runtime;

namespace Tiny.Onnx;

/// <summary>A value that flows between nodes.</summary>
public abstract record OnnxValue
{
    /// <summary>A tensor of a type that has a dtype of its own.</summary>
    public static implicit operator OnnxValue(Tensor tensor) => new TensorValue(tensor);

    /// <summary>The same as <see cref="op_Implicit(Tensor)"/>.</summary>
    public static OnnxValue FromTensor(Tensor tensor) => tensor;
}

/// <summary>A tensor. Types without a dtype of their own (int4, float4, ...) are carried by a wider one that holds each of their values.</summary>
public sealed record TensorValue(Tensor Tensor, OnnxType Type) : OnnxValue
{
    /// <summary>A tensor of its dtype's own type.</summary>
    public TensorValue(Tensor tensor) : this(tensor, OnnxTypes.Of((tensor ?? throw new ArgumentNullException(nameof(tensor))).DType)) { }

    /// <summary>A tensor of a file, in memory.</summary>
    public static OnnxValue Of(OnnxTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Type == OnnxType.String) return new StringValue(tensor.Shape, tensor.DecodeStrings());
        var storage = new Storage(tensor.Type.Carrier(), tensor.Shape, tensor.Decode()) { Name = tensor.Name.Length > 0 ? tensor.Name : null };
        return new TensorValue(Tensor.FromStorage(storage), tensor.Type);
    }

    /// <summary>A constant of a graph: a few integers that are all the same are a number, which the algebra knows, and so is a float32, which kernels then have in their text.</summary>
    internal static OnnxValue Constant(OnnxTensor tensor)
    {
        var value = Of(tensor);
        if (value is TensorValue { Tensor: { DType.Kind: ScalarKind.Float32, Shape.Rank: 0 } x } && MemoryMarshal.Read<float>(x.Storage!.ToHost().Span) is var number && float.IsFinite(number))
            return new TensorValue(Tensor.Full(x.Shape, number, x.DType), tensor.Type);
        if (value is not TensorValue { Tensor: { DType.IsInt: true, Shape.Size: > 0 and <= 16 } t }) return value;
        long[] numbers = HostNumbers.Integers(t.Storage!.ToHost(), t.DType, t.Numel);
        if (Array.Exists(numbers, n => n != numbers[0])) return value;
        return new TensorValue(Tensor.Full(t.Shape, t.DType.Kind == ScalarKind.UInt64 ? (ulong)numbers[0] : numbers[0], t.DType), tensor.Type);
    }

    /// <summary>Element type and shape.</summary>
    public override string ToString() => $"{Type.Name()}{Tensor.Shape}";
}

/// <summary>A tensor of strings. It is on the host: no kernel works on strings.</summary>
public sealed record StringValue(Shape Shape, IReadOnlyList<string> Elements) : OnnxValue
{
    /// <summary>Element type and shape.</summary>
    public override string ToString() => $"string{Shape}";
}

/// <summary>Values one after another. How many there are is known; of tensors among them the elements need not be.</summary>
public sealed record SequenceValue(IReadOnlyList<OnnxValue> Items) : OnnxValue
{
    /// <summary>What is in it.</summary>
    public override string ToString() => $"sequence({string.Join(", ", Items)})";
}

/// <summary>A value, or none.</summary>
public sealed record OptionalValue(OnnxValue? Item) : OnnxValue
{
    /// <summary>What is in it.</summary>
    public override string ToString() => $"optional({Item})";
}

/// <summary>Values by key, which are integers or strings.</summary>
public sealed record MapValue(IReadOnlyDictionary<object, OnnxValue> Entries) : OnnxValue
{
    /// <summary>How many there are.</summary>
    public override string ToString() => $"map({Entries.Count})";
}
