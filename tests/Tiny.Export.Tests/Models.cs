using Tiny.Formats;
using Tiny.Jit;

namespace Tiny.Export.Tests;

/// <summary>The trained digit recogniser of the shared data.</summary>
sealed class DigitNet
{
    readonly SafetensorsFile _file = SafetensorsFile.Open(Tools.Shared("models/mnist-conv-safetensors/mnist.safetensors"));

    Tensor W(string name) => _file.Tensor(name);

    [TinyJit]
    public Tensor Forward([Shape(1, 1, 28, 28)] Tensor image)
    {
        var x = image;
        foreach (var layer in (string[])["conv1", "conv2", "conv3"]) x = x.Conv2d(W($"{layer}.weight"), W($"{layer}.bias")).Relu();
        x = Norm(x, "norm1").Reshape(1, -1);
        x = x.Linear(W("fc1.weight"), W("fc1.bias")).Relu().Linear(W("fc2.weight"), W("fc2.bias"));
        return Norm(x, "norm2").LogSoftmax();
    }

    Tensor Norm(Tensor x, string layer)
    {
        int[] shape = [1, x.Shape[1], .. Enumerable.Repeat(1, x.Shape.Rank - 2)];
        var scale = W($"{layer}.weight") / (W($"{layer}.running_var") + 1e-5f).Sqrt();
        return (x - W($"{layer}.running_mean").Reshape(shape)) * scale.Reshape(shape) + W($"{layer}.bias").Reshape(shape);
    }

    public static Program Program() => ProgramCapture.Capture("digits", new DigitNet(), [typeof(DigitNet).GetMethod(nameof(Forward))!]);
}

/// <summary>Several entry points, inputs and results, equal layers, integers and bools, and names that C reserves.</summary>
sealed class Mixed
{
    readonly Tensor _first = Weights("blocks.0.double", 1), _second = Weights("blocks.1.double", 2);

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

    public static Program Program() => ProgramCapture.Capture("register", new Mixed(),
        [.. ((string[])[nameof(Log), nameof(Wrap), nameof(Twice)]).Select(n => typeof(Mixed).GetMethod(n)!)]);
}
