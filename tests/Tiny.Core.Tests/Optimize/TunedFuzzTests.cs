using NUnit.Framework;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Optimize.Search;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests.Fuzz;

namespace Tiny.Tests.Optimize;

/// <summary>
/// Whatever a search could choose gives the interpreter's results: random walks over its moves, for the kernels of random programs and of every operator. What fails is shrunk
/// to the fewest choices that still do. TINY_FUZZ=N runs N programs instead of the fixed ones.
/// </summary>
public sealed class TunedFuzzTests
{
    const int Programs = 250, MostMoves = 6;

    static TargetProfile Profile => Device.Get("cpu").Profile;

    [Test]
    public void RandomProgramsGiveTheSame()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int n) ? n : Programs;
        for (int seed = 0; seed < count; seed++)
        {
            var program = RandomProgram.Make(seed);
            Check($"seed {seed}", schedule => Walked(schedule, new Random(seed)), tune => FuzzRun.Difference(program, tune: tune));
        }
    }

    static IEnumerable<TestCaseData> Rows => OperatorTable.All.Where(r => r.Made is null && !OperatorTable.OfAShapeOnly(r)).Select(r => new TestCaseData(r).SetArgDisplayNames(r.Name));

    [TestCaseSource(nameof(Rows))]
    public void OperatorsGiveTheSame(OperatorCase row)
    {
        var results = row.Function(row.Arguments(row.Usual));
        var expected = results.Select(OperatorCase.Read).ToArray();
        for (int seed = 0; seed < 3; seed++)
            Check(row.Name, schedule => Walked(schedule, new Random(seed)), tune =>
            {
                var schedule = Scheduler.Run([.. results.Select(r => r.Node)]);
                var actual = new Executable(schedule, Device.Get("cpu"), tuning: tune(schedule)).Run(_ => null!);
                return actual.Select((a, i) => Agreement.Difference(OperatorCase.Read(Tensor.FromStorage(a)), expected[i], results[i].DType)).FirstOrDefault(d => d is not null);
            });
    }

    // Kernels that tiles, panels and windows are for.
    static readonly (string Name, Func<Tensor> Build)[] s_large =
    [
        ("matmul", () => F(50, 67).MatMul(F(67, 83)) + F(83)),
        ("transposed matmul", () => F(33, 48).MatMul(F(40, 48).Transpose(0, 1))),
        ("batched matmul", () => F(3, 17, 20).MatMul(F(3, 20, 36))),
        ("conv", () => F(1, 5, 14, 22).Conv2d(F(20, 5, 3, 3), F(20), padding: 1).Relu()),
        ("strided conv", () => F(1, 3, 23, 21).Conv2d(F(17, 3, 5, 5), stride: 2, padding: 2)),
        ("depthwise conv", () => F(1, 20, 13, 15).Conv2d(F(20, 1, 3, 3), groups: 20, padding: 1).Clamp(0, 6)),
        ("softmax", () => F(19, 70).Softmax()),
        ("pool", () => F(1, 9, 18, 20).Conv2d(F(9, 9, 1, 1)).MaxPool2d(2)),
    ];

    [Test]
    public void LargeKernelsGiveTheSame([Range(0, 7)] int kernel)
    {
        var result = s_large[kernel].Build();
        var expected = OperatorCase.Read(result);
        for (int seed = 0; seed < 8; seed++)
            Check(s_large[kernel].Name, schedule => Walked(schedule, new Random(seed)), tune =>
            {
                var schedule = Scheduler.Run([result.Node]);
                var tuning = tune(schedule);
                var actual = new Executable(schedule, Device.Get("cpu"), tuning: tuning).Run(_ => null!);
                Assert.That(tuning.Used, Is.EqualTo(tuning.Entries.Count), "entries are looked up by the kernels that they are for");
                return Agreement.Difference(OperatorCase.Read(Tensor.FromStorage(actual[0])), expected, result.DType);
            });
    }

    /// <summary>Every kind of target has a text for every choice.</summary>
    [Test]
    public void EveryTargetWritesThem([Range(0, 7)] int kernel)
    {
        foreach (var launch in Scheduler.Run([s_large[kernel].Build().Node]).Launches)
            foreach (var profile in new[] { CRenderer.Plain, CRenderer.Gnu128, CRenderer.Neon, CRenderer.Avx2, CRenderer.Avx512, WgslRenderer.Profile, WasmModule.Profile })
            {
                Moves? moves = null;
                IReadOnlyList<OptOp> choices = [];
                LowerPipeline.Run(launch.Kernel.Copy(), profile, decided: (body, chosen) => (moves, choices) = (new(body, profile), chosen));
                var random = new Random(kernel);
                for (int i = 0; i < 3 * MostMoves; i++)
                {
                    if (i % MostMoves == 0) choices = [];
                    var next = moves!.From(choices).ToList();
                    if (next.Count == 0 || next[random.Next(next.Count)] is not { } chosen || !Applies(launch.Kernel, chosen, profile)) continue;
                    choices = chosen;
                    var code = LowerPipeline.Run(launch.Kernel.Copy(), profile, chosen: choices);
                    double price = CodeCost.Of(code);
                    Assert.That(price, Is.Positive.And.LessThan(double.PositiveInfinity), OptText.Of(choices));
                    Assert.That(() => Written(code), Is.Not.Empty, $"{profile.Name}: {OptText.Of(choices)}");
                }
            }

        static string Written(LinearKernel code) => code.Profile.Name == WasmModule.Profile.Name ? $"{new WasmModule(1 << 24).Kernel(code, null, 0)}."
            : code.Profile.Grid ? WgslRenderer.Render(code, [.. code.Params.Select((p, i) => new WgslBinding($"p{i}", p.Written))])
            : CRenderer.Render(code, [.. code.Params.Select((_, i) => $"p{i}")]).Text;
    }

    /// <summary>What is wrong when a program runs with entries that are made of its schedule, shrunk.</summary>
    static void Check(string name, Func<KernelSchedule, List<TunedKernel>> choose, Func<Func<KernelSchedule, Tuning>, string?> run)
    {
        List<TunedKernel> entries = [];
        if (Problem(schedule => new Tuning("fuzz", entries = choose(schedule))) is not { } problem) return;
        var smallest = entries;
        for (bool again = true; again;)
        {
            again = false;
            foreach (var smaller in Smaller(smallest))
            {
                if (Problem(_ => new Tuning("fuzz", smaller)) is not { } still || still.Contains(nameof(TuningException), StringComparison.Ordinal)) continue;
                (smallest, problem, again) = (smaller, still, true);
                break;
            }
        }
        Assert.Fail($"{name}: {problem}\n{string.Join('\n', smallest.Select(e => $"{e.Name} ({e.Loops}): {OptText.Of(e.Choices)}"))}");

        string? Problem(Func<KernelSchedule, Tuning> tune)
        {
            try
            {
                return run(tune);
            }
            catch (Exception e)
            {
                return $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
            }
        }
    }

    // One entry or one choice fewer.
    static IEnumerable<List<TunedKernel>> Smaller(List<TunedKernel> entries)
    {
        for (int i = 0; i < entries.Count; i++)
        {
            yield return [.. entries.Where((_, at) => at != i)];
            for (int j = 0; j < entries[i].Choices.Count; j++)
                yield return [.. entries.Select((e, at) => at != i ? e : e with { Choices = [.. e.Choices.Where((_, k) => k != j)] })];
        }
    }

    // For each kernel some moves on from the heuristic's choices, or from none.
    static List<TunedKernel> Walked(KernelSchedule schedule, Random random)
    {
        var entries = new List<TunedKernel>();
        foreach (var kernel in schedule.Launches.Select(l => l.Kernel).DistinctBy(k => k.Key))
        {
            Moves? moves = null;
            IReadOnlyList<OptOp> choices = [];
            LowerPipeline.Run(kernel.Copy(), Profile, decided: (body, chosen) => (moves, choices) = (new(body, Profile), chosen));
            if (random.Next(3) == 0) choices = [];
            for (int i = random.Next(1, MostMoves + 1); i > 0; i--)
            {
                var next = moves!.From(choices).ToList();
                if (next.Count > 0 && next[random.Next(next.Count)] is var chosen && Applies(kernel, chosen, Profile)) choices = chosen;
            }
            entries.Add(new(Profile.Name, kernel.Key, kernel.Name, KernelKey.Describe(kernel), choices, [], 1, 1, ""));
        }
        return entries;
    }

    // Only what is no legal choice is left out: whatever else goes wrong is a fault.
    static bool Applies(Kernel kernel, IReadOnlyList<OptOp> choices, TargetProfile profile)
    {
        try
        {
            LowerPipeline.Run(kernel.Copy(), profile, chosen: choices);
            return true;
        }
        catch (OptException)
        {
            return false;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{kernel.Name} ({KernelKey.Describe(kernel)}) for {profile.Name} with {OptText.Of(choices)}: {e.Message}", e);
        }
    }

    static Tensor F(params int[] shape)
    {
        var random = new Random(shape.Aggregate(7, (h, d) => h * 31 + d));
        return Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (float)(random.NextDouble() * 2 - 1))], shape);
    }
}
