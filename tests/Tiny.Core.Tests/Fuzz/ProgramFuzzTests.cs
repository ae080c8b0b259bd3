using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Runtime;

namespace Tiny.Tests.Fuzz;

/// <summary>
/// Random programs of tensor operations, live on the CPU against the interpreter. A failure names its seed and is shrunk to the fewest steps
/// that still fail. TINY_FUZZ=N runs N programs instead of the fixed ones.
/// </summary>
public sealed class ProgramFuzzTests
{
    const int Programs = 3000;

    [Test]
    public void LiveAgreesWithTheInterpreter()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int n) ? n : Programs;
        for (int seed = 0; seed < count; seed++)
        {
            var program = RandomProgram.Make(seed, 12);
            if (Problem(program) is not { } problem) continue;
            // Drop steps from the end while it still fails.
            while (program.Steps > 1 && Problem(program.Without(1)) is { } smaller) (program, problem) = (program.Without(1), smaller);
            Assert.Fail($"seed {seed}: {problem}\n{program}");
        }
    }

    static string? Problem(RandomProgram program)
    {
        var result = program.Build();
        try
        {
            var expected = Interpreter.Evaluate(result.Node);
            var actual = result.Realize().Storage!.ToHost();
            return result.DType == DType.Float32
                ? Difference(MemoryMarshal.Cast<byte, float>(actual.Span), MemoryMarshal.Cast<byte, float>(expected.Span))
                : actual.Span[..(int)expected.Bytes].SequenceEqual(expected.Span) ? null : "the bytes differ";
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
    }

    static string? Difference(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        double largest = 0;
        foreach (float e in expected) if (float.IsFinite(e)) largest = Math.Max(largest, Math.Abs(e));
        for (int i = 0; i < expected.Length; i++)
            if (!actual[i].Equals(expected[i]) && !(Math.Abs((double)actual[i] - expected[i]) <= 1e-5 * Math.Max(largest, 1)))
                return $"element {i} is {actual[i]:R} instead of {expected[i]:R}";
        return null;
    }
}

/// <summary>Steps drawn from a seed; each takes the values before it. Values stay in a range where float32 rounding is small.</summary>
sealed class RandomProgram
{
    readonly int _seed;
    readonly List<string> _text = [];

    RandomProgram(int seed, int steps) => (_seed, Steps) = (seed, steps);

    public int Steps { get; }

    public static RandomProgram Make(int seed, int steps) => new(seed, steps);
    public RandomProgram Without(int steps) => new(_seed, Steps - steps);

    public Tensor Build()
    {
        _text.Clear();
        var random = new Random(_seed);
        var values = new List<Tensor>();
        for (int i = 0; i < 3; i++) values.Add(Input(random));
        for (int i = 0; i < Steps; i++)
        {
            // Recent values more often, so that chains grow.
            var x = values[Math.Max(0, values.Count - 1 - random.Next(random.Next(values.Count) + 1))];
            var (text, y) = Step(random, x, values);
            if (y.Shape.Size > 20_000) (text, y) = ("shrunk", y.Flatten()[..200]);
            _text.Add($"v{values.Count} = {text} of v{values.IndexOf(x)}: {y.DType}{y.Shape}");
            values.Add(y);
        }
        return values[^1];
    }

    public override string ToString() => string.Join('\n', _text);

