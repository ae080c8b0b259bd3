using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Exported C programs that remember: several calls, two entry points over one state, and reset.</summary>
public sealed class CStateTests
{
    [TestCase("gcc", "-O2"), TestCase("clang", "-O2 -DREMEMBERS_LEVEL=0"), TestCase("gcc", "-O1 -g -fsanitize=undefined,address -fno-sanitize-recover=all")]
    public void CallsDoWhatPlainCallsDo(string compiler, string options)
    {
        var step = typeof(Remembers).GetMethod(nameof(Remembers.Step))!;
        using var batch = new CBatch(ProgramCapture.Capture("remembers", new Remembers(), [step], new CTarget().Schedule), compiler, options);
        float[][][] samples = [.. Enumerable.Range(1, 6).Select(i => new[] { new float[] { i, -i, 0.5f } })];
        var plain = new Remembers();
        var actual = batch.Run(samples);
        for (int i = 0; i < samples.Length; i++)
            Close.Check(actual[i][0], plain.Step(Tensor.From(samples[i][0])).ToArray<float>(), 1e-6, $"call {i}");
    }

    [Test]
    public void TheStateSuiteAgreesWithTheInterpreter()
    {
        var oracle = new StateSuite();
        var calls = new List<(string Name, int Entry, IReadOnlyDictionary<Variable, int> Sizes, IReadOnlyList<Tensor> Inputs, float[][] Expected)>();
        var program = ProgramCapture.Capture("graphs", new StateSuite(), StateSuite.Cases, new CTarget().Schedule);
        for (int i = 0; i < StateSuite.Cases.Count; i++)
            for (int call = 0; call < StateSuite.Calls; call++)
            {
                var (method, arguments) = (StateSuite.Cases[i], StateSuite.Arguments(StateSuite.Cases[i], call));
                var sizes = program.Entries[i].Variables.ToDictionary(v => v, v => (int)(Dim)arguments[method.GetParameters().Single(p => p.Name == v.Name).Position]!);
                // Before the call: it may write them.
                Tensor[] inputs = [.. Flat.Inputs(method, arguments).Select(t => t.Tensor + 0)];
                Tensor.Realize(inputs);
                float[][] expected = [.. Flat.Results(method.Invoke(oracle, arguments)).Select(t => MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(t.Node).Copied())[..t.Numel].ToArray())];
                calls.Add(($"{method.Name}, call {call}", i, sizes, inputs, expected));
            }
        using var entries = new CEntries(program, [.. calls.Select(c => (c.Entry, c.Sizes))], calls.SelectMany(c => c.Inputs));
        foreach (var (compiler, options) in new[] { ("gcc", "-O2"), ("clang", "-O1 -g -fsanitize=undefined,address -fno-sanitize-recover=all -DGRAPHS_LEVEL=0") })
        {
            var (bytes, problem) = entries.Run(compiler, options);
            Assert.That(problem, Is.Null);
            var actual = MemoryMarshal.Cast<byte, float>(bytes);
            foreach (var call in calls)
                foreach (var expected in call.Expected)
                {
                    Close.Check(actual[..expected.Length], expected, 1e-5, $"{call.Name}, {compiler}");
                    actual = actual[expected.Length..];
                }
            Assert.That(actual.Length, Is.Zero);
        }
    }

    [Test]
    public void RandomNumbersAreThoseOfPlainCalls()
    {
        Tensor.ManualSeed(77);
        using var batch = new CBatch(Capturing.Of("draws", new Draws()), "gcc", "-O2");
        var actual = batch.Run([.. Enumerable.Range(1, 5).Select(i => new[] { Draws.Input(i).ToArray<float>() })]);
        var expected = Draws.Plain(77, 5);
        for (int i = 0; i < 5; i++) Close.Check(actual[i][0], expected[i], 1e-6, $"call {i}");
    }

    [Test]
    public void EntryPointsShareStateAndResetBringsItBack()
    {
        var program = Capturing.Of("remembers", new Remembers());
        Assert.That(program.States.Select(s => s.Name), Is.EquivalentTo(new[] { "cache", "count" }));
        using var folder = new TemporaryFolder();
        new CTarget().Export(program, new ExportContext(folder.Path, folder.Path));
        File.WriteAllText(folder["calls.c"], """
            #include <stdio.h>
            #include "remembers.h"

            static double arena[REMEMBERS_ARENA_BYTES / sizeof(double) + 1], weights[4096];

            static int show(remembers *m)
            {
                float x[1] = {0}, all[4 * 3];
                int i;
                if (remembers_all(m, x, all) != REMEMBERS_OK) return 1;
                for (i = 0; i < 12; i++) printf("%g ", (double)all[i]);
                return 0;
            }

            int main(void)
            {
                static const float one[3] = {1, 2, 3}, two[3] = {4, 5, 6};
                float out[3];
                remembers m;
                FILE *f = fopen("remembers.weights", "rb");
                size_t bytes = f ? fread(weights, 1, sizeof weights, f) : 0;
                if (!f || fclose(f) || remembers_init(&m, weights, bytes, arena, sizeof arena)) return 2;
                if (show(&m) || remembers_step(&m, one, out) || remembers_step(&m, two, out) || show(&m)) return 3;
                if (remembers_reset(&m) || show(&m)) return 4;
                return remembers_reset(NULL) == REMEMBERS_ERROR_ARGUMENT ? 0 : 5;
            }

            """);
        Tools.Compile(folder.Path, "gcc", "-O2 -o calls calls.c remembers.c -lm");
        var run = Tools.Run(folder.Path, folder["calls"], "");
        Assert.That(run.Code, Is.Zero, run.Errors);
        var plain = new Remembers();
        var expected = new List<float>(plain.All(Tensor.Zeros(1)).ToArray<float>());
        plain.Step(Tensor.From([1f, 2, 3]));
        plain.Step(Tensor.From([4f, 5, 6]));
        expected.AddRange(plain.All(Tensor.Zeros(1)).ToArray<float>());
        expected.AddRange(new Remembers().All(Tensor.Zeros(1)).ToArray<float>());
        var actual = run.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => float.Parse(s, System.Globalization.CultureInfo.InvariantCulture));
        Assert.That(actual, Is.EqualTo(expected));
    }
}
