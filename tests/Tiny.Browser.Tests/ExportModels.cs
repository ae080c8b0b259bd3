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

    [TinyJit]
    public Tensor Bytes([Shape(3, DType = ScalarKind.UInt8)] Tensor pixels) => pixels.Cast(DType.Float32);

    [TinyJit]
    public Tensor Truth([Shape(3)] Tensor x) => x.Gt(0);

    [TinyJit]
    public Tensor Reset([Shape(3)] Tensor x) => x + 1;
}
