using System.Runtime.InteropServices;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Tests.Gradients;

/// <summary>An input of a function: its shape, and the interval that its elements are drawn from.</summary>
public sealed record Input(double Low, double High, params int[] Dims)
{
    public Shape Shape => new(Dims);
}

/// <summary>
/// A function of float64 tensors at a seeded point, as a graph over parameters: its elements, weighted at random, are summed to one number. Derivatives by
/// central differences are the interpreter's, so nothing of the compiler or of the rules for gradients is in them.
/// </summary>
public sealed class GradientCase
{
    readonly Func<Tensor[], Tensor> _function;
    readonly Lazy<(Tensor[] Inputs, Tensor Loss)> _built;

    /// <param name="name">The operator's public name first, then, after a comma, what is special.</param>
    /// <param name="function">The operator.</param>
    /// <param name="inputs">What it is given.</param>
    public GradientCase(string name, Func<Tensor[], Tensor> function, params Input[] inputs)
    {
        (Name, _function, Inputs) = (name, function, inputs);
        _built = new(Build);
        var random = new Random(name.Aggregate(17, (h, c) => unchecked(h * 31 + c)));
        Point = [.. inputs.Select(input => Enumerable.Range(0, input.Shape.Numel).Select(_ => input.Low + (input.High - input.Low) * random.NextDouble()).ToArray())];
    }

    public string Name { get; }
    public IReadOnlyList<Input> Inputs { get; }
    /// <summary>Where the derivatives are taken: the elements of each input.</summary>
    public IReadOnlyList<double[]> Point { get; }
    /// <summary>Second derivatives do not exist there, or not by differences; why.</summary>
    public string? NotTwice { get; init; }
    /// <summary>How far from the differences the gradient may be, relative to the largest.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>The parameters.</summary>
    public Tensor[] Parameters => _built.Value.Inputs;
    /// <summary>The weighted sum of the function's elements.</summary>
    public Tensor Loss => _built.Value.Loss;

    (Tensor[], Tensor) Build()
    {
        Tensor[] inputs = [.. Inputs.Select((input, i) => new Tensor(UOp.New(Op.Param, DType.Float64, [], new ParamArg(i, $"x{i}", input.Shape))))];
        return (inputs, Weighted(_function(inputs), 5));
    }

    /// <summary>The sum of a tensor's elements, each with a random weight.</summary>
    public static Tensor Weighted(Tensor value, int seed)
    {
        var random = new Random(seed);
        double[] weights = [.. Enumerable.Range(0, value.Numel).Select(_ => random.NextDouble() + 0.5)];
        return value.Numel == 0 ? value.Sum() : (value * Tensor.From(weights, value.Shape.Extents())).Sum();
    }

    /// <summary>Values at a point, by the interpreter.</summary>
    public static double[][] Evaluate(IReadOnlyList<Tensor> values, IReadOnlyList<double[]> point)
    {
        HostMemory[] given = [.. point.Select(p => OwnedMemory.Of<double>(p))];
        var memory = Interpreter.Evaluate([.. values.Select(v => v.Node)], p => given[p.Slot]);
        double[][] results = [.. memory.Select(m => MemoryMarshal.Cast<byte, double>(m.Copied()).ToArray())];
        GC.KeepAlive(memory);
        return [.. results.Select((r, i) => r[..values[i].Numel])];
    }

    /// <summary>The derivative of a number by each element of each input, by central differences.</summary>
    public double[][] Differences(Tensor number)
    {
        double[][] at = [.. Point.Select(p => (double[])p.Clone())];
        double[][] result = [.. at.Select(p => new double[p.Length])];
        for (int i = 0; i < at.Length; i++)
            for (int j = 0; j < at[i].Length; j++)
            {
                double x = at[i][j], step = 1e-5 * Math.Max(1, Math.Abs(x));
                at[i][j] = x + step;
                double above = Evaluate([number], at)[0][0];
                at[i][j] = x - step;
                result[i][j] = (above - Evaluate([number], at)[0][0]) / (2 * step);
                at[i][j] = x;
            }
        return result;
    }

    public override string ToString() => Name;
}
