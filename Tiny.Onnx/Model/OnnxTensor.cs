using Tiny.Onnx.Format;
using Tiny.Runtime;

namespace Tiny.Onnx.Model;

/// <summary>
/// A tensor of a file: its description, and where its elements lie. They are decoded when asked for; those in the memory's own form (raw data, floats) are used
/// where they lie.
/// </summary>
public sealed class OnnxTensor
{
    readonly HostMemory _message;
    readonly ExternalPart? _external;

    internal OnnxTensor(string name, OnnxType type, Shape shape, HostMemory message, ExternalPart? external)
    {
        Name = name;
        Type = type;
        Shape = shape;
        _message = message;
        _external = external;
    }

    /// <summary>Its name; may be empty.</summary>
    public string Name { get; }
    /// <summary>Type of the elements.</summary>
    public OnnxType Type { get; }
    /// <summary>The extents.</summary>
    public Shape Shape { get; }

    /// <summary>The elements, row-major, in the type's carrier (<see cref="OnnxTypes.Carrier"/>).</summary>
    /// <exception cref="OnnxFormatException">There are more or fewer elements than the shape says.</exception>
    /// <exception cref="OnnxUnsupportedException">The type has no carrier.</exception>
    public HostMemory Decode() => TensorData.Decode(this, _external?.Open() ?? _message, _external is not null);

    /// <summary>The elements of a tensor of strings.</summary>
    public string[] DecodeStrings() => TensorData.Strings(this, _message);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Type.Name()}{Shape}";
}
