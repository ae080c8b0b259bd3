using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>The trained digit recogniser, for one image.</summary>
sealed class Digits
{
    readonly DigitsModel _model = DigitsModel.Load();

    [TinyJit]
    public Tensor Forward([Shape(1, 1, 28, 28)] Tensor image) => _model.Forward(image);

    public static Program Program() => ProgramCapture.Capture("digits", new Digits(), [typeof(Digits).GetMethod(nameof(Forward))!], new CTarget().Schedule);
}

/// <summary>MobileNet v1 on a photo.</summary>
sealed class Photos
{
    readonly MobileNetV1 _model = MobileNetV1.Load();

    [TinyJit]
    public Tensor Classify([Shape(1, 3, 128, 128)] Tensor photo) => _model.Forward(photo);

    public static Program Program() => ProgramCapture.Capture("mobilenet", new Photos(), [typeof(Photos).GetMethod(nameof(Classify))!], new CTarget().Schedule);
}

/// <summary>Several entry points, inputs and results, equal layers, integers and bools, and names that C reserves.</summary>
sealed class Mixed
{
    internal readonly Tensor _first = Weights("blocks.0.double", 1), _second = Weights("blocks.1.double", 2);

    static Tensor Weights(string name, int seed)
    {
        var random = new Random(seed);
        var t = Tensor.From<float>([.. Enumerable.Range(0, 64 * 64).Select(_ => (float)random.NextDouble() - 0.5f)], 64, 64);
        t.Storage!.Name = name;
        return t;
    }

    [TinyJit]
    public (Tensor Sum, Tensor Gate) Log([Shape(4, 64)] Tensor @float, [Shape(4, 64, DType = ScalarKind.Int32)] Tensor steps)
    {
        var x = (@float.MatMul(_first).Relu() + @float).MatMul(_second).Relu() + @float;
        return (x + steps.FloorDiv(3), x.Gt(0.5f));
    }

    [TinyJit]
    public Tensor Wrap([Shape(5, DType = ScalarKind.Int32)] Tensor x) => x * 65537 + x.Mod(7);

    [TinyJit]
    public (Tensor Same, Tensor Again) Twice([Shape(3)] Tensor x) => (x, x);

    [TinyJit]
    public (Tensor One, Tensor Other, Tensor Constant) Shared([Shape(3)] Tensor x)
    {
        var y = x * 2 + 1;
        return (y, y, _first[0, 0..3]);
    }

    public static Program Program() => ProgramCapture.Capture("register", new Mixed(),
        [.. ((string[])[nameof(Log), nameof(Wrap), nameof(Twice), nameof(Shared)]).Select(n => typeof(Mixed).GetMethod(n)!)]);
}
