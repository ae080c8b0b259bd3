using Tiny.Nn;

namespace Tiny.Browser.Tests;

/// <summary>Models whose bundles have what the trained nets have not.</summary>
public sealed class ExportModels
{
    // More than one block of the weights file, the border inside of a tensor.
    public Linear Wide = new(1024, 3000), Narrow = new(3000, 4);

    [TinyJit]
    public Tensor Large([Shape(1, 1024)] Tensor x) => Narrow.Forward(Wide.Forward(x).Relu());

    [TinyJit]
    public Tensor Shared([Shape(2, 3000)] Tensor x) => Narrow.Forward(x);

    [TinyJit]
    public Tensor NoInput() => Narrow.Weight * 2;

    [TinyJit]
    public (Tensor Empty, Tensor Sum) Empty([Shape(0, 3)] Tensor x) => (x * 2, x.Sum(0));

    [TinyJit]
    public Tensor Default([Shape(6, DType = ScalarKind.Int32)] Tensor @in, [Shape(6)] Tensor @class) => @in * 2 + @class.Cast(DType.Int32);

    [TinyJit]
    public (Tensor One, Tensor Same, Tensor Input, Tensor Weight) Aliases([Shape(5)] Tensor x)
    {
        var y = x * 2;
        return (y, y, x, Narrow.Bias!);
    }

    [TinyJit]
    public Tensor Unsigned([Shape(3, DType = ScalarKind.UInt32)] Tensor x) => x + x;

    [TinyJit]
    public Tensor ManyInputs([Shape(2)] Tensor a, [Shape(2)] Tensor b, [Shape(2)] Tensor c, [Shape(2)] Tensor d, [Shape(2)] Tensor e,
        [Shape(2)] Tensor f, [Shape(2)] Tensor g, [Shape(2)] Tensor h, [Shape(2)] Tensor i) => Tensor.Cat([a, b, c, d, e, f, g, h, i]);

    readonly Tensor _offset = Tensor.From<double>([0.25, -0.75, -0.75], 3);

    [TinyJit]
    public Tensor Doubles([Shape(3, DType = ScalarKind.Float64)] Tensor x) => x * 2 - 1 + _offset;

    [TinyJit]
    public Tensor DoublesWithin([Shape(3)] Tensor x) => (x.Cast(DType.Float64) * 3).Cast(DType.Float32);

    // Weights of every size in bytes, at odd places of the file.
    public Tensor Odd = Tensor.From<bool>([true, false, true, true, false], 5), Long = Tensor.From<long>([1L << 40, -3, 5], 3);
    public Tensor More = Tensor.From<bool>([true, false, true, true, false, true, true], 7);

    [TinyJit]
    public (Tensor Bool, Tensor Long, Tensor Any, Tensor Bytes) Weights([Shape(5)] Tensor x) => (Odd & x.Gt(0), Long * 3, Odd, !More);

    [TinyJit]
    public Tensor Reset([Shape(3)] Tensor x) => x + 1;
}
