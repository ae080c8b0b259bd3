using System.Collections.Immutable;

namespace Tiny.Tests.Fuzz;

/// <summary>A value of a random program. <paramref name="Exact"/>: no rounding is in it, or only such as is the same everywhere, so it may be compared or truncated.</summary>
sealed record FuzzValue(int Number, Tensor Tensor, bool Exact)
{
    public override string ToString() => $"v{Number}";
}

/// <summary>
/// A program of tensor operations drawn from a seed: inputs, steps that each take values before them, and one to three results. Every step
/// draws from a source of its own, so that others can be left out. Float values stay in a range where rounding is small.
/// </summary>
sealed class RandomProgram
{
    const int Floats = 3;
    readonly ImmutableArray<int> _steps;

    RandomProgram(int seed, ImmutableArray<int> steps) => (Seed, _steps) = (seed, steps);

    public int Seed { get; }

    public static RandomProgram Make(int seed, int steps = 12) => new(seed, [.. Enumerable.Range(0, steps)]);

    /// <summary>This program with ever fewer steps, as long as it still fails.</summary>
    public RandomProgram Shrink(Predicate<RandomProgram> fails)
    {
        var smallest = this;
        for (bool again = true; again;)
        {
            again = false;
            for (int i = smallest._steps.Length - 1; i >= 0; i--)
            {
                var smaller = new RandomProgram(Seed, smallest._steps.RemoveAt(i));
                if (smaller._steps.Length == 0 || !fails(smaller)) continue;
                (smallest, again) = (smaller, true);
            }
        }
        return smallest;
    }

    /// <summary>The inputs, in memory.</summary>
    public IReadOnlyList<Tensor> Inputs()
    {
        var random = Source(-1);
        var inputs = new List<Tensor>();
        for (int i = 0; i < Floats; i++) inputs.Add(RandomSteps.Constant(random, 1, Shape(random)));
        int[] shape = Shape(random);
        int[] numbers = [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => random.Next(-100, 101))];
        inputs.Add(random.Next(12) switch
        {
            0 => Tensor.From<byte>([.. numbers.Select(n => unchecked((byte)n))], shape),
            1 => Tensor.From<uint>([.. numbers.Select(n => unchecked((uint)n))], shape),
            2 => Tensor.From<long>([.. numbers.Select(n => n * 10_000_000_019)], shape),
            3 => Tensor.From<sbyte>([.. numbers.Select(n => (sbyte)n)], shape),
            4 => Tensor.From<short>([.. numbers.Select(n => (short)(n * 300))], shape),
            5 => Tensor.From<ushort>([.. numbers.Select(n => unchecked((ushort)n))], shape),
            6 => Tensor.From<ulong>([.. numbers.Select(n => unchecked((ulong)n))], shape),
            7 => Tensor.From<Half>([.. numbers.Select(n => (Half)(n / 100f))], shape),
            8 => Tensor.From<BFloat16>([.. numbers.Select(n => (BFloat16)(n / 100f))], shape),
            _ => Tensor.From(numbers, shape),
        });
        return inputs;
    }

    /// <summary>The results' graphs over the given inputs.</summary>
    public IReadOnlyList<Tensor> Build(IReadOnlyList<Tensor> inputs) => [.. Build(inputs, []).Results.Select(r => r.Tensor)];

    /// <summary>What the interpreter makes of it.</summary>
    public FuzzExpectation Expected()
    {
        var (results, values) = Build(Inputs(), []);
        return new([.. results.Select(r => r.Tensor)], [.. results.Select(r => r.Exact)], [.. values.Select(v => v.Tensor)]);
    }

    /// <summary>The steps as text.</summary>
    public override string ToString()
    {
        var lines = new List<string>();
        Build(Inputs(), lines);
        return $"program {Seed}\n" + string.Join('\n', lines);
    }

    (IReadOnlyList<FuzzValue> Results, IReadOnlyList<FuzzValue> Values) Build(IReadOnlyList<Tensor> inputs, List<string> lines)
    {
        var values = inputs.Select((t, i) => new FuzzValue(i, t, true)).ToList();
        foreach (var v in values) lines.Add($"{v} = input {v.Tensor.DType}{v.Tensor.Shape}");
        foreach (int step in _steps)
        {
            var random = Source(step);
            // Recent values more often, so that chains grow.
            var x = values[values.Count - 1 - random.Next(random.Next(values.Count) + 1)];
            var (text, y, exact) = RandomSteps.Draw(random, x, values);
            if (y.Shape.Size > 20_000) (text, y) = (text + ", the first 200", y.Flatten()[..200]);
            var value = new FuzzValue(values.Count, y, exact || !y.DType.IsFloat);
            lines.Add($"{value} = {text} of {x}: {y.DType}{y.Shape}");
            values.Add(value);
        }
        var last = Source(-2);
        var results = new List<FuzzValue> { values[^1] };
        for (int more = last.Next(3); more > 0 && last.Next(2) == 0; more--)
            if (values[last.Next(inputs.Count, values.Count)] is var also && !results.Contains(also)) results.Add(also);
        lines.Add($"results {string.Join(", ", results)}");
        return (results, values);
    }

    Random Source(int step) => new(unchecked(Seed * 7919 + step * 104_729 + 17));

    static int[] Shape(Random random) => [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, 9))];
}
