using System.Runtime.InteropServices;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Tests.Gradients;

/// <summary>
/// A row of the table of operators as a function of float64 tensors at a seeded point, a graph over parameters: the elements of its results and their squares, weighted
/// at random, are summed to one number. Derivatives by central differences are the interpreter's, so nothing of the compiler or of the rules for gradients is in them.
/// </summary>
public sealed class GradientCase
{
    readonly OperatorCase _row;
    readonly Lazy<(Tensor[] Inputs, Tensor Loss)> _built;

    public GradientCase(OperatorCase row)
    {
        _row = row;
        _built = new(Build);
        Inputs = [.. row.Inputs.Where(input => input.Own is null)];
        Point = [.. row.Point(DType.Float64).Where((_, i) => row.Inputs[i].Own is null)];
    }

    public string Name => _row.Name;
    /// <summary>What derivatives are taken by: all but indices and masks.</summary>
    public IReadOnlyList<Input> Inputs { get; }
    /// <summary>Where the derivatives are taken: the elements of each input.</summary>
    public IReadOnlyList<double[]> Point { get; }
    public string? NotTwice => _row.NotTwice;
    public double Tolerance => _row.Tolerance;

    /// <summary>The parameters.</summary>
    public Tensor[] Parameters => _built.Value.Inputs;
    /// <summary>The weighted sum of the function's elements.</summary>
    public Tensor Loss => _built.Value.Loss;

    (Tensor[], Tensor) Build()
    {
        Tensor[] inputs = [.. Inputs.Select((input, i) => new Tensor(UOp.New(Op.Param, DType.Float64, [], new ParamArg(i, $"x{i}", input.Shape))))];
        var (given, next) = (_row.Arguments(DType.Float64), 0);
        Tensor[] results = _row.Function([.. given.Select((t, i) => _row.Inputs[i].Own is null ? inputs[next++] : t)]);
        // Squares, so that what is linear has second derivatives, too.
        return (inputs, results.Where(r => r.DType.IsFloat).Select(r => Weighted(r, 5) + Weighted(r.Square() * 0.5, 6)).Aggregate((a, b) => a + b));
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
