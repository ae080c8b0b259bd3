using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>A copy of the elements, row-major; without a shape, a vector.</summary>
    /// <exception cref="ShapeException">The shape has another number of elements.</exception>
    /// <exception cref="DTypeException">No dtype holds <typeparamref name="T"/>.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> data, params ReadOnlySpan<int> shape) where T : unmanaged
    {
        var dtype = Element.TypeOf<T>("From");
        var s = shape.IsEmpty ? new Shape(data.Length) : new Shape(shape);
        if (s.Numel != data.Length) throw new ShapeException($"From: {data.Length} elements do not fill {s} ({s.Numel} elements)");
        return FromStorage(new Storage(dtype, s, OwnedMemory.Of(data)));
    }

    /// <summary>A copy of the elements, row-major; without a shape, a vector.</summary>
    public static Tensor From<T>(T[] data, params ReadOnlySpan<int> shape) where T : unmanaged
    {
        NotNull(data);
        return From(new ReadOnlySpan<T>(data), shape);
    }

    /// <summary>A constant of rank 0; its dtype is int32, float32 or bool unless given.</summary>
    public static Tensor Scalar(Number value, DType? dtype = null) => Full(Shape.Scalar, value, dtype);

    /// <summary>A size as an int32 tensor of rank 0, for arithmetic with what is known at the call.</summary>
    public static Tensor Of(Dim size) => new(Origin.Stamp(size.ToUOp()));

    /// <summary>A constant in every element; its dtype is int32, float32 or bool unless given.</summary>
    public static Tensor Full(Shape shape, Number value, DType? dtype = null)
    {
        NotNull(shape);
        using var scope = Origin.Scope("full");
        var type = dtype ?? value.Natural;
        return new Tensor(Build.Fill(value.CheckFits(type, "Full"), type, shape));
    }

    /// <summary>Zeros of float32.</summary>
    public static Tensor Zeros(params ReadOnlySpan<int> shape) => Full(new Shape(shape), 0, DType.Float32);

    /// <summary>Zeros.</summary>
    public static Tensor Zeros(Shape shape, DType dtype) => Full(shape, 0, dtype);

    /// <summary>Ones of float32.</summary>
    public static Tensor Ones(params ReadOnlySpan<int> shape) => Full(new Shape(shape), 1, DType.Float32);

    /// <summary>Ones.</summary>
    public static Tensor Ones(Shape shape, DType dtype) => Full(shape, 1, dtype);

    /// <summary>0, 1, ... <paramref name="count"/> - 1 as int32.</summary>
    public static Tensor Arange(int count) => Arange(0, count);

    /// <summary>0, 1, ... before a size that may depend on a variable, as int32.</summary>
    /// <exception cref="ShapeException">The size may be negative.</exception>
    public static Tensor Arange(Dim count)
    {
        if (count.Min < 0) throw new ShapeException($"Arange: {count} elements");
        using var scope = Origin.Scope("arange");
        return new Tensor(Build.Count(count));
    }

    /// <summary>Whole numbers from <paramref name="start"/>, before <paramref name="stop"/>, by
    /// <paramref name="step"/>, as int32. They take no memory: an element is computed from its index.</summary>
    /// <exception cref="ShapeException">The step is 0, or there are more than 2^31 - 1 numbers.</exception>
    public static Tensor Arange(int start, int stop, int step = 1)
    {
        if (step == 0) throw new ShapeException("Arange: the step is 0");
        long count = Math.Max(0, ((long)stop - start + step - Math.Sign(step)) / step);
        if (count > int.MaxValue) throw new ShapeException($"Arange: {count} elements are too many");
        using var scope = Origin.Scope("arange");
        return new Tensor(Build.Count((int)count, start, step));
    }

    /// <summary>So many float32 numbers from <paramref name="start"/> to <paramref name="stop"/>, both included, at equal distances.</summary>
    public static Tensor Linspace(double start, double stop, int count, DType? dtype = null)
    {
        if (count < 0) throw new ShapeException($"Linspace: {count} elements");
        using var scope = Origin.Scope("linspace");
        var type = dtype ?? DType.Float32;
        var wide = type.IsFloat ? Wide(type) : DType.Float64;
        var x = Arange(count).Cast(wide);
        // Counted from the nearer end, so that both ends are exact.
        double step = count > 1 ? (stop - start) / (count - 1) : 0;
        return (x * 2).Lt(count).Where(x * step + start, stop - (count - 1 - x) * step).Cast(type);
    }

    /// <summary>Ones on the diagonal of a matrix, zeros elsewhere; square unless <paramref name="columns"/> are given.</summary>
    public static Tensor Eye(int rows, int? columns = null, DType? dtype = null)
    {
        int width = columns ?? rows;
        if (rows < 0 || width < 0) throw new ShapeException($"Eye: {rows} rows and {width} columns");
        using var scope = Origin.Scope("eye");
        return Arange(rows).Unsqueeze(1).Eq(Arange(width)).Cast(dtype ?? DType.Float32);
    }

    /// <summary>A tensor to be written: what it holds before is not specified (zeros, here).</summary>
    public static Tensor Empty(params ReadOnlySpan<int> shape) => Zeros(shape);
    /// <summary>A tensor to be written: what it holds before is not specified (zeros, here).</summary>
    public static Tensor Empty(Shape shape, DType dtype) => Zeros(shape, dtype);

    /// <summary>A constant in the shape and dtype of this tensor.</summary>
    public Tensor FullLike(Number value, DType? dtype = null) => Full(Shape, value, dtype ?? DType);
    /// <summary>Zeros in the shape and dtype of this tensor.</summary>
    public Tensor ZerosLike(DType? dtype = null) => FullLike(0, dtype);
    /// <summary>Ones in the shape and dtype of this tensor.</summary>
    public Tensor OnesLike(DType? dtype = null) => FullLike(1, dtype);
    /// <summary>A tensor to be written, in the shape and dtype of this one.</summary>
    public Tensor EmptyLike(DType? dtype = null) => Empty(Shape, dtype ?? DType);
}
