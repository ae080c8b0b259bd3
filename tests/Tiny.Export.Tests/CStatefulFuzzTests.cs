using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Jit;
using Tiny.Tests;
using Tiny.Tests.Fuzz;

namespace Tiny.Export.Tests;

/// <summary>
/// Random models with state as compiled C against plain calls, many in one compilation: every result and, after each round, all states. TINY_FUZZ=N runs N models
/// instead of the fixed ones; a failure is shrunk and printed.
/// </summary>
[NonParallelizable]
public sealed class CStatefulFuzzTests
{
    const int Models = 2000, Batch = 200;

    [TearDown]
    public void Begin() => Tensor.ManualSeed(0);

    [Test]
    public void ExportedModelsDoWhatPlainOnesDo()
    {
        var gcc = Needs.Tool("gcc");
        int count = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int n) ? n : Models;
        for (int first = 0; first < count; first += Batch)
        {
            RandomModel[] models = [.. Enumerable.Range(first, Math.Min(Batch, count - first)).Select(RandomModel.Make)];
            if (Problem(gcc, models) is not { } together) continue;
            if (models.FirstOrDefault(m => Problem(gcc, [m]) is not null) is not { } alone) throw new AssertionException($"models {first} to {first + models.Length - 1}: {together}");
            var smallest = alone.Shrink(m => Problem(gcc, [m]) is not null);
            Assert.Fail($"{Problem(gcc, [smallest])}\n{smallest}");
        }
    }

    static string? Problem(string gcc, RandomModel[] models)
    {
        try
        {
            return Difference(gcc, models);
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
    }

    static string? Difference(string gcc, RandomModel[] models)
    {
        Tensor.ManualSeed(5);
        var type = typeof(RandomModel);
        var program = ProgramCapture.Capture("graphs", [.. models.Select(m => m.Anew()).SelectMany((m, i) =>
            new[] { nameof(RandomModel.First), nameof(RandomModel.Second), nameof(RandomModel.States) }.Select(name => new ModelEntry($"{name}{i}", m, type.GetMethod(name)!)))]);
        // The stream of random numbers goes on from model to model, as it does in the program.
        Tensor.ManualSeed(5);
        var (calls, inputs, expected) = (new List<int>(), new List<Tensor>(), new List<(string Where, int[] Values)>());
        for (int i = 0; i < models.Length; i++)
        {
            var model = models[i].Anew();
            for (int round = 0; round < RandomModel.Rounds; round++)
            {
                Tensor x = RandomModel.Argument(round), y = RandomModel.Argument(-round), z = (Tensor.Arange(12).Reshape(3, 4) + round).Realize();
                inputs.AddRange([x + 0, y + 0, z + 0]);
                calls.AddRange([3 * i, 3 * i + 1, 3 * i + 2]);
                var (a, b) = model.First(x);
                Tensor[] first = [a + 0, b + 0];
                var (c, d) = model.Second(y, z);
                var (s, t, u) = model.States();
                Tensor[] all = [.. first, c + 0, d + 0, s, t, u];
                Tensor.Realize(all);
                expected.AddRange(all.Select((v, k) => ($"model {i}, round {round}, value {k}", v.ToArray<int>())));
            }
        }
        var none = new Dictionary<Variable, int>();
        using var entries = new CEntries(program, [.. calls.Select(c => (c, (IReadOnlyDictionary<Variable, int>)none))], inputs);
        var (bytes, problem) = entries.Run(gcc, "-O0");
        var actual = MemoryMarshal.Cast<byte, int>(bytes);
        foreach (var (where, values) in expected)
        {
            if (actual.Length < values.Length) return $"{where}: no output: {problem}";
            if (!actual[..values.Length].SequenceEqual(values)) return $"{where} is {string.Join(' ', actual[..values.Length].ToArray())} instead of {string.Join(' ', values)}";
            actual = actual[values.Length..];
        }
        return problem;
    }
}
