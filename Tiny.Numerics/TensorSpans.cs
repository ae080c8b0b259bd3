using System.Numerics.Tensors;

namespace Tiny.Numerics;

/// <summary>Elements to and from the tensor spans of System.Numerics.Tensors.</summary>
public static class TensorSpans
{
    /// <summary>A copy of the elements, row-major, with the span's extents.</summary>
    /// <exception cref="DTypeException">No dtype holds <typeparamref name="T"/>.</exception>
    /// <exception cref="ShapeException">There are more elements than a tensor can have.</exception>
    public static Tensor ToTensor<T>(this ReadOnlyTensorSpan<T> span) where T : unmanaged
    {
        if (span.FlattenedLength > Array.MaxLength) throw new ShapeException($"ToTensor: {span.FlattenedLength} elements are more than a tensor can have");
        var elements = new T[(int)span.FlattenedLength];
        span.FlattenTo(elements);
        var extents = new int[span.Rank];
        for (int i = 0; i < extents.Length; i++) extents[i] = checked((int)span.Lengths[i]);
        return Tensor.From(elements).Reshape(extents);
    }

    /// <summary>A copy of the elements, row-major, with the span's extents.</summary>
    /// <exception cref="DTypeException">No dtype holds <typeparamref name="T"/>.</exception>
    public static Tensor ToTensor<T>(this TensorSpan<T> span) where T : unmanaged => span.AsReadOnlyTensorSpan().ToTensor();

    /// <summary>The elements as a span of their own memory; they are computed if they are not yet. What is written to the tensor later does not show.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the C# type of the tensor's dtype.</exception>
    public static ReadOnlyTensorSpan<T> ToTensorSpan<T>(this Tensor tensor) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new ReadOnlyTensorSpan<T>(tensor.ToArray<T>(), [.. tensor.Shape.Extents().Select(d => (nint)d)]);
    }
}