    Tensor Input(Random random)
    {
        int[] shape = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, 9))];
        _text.Add($"v{_text.Count} = input {new Shape(shape)}");
        return Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (float)(random.NextDouble() * 2 - 1))], shape);
    }

    static (string, Tensor) Step(Random random, Tensor x, List<Tensor> values)
    {
        int axis = x.Rank == 0 ? 0 : random.Next(x.Rank);
        bool isFloat = x.DType.IsFloat;
        switch (random.Next(25))
        {
            case 0 when isFloat: return ("tanh", x.Tanh());
            case 1 when isFloat: return ("sigmoid", x.Sigmoid());
            case 2: return ("relu", x.DType.IsBool ? !x : x.Relu());
            case 3 when isFloat: return ("scale", x * 0.5f + 0.25f);
            case 4 when isFloat: return ("abs sqrt", (x.Abs() + 0.1f).Sqrt());
            case 5 when isFloat && x.Rank > 0: return ("softmax", x.Softmax(axis));
            case 6 when x.Rank > 0 && isFloat: return ($"mean {axis}", x.Mean(axis, random.Next(2) == 0));
            case 7 when x.Rank > 0 && isFloat: return ($"max {axis}", x.Max(axis, random.Next(2) == 0));
            case 8 when x.Rank > 0 && isFloat: return ($"minus its mean {axis}", x - x.Mean(axis, true));
            case 9 when x.Rank > 1:
                int[] order = [.. Enumerable.Range(0, x.Rank).OrderBy(_ => random.Next())];
                return ($"permute {string.Join(',', order)}", x.Permute(order));
            case 10 when x.Rank > 0: return ($"flip {axis}", x.Flip(axis));
            case 11 when x.Rank > 0:
                var edges = Enumerable.Range(0, x.Rank).Select(_ => (random.Next(3), random.Next(3))).ToArray();
                return ("pad", x.Pad(edges));
            case 12 when x.Rank > 0 && x.Shape[axis] > 1:
                int from = random.Next(x.Shape[axis]), to = random.Next(from + 1, x.Shape[axis] + 1);
                return ($"slice {axis} {from}..{to}", x.Shrink([.. x.Shape.Select((d, i) => i == axis ? (from, to) : (0, d))]));
            case 13: return ("flatten", x.Reshape(-1));
            case 14 when x.Numel % 2 == 0: return ("halve", x.Reshape(2, x.Numel / 2));
            case 15 when x.Numel % 6 == 0: return ("to threes", x.Reshape(x.Numel / 6, 3, 2));
            case 16 when x.Rank is 1 or 2: return ("beside itself", Tensor.Cat([x, x.Flip(0), x], axis));
            case 17 when isFloat && x.Rank == 2: return ("times its transpose", x.MatMul(x.T) / x.Shape[1]);
            case 18 when x.Rank > 0:
                var shape = x.Shape.ToArray();
                return ("repeat", x.Unsqueeze(axis).Expand([.. shape[..axis], random.Next(1, 4), .. shape[axis..]]));
            case 19 when isFloat && x.Rank == 3 && x.Shape[2] > 2:
                return ("average pool", x.Unsqueeze(0).AvgPool2d(Math.Min(2, Math.Min(x.Shape[1], x.Shape[2])), padding: 0).Squeeze(0));
            case 20 when isFloat && x.Rank == 3 && x.Shape[1] > 1 && x.Shape[2] > 1:
                return ("maximum pool", x.Unsqueeze(0).MaxPool2d(2, stride: 1).Squeeze(0));
            case 21 when x.Storage is not null && isFloat: return ("to whole numbers", (x * 8).Cast(DType.Int32));
            case 23 when isFloat && x.Rank == 3 && x.Shape[1] > 2 && x.Shape[2] > 2: return Convolution(random, x.Unsqueeze(0));
            case 22 when !isFloat: return ("to float", x.Cast(DType.Float32) / 16);
        }
        var other = values[random.Next(values.Count)];
        if (other.DType == x.DType && isFloat && Fits(x.Shape, other.Shape))
            return random.Next(4) switch
            {
                0 => ($"plus v{values.IndexOf(other)}", (x + other) / 2),
                1 => ($"times v{values.IndexOf(other)}", x * other),
                2 => ($"max v{values.IndexOf(other)}", x.Maximum(other)),
                // The branches meet where the condition changes: a last bit decides nothing.
                _ => ($"where below v{values.IndexOf(other)}", x.Lt(other).Where(x * 2 - other, x)),
            };
        return ("same", x.Reshape(x.Shape));
    }

    static (string, Tensor) Convolution(Random random, Tensor x)
    {
        int channels = x.Shape[1], groups = random.Next(3) == 0 ? channels : 1, outs = groups * random.Next(1, 4);
        int stride = random.Next(1, 3), padding = random.Next(2), height = random.Next(1, 4), width = random.Next(1, 4);
        float[] weights = [.. Enumerable.Range(0, outs * (channels / groups) * height * width).Select(_ => (float)(random.NextDouble() - 0.5))];
        var y = x.Conv2d(Tensor.From<float>(weights, outs, channels / groups, height, width), stride: stride, padding: padding, groups: groups);
        return ($"conv {height}x{width} to {outs} channels in {groups} groups, stride {stride}, padding {padding}", y.Squeeze(0));
    }

    static bool Fits(Shape a, Shape b)
    {
        for (int i = 1; i <= Math.Min(a.Rank, b.Rank); i++)
            if (a[a.Rank - i] != b[b.Rank - i] && a[a.Rank - i] != 1 && b[b.Rank - i] != 1) return false;
        return true;
    }
}
