using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Tests.Fuzz;

/// <summary>A value of a random program. <paramref name="Exact"/>: no rounding is in it that depends on how it is computed, so it may be compared or truncated.</summary>
sealed record FuzzValue(int Number, Tensor Tensor, bool Exact)
{
    public override string ToString() => $"v{Number}";
}

/// <summary>What a program may be made of: the dtypes that a target has, and the variable of its sizes, if any.</summary>
sealed record FuzzDomain(ImmutableArray<DType> DTypes, Variable? Size)
{
    public static ImmutableArray<DType> AllDTypes { get; } = [.. Enum.GetValues<ScalarKind>().Where(k => k != ScalarKind.Void).Select(k => new DType(k))];
}

/// <summary>
/// A program of tensor operations drawn from a seed: inputs, steps that each take values before them, and one to three results. Every step
/// draws from a source of its own, so that others can be left out. Float values stay in a range where rounding is small. In many programs
/// some inputs have a variable extent; they are parameters, and one compiled program serves all values.
/// </summary>
sealed class RandomProgram
{
    const int Count = 4;
    readonly ImmutableArray<int> _steps;
    readonly FuzzDomain _domain;

    RandomProgram(int seed, ImmutableArray<int> steps, FuzzDomain domain) => (Seed, _steps, _domain) = (seed, steps, domain);

    public int Seed { get; }

    /// <summary>The variable that sizes depend on, or null.</summary>
    public Variable? Size => _domain.Size;

    /// <summary>The values that the program is run with: none, or the least, the largest, and one between.</summary>
    public IReadOnlyList<IReadOnlyDictionary<Variable, int>> Bindings => Size is not { } t ? [new Dictionary<Variable, int>()]
        : [.. new[] { t.Min, t.Max, (t.Min + t.Max) / 2 }.Distinct().Select(n => new Dictionary<Variable, int> { [t] = n })];

    /// <param name="seed">Decides everything.</param>
    /// <param name="dtypes">The dtypes of its values; null for all.</param>
    /// <param name="steps">How many operations.</param>
    public static RandomProgram Make(int seed, ImmutableArray<DType>? dtypes = null, int steps = 10)
    {
        var random = Source(seed, -3);
        int least = random.Next(1, 4);
        var size = random.Next(5) < 3 ? new Variable("t", least, least + random.Next(1, 6)) : null;
        return new(seed, [.. Enumerable.Range(0, steps)], new FuzzDomain(dtypes ?? FuzzDomain.AllDTypes, size));
    }

    /// <summary>This program with ever fewer steps, as long as it still fails.</summary>
    public RandomProgram Shrink(Predicate<RandomProgram> fails)
    {
        var smallest = this;
        for (bool again = true; again;)
        {
            again = false;
            for (int i = smallest._steps.Length - 1; i >= 0; i--)
            {
                var smaller = new RandomProgram(Seed, smallest._steps.RemoveAt(i), _domain);
                if (smaller._steps.Length == 0 || !fails(smaller)) continue;
                (smallest, again) = (smaller, true);
            }
        }
        return smallest;
    }

    /// <summary>The inputs in memory, for values of the variable.</summary>
    public IReadOnlyList<Tensor> Inputs(IReadOnlyDictionary<Variable, int>? binding = null) =>
        [.. Enumerable.Range(0, Count).Select(i => Input(Source(Seed, -10 - i), binding ?? Bindings[0]))];

    /// <summary>What the program is built over: the inputs in memory, and parameters for those of variable size.</summary>
    public IReadOnlyList<Tensor> Leaves() => [.. Inputs().Select((x, i) => Declared(Source(Seed, -10 - i)) is var (dtype, shape) && shape.IsSymbolic
        ? new Tensor(UOp.New(Op.Param, dtype, [], new ParamArg(i, $"v{i}", shape))) : x)];

    /// <summary>The results' graphs over the given inputs.</summary>
    public IReadOnlyList<Tensor> Build(IReadOnlyList<Tensor> inputs) => [.. Build(inputs, []).Results.Select(r => r.Tensor)];

    /// <summary>What the interpreter makes of it.</summary>
    public FuzzExpectation Expected(IReadOnlyDictionary<Variable, int>? binding = null)
    {
        var (results, values) = Build(Leaves(), []);
        return new(results, values, binding ?? Bindings[0], Inputs(binding));
    }

    /// <summary>The steps as text.</summary>
    public override string ToString()
    {
        var lines = new List<string>();
        Build(Leaves(), lines);
        return $"program {Seed}{(Size is { } t ? $", {t}" : "")}\n" + string.Join('\n', lines);
    }

    (IReadOnlyList<FuzzValue> Results, IReadOnlyList<FuzzValue> Values) Build(IReadOnlyList<Tensor> inputs, List<string> lines)
    {
        var values = inputs.Select((t, i) => new FuzzValue(i, t, true)).ToList();
        foreach (var v in values) lines.Add($"{v} = input {v.Tensor.DType}{v.Tensor.Shape}");
        foreach (int step in _steps)
        {
            var random = Source(Seed, step);
            // Recent values more often, so that chains grow.
            var x = values[values.Count - 1 - random.Next(random.Next(values.Count) + 1)];
            var (text, y, exact) = RandomSteps.Draw(random, x, values, _domain);
            if (y.Shape.Size > 10_000) (text, y) = y.Shape.IsSymbolic ? (text + ", the largest", y.Max()) : (text + ", the first 200", y.Flatten()[..200]);
            var value = new FuzzValue(values.Count, y, exact || !y.DType.IsFloat);
            lines.Add($"{value} = {text} of {x}: {y.DType}{y.Shape}");
            values.Add(value);
        }
        var last = Source(Seed, -2);
        var results = new List<FuzzValue> { values[^1] };
        for (int more = last.Next(3); more > 0 && last.Next(2) == 0; more--)
            if (values[last.Next(inputs.Count, values.Count)] is var also && !results.Contains(also)) results.Add(also);
        lines.Add($"results {string.Join(", ", results)}");
        return (results, values);
    }

    static Random Source(int seed, int step) => new(unchecked(seed * 7919 + step * 104_729 + 17));

    (DType, Shape) Declared(Random random)
    {
        var dtype = random.Next(3) == 0 ? DType.Float32 : _domain.DTypes[random.Next(_domain.DTypes.Length)];
        Dim[] dims = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (Dim)random.Next(1, 9))];
        if (Size is { } t && random.Next(3) > 0) dims[random.Next(dims.Length)] = t;
        return (dtype, new Shape(dims));
    }

    // Small numbers, or all bits of an integer.
    Tensor Input(Random random, IReadOnlyDictionary<Variable, int> binding)
    {
        var (dtype, declared) = Declared(random);
        var shape = declared.Bind(binding);
        bool wide = random.Next(4) == 0;
        double[] numbers = [.. Enumerable.Range(0, shape.Numel).Select(_ => random.NextDouble() * 2 - 1)];
        var drawn = dtype.IsFloat ? Tensor.From(numbers) : dtype.IsBool ? Tensor.From([.. numbers.Select(x => x > 0)])
            : Tensor.From([.. numbers.Select(x => (long)(x * (wide ? long.MaxValue : 100)))]);
        var cast = drawn.Cast(dtype).Reshape(shape);
        return Tensor.FromStorage(new Storage(dtype, shape, Interpreter.Evaluate(cast.Node)));
    }
}
