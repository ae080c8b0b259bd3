using NUnit.Framework;
using static Tiny.Tests.Rows;

namespace Tiny.Tests.Gradients;

/// <summary>
/// Gradients of random programs of smooth operations, against central differences: what single operators do not show, values with several uses, writes
/// between reads, axes moved back and forth. A failure names its seed and is shrunk to the fewest steps that still fail. TINY_FUZZ=N runs N programs.
/// </summary>
public sealed class GradientFuzzTests
{
    const int Programs = 300, Steps = 9;

    [Test]
    public void GradientsOfRandomProgramsAreWhatDifferencesSay()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int n) ? n : Programs;
        for (int seed = 0; seed < count; seed++)
        {
            if (Problem(seed, Steps, []) is null) continue;
            int steps = Enumerable.Range(1, Steps).First(s => Problem(seed, s, []) is not null);
            var lines = new List<string>();
            string problem = Problem(seed, steps, lines)!;
            Assert.Fail($"program {seed}: {problem}\n{string.Join('\n', lines)}");
        }
    }

    [Test]
    public void EveryKindOfStepIsMet()
    {
        var lines = new List<string>();
        for (int seed = 0; seed < Programs; seed++) Program(seed, Steps, lines).Loss.ToString();
        var kinds = lines.Select(l => l.Split(" = ")[1].Split(' ')[0].TrimEnd(',')).CountBy(k => k).ToDictionary();
        TestContext.Out.WriteLine(string.Join(", ", kinds.OrderBy(k => k.Value).Select(k => $"{k.Key} {k.Value}")));
        Assert.That(kinds, Has.Count.EqualTo(Kinds));
        Assert.That(kinds.Values, Has.All.GreaterThanOrEqualTo(20));
    }

    static string? Problem(int seed, int steps, List<string> lines)
    {
        var c = Program(seed, steps, lines);
        try
        {
            double[][] gradients = GradientCase.Evaluate(c.Loss.Gradient(c.Parameters, null, zeros: true), c.Point), expected = c.Differences(c.Loss);
            double scale = Math.Max(1, expected.SelectMany(e => e).Max(Math.Abs));
            for (int i = 0; i < expected.Length; i++)
                for (int j = 0; j < expected[i].Length; j++)
                    if (!(Math.Abs(gradients[i][j] - expected[i][j]) <= 1e-6 * scale)) return $"input {i}, element {j}: {gradients[i][j]}, by differences {expected[i][j]}";
            return null;
        }
        catch (Exception e) when (e is TinyException or InvalidOperationException)
        {
            return e.Message;
        }
    }

    static GradientCase Program(int seed, int steps, List<string> lines)
    {
        var shapes = new Random(seed);
        Input[] inputs = [.. Enumerable.Range(0, 2).Select(_ => In([.. Enumerable.Range(0, shapes.Next(1, 4)).Select(_ => shapes.Next(1, 4))]))];
        return new(Of($"program {seed}", given =>
        {
            var random = new Random(seed * 31 + 7);
            List<Tensor> values = [.. given];
            for (int step = 0; step < steps; step++)
            {
                // Recent values more often, so that chains grow.
                int at = values.Count - 1 - random.Next(random.Next(values.Count) + 1);
                var (text, value) = Step(random, values[at], values);
                if (value.Numel > 200) (text, value) = (text + ", the first 50", value.Flatten()[..50]);
                lines.Add($"v{values.Count} = {text} of v{at}: {value.Shape}");
                values.Add(value);
            }
            return values[^1];
        }, inputs));
    }

    const int Kinds = 25;

    // Values stay of about the same size, so that differences stay exact.
    static (string, Tensor) Step(Random random, Tensor x, List<Tensor> values)
    {
        int axis = x.Rank == 0 ? 0 : random.Next(x.Rank);
        while (true)
        {
            (string, Tensor)? made = random.Next(Kinds) switch
            {
                0 => ("tanh", x.Tanh()),
                1 => ("sine", x.Sin()),
                2 => ("exponential", (x * 0.5).Tanh().Exp()),
                3 => ("root", (x.Square() + 0.5).Sqrt()),
                4 => ("logarithm", (x.Square() + 1).Log()),
                5 => ("quotient", x / (x.Square() + 1)),
                6 => ("gelu", x.Gelu()),
                7 when Partner() is { } y => ("product", x * y.Tanh()),
                8 when Partner() is { } y => ("sum", x * 0.5 + y * 0.5),
                9 when Partner() is { } y => ("choice", y.Gt(0.1).Where(x, y * 0.5)),
                10 when x.Rank > 0 => ("total", x.Mean(axis, random.Next(2) == 0)),
                11 when x.Rank > 0 && x.Shape[axis] < 5 => ("largest", x.Max(axis, true) * 0.5),
                12 when x.Rank > 0 => ("softmax", x.Softmax(axis)),
                13 when x.Rank > 0 && x.Shape[axis] > 1 => ("deviation", (x.Var(axis, true) + 0.5).Sqrt() + x * 0.5),
                14 when x.Rank > 1 => ("transposed", x.Transpose(0, axis)),
                15 => ("reshaped", x.Flatten()),
                16 when x.Rank > 0 => ("flipped", x.Flip(axis) * 0.5 + x),
                17 when x.Rank > 0 => ("padded", x.Pad([.. Enumerable.Range(0, x.Rank).Select(i => i == axis ? ((Dim)random.Next(3), (Dim)random.Next(3)) : ((Dim)0, (Dim)0))])),
                18 when x.Rank > 0 && x.Shape[axis] > 1 => ("sliced", x.Shrink([.. x.Shape.Select((d, i) => i == axis ? ((Dim)1, d) : ((Dim)0, d))])),
                19 when x.Rank > 0 && x.Shape[axis] > 2 => ("windows", x.Unfold(axis, 2, random.Next(1, 3)).Tanh()),
                20 when x.Rank > 0 => ("running", x.CumSum(axis) * 0.3),
                21 when x.Rank == 2 => ("matmul", x.MatMul(x.Transpose()) * 0.3),
                22 when x.Rank == 2 => ("convolved", x.Unsqueeze(0).Conv1d(x[.., ..1].Unsqueeze(0).Expand(2, x.Shape[0], 1)) * 0.3),
                23 when x.Rank > 0 && Written() is { } y => ("written", y),
                24 when x.Rank > 0 => ("taken", x.Take(Tensor.From([.. Enumerable.Range(0, 3).Select(_ => random.Next(x.Shape[axis]))]), axis)),
                _ => null,
            };
            if (made is { } found) return found;
        }

        // A value that broadcasts with x to its shape.
        Tensor? Partner() => values[random.Next(values.Count)] is var y && y.Rank <= x.Rank && y.Shape.Select((d, i) => (int)d == 1 || d.Equals(x.Shape[x.Rank - y.Rank + i])).All(f => f) ? y : null;

        // A copy of which one row is written, and what was read of it before.
        Tensor Written()
        {
            var copy = x * 1;
            var row = copy.Shrink([.. x.Shape.Select((d, i) => i == axis ? ((Dim)0, (Dim)1) : ((Dim)0, d))]);
            var before = row * 0.5;
            row.Assign(before.Sin());
            return copy + before;
        }
    }
}
