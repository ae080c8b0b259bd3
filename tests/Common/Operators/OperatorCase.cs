using System.Runtime.InteropServices;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>
/// A row of the <see cref="OperatorTable"/>: one way to call an operator, with inputs, and what is known of it. Everything that is tested of every operator is
/// tested from this.
/// </summary>
/// <param name="Name">The operator's public name first, then, after a comma, what is special.</param>
/// <param name="Function">The call.</param>
/// <param name="Inputs">What it is given.</param>
public sealed record OperatorCase(string Name, Func<Tensor[], Tensor[]> Function, params Input[] Inputs)
{
    /// <summary>The operator's public name.</summary>
    public string Operator => Name.Split(',')[0];

    /// <summary>The dtype of each result for inputs of a dtype, null where it is refused; the last counts for all further results.</summary>
    public IReadOnlyList<DTypeRule> Rules { get; init; } = [DTypeRules.Kept];
    /// <summary>The values, computed without the library.</summary>
    public Func<Nd[], Nd[]>? Expected { get; init; }
    /// <summary>Which test has independent values, where these here are none.</summary>
    public string? ValuesElsewhere { get; init; }
    /// <summary>Why there is no gradient, or none of its own.</summary>
    public string? Flat { get; init; }
    /// <summary>Results jump somewhere, as those of comparisons do: the last bit of an input may decide.</summary>
    public bool Jumps { get; init; }
    /// <summary>All inputs broadcast to one shape.</summary>
    public bool Broadcasts { get; init; }
    /// <summary>Inputs without elements, and whether that is an error.</summary>
    public IReadOnlyList<(int[][] Dims, bool Fails)> Empties { get; init; } = [];
    /// <summary>Why nothing is said of inputs without elements.</summary>
    public string? NeverEmpty { get; init; }
    /// <summary>Calls that are refused; the message begins with the operator's name and holds a shape.</summary>
    public IReadOnlyList<Func<Tensor[], object?>> Misuses { get; init; } = [];
    /// <summary>The name that messages begin with, where it is another one.</summary>
    public string? Says { get; init; }
    /// <summary>Second derivatives do not exist there, or not by differences; why.</summary>
    public string? NotTwice { get; init; }
    /// <summary>How far from the differences a gradient may be, relative to the largest.</summary>
    public double Tolerance { get; init; } = 1e-6;
    /// <summary>The result for a dtype that is asked for, of operators that make a tensor of nothing.</summary>
    public Func<DType, Tensor>? Made { get; init; }
    /// <summary>What becomes of expected values where the result is whole.</summary>
    public Func<double, double> Rounded { get; init; } = Math.Round;
    /// <summary>Why random programs do not hold it.</summary>
    public string? NotFuzzed { get; init; }

    public OperatorCase Gives(params DTypeRule[] rules) => this with { Rules = rules };
    public OperatorCase Is(Func<Nd[], Nd> expected) => this with { Expected = x => [expected(x)] };
    public OperatorCase Are(Func<Nd[], Nd[]> expected) => this with { Expected = expected };
    public OperatorCase Known(string where) => this with { ValuesElsewhere = where, Expected = null };
    public OperatorCase NoGradient(string reason) => this with { Flat = reason };
    public OperatorCase Jumping(string reason = "integers or bools") => this with { Flat = reason, Jumps = true };
    public OperatorCase Refuses(params Func<Tensor[], object?>[] calls) => this with { Misuses = [.. Misuses, .. calls] };
    public OperatorCase Empty(params int[][] dims) => this with { Empties = [.. Empties, (dims, false)] };
    public OperatorCase EmptyFails(params int[][] dims) => this with { Empties = [.. Empties.Where(e => !e.Dims[0].SequenceEqual(dims[0])), (dims, true)] };

    /// <summary>The dtype of a result for inputs of a dtype, or null.</summary>
    public DType? Result(DType dtype, int result = 0) => Rules[Math.Min(result, Rules.Count - 1)](dtype);

    /// <summary>The dtype that the operator is tried with where one is enough.</summary>
    public DType Usual => DTypeRules.All.Prepend(DType.Int32).Prepend(DType.Float32).First(d => Result(d) is not null);

    /// <summary>Where the operator is tried: the elements of each input.</summary>
    public IReadOnlyList<double[]> Point(DType dtype)
    {
        var random = new Random(Name.Aggregate(17, (h, c) => unchecked(h * 31 + c)));
        return [.. Inputs.Select(input => input.Draw(random, input.Own ?? dtype))];
    }

    /// <summary>Inputs in memory.</summary>
    public Tensor[] Arguments(DType dtype) => [.. Inputs.Zip(Point(dtype), (input, x) => InMemory(x, input.Own ?? dtype, input.Shape))];

    /// <summary>The same call of inputs of other extents.</summary>
    public OperatorCase Of(int[][] dims) => this with { Inputs = [.. Inputs.Select((input, i) => input with { Dims = dims[i] })] };

    /// <summary>Numbers as a tensor of a dtype in memory.</summary>
    public static Tensor InMemory(double[] numbers, DType dtype, Shape shape) =>
        Tensor.FromStorage(new Storage(dtype, shape, OwnedMemory.Of<byte>(Interpreter.Evaluate(Tensor.From(numbers).Cast(dtype).Reshape(shape).Node).Copied()[..(shape.Numel * dtype.Size)])));

    /// <summary>The interpreter's elements as numbers.</summary>
    public static Nd Read(Tensor tensor) =>
        new([.. tensor.Shape.Extents()], MemoryMarshal.Cast<byte, double>(Interpreter.Evaluate(tensor.Cast(DType.Float64).Node).Copied())[..tensor.Numel].ToArray());

    public override string ToString() => Name;
}
