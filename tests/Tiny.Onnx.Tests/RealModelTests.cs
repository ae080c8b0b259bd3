using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Cli.Models;
using Tiny.Export.Tests;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests;

namespace Tiny.Onnx.Tests;

/// <summary>Published models against results of another runtime: on the live CPU and as compiled C, with state that stays in the program.</summary>
public sealed class RealModelTests
{
    static IEnumerable<string> Names => RealModel.All.Select(m => m.Name);

    [TestCaseSource(nameof(Names))]
    public void LiveAgrees(string name)
    {
        var real = RealModel.Of(name);
        foreach (var test in real.Cases)
        {
            var live = new LiveProgram(test.Program(real));
            var results = test.Calls.Select(call => live.Run(call.Inputs)).ToList();
            foreach (var (output, i) in results[0].Select((r, i) => (r.Name, i))) test.Check(real, output, results.Select(r => r[i].Values));
            foreach (var input in test.Final.Keys) test.CheckFinal(real, input, live.State(input));
        }
    }

    [TestCaseSource(nameof(Names))]
    public void CompiledCAgrees(string name) => CompiledAgrees(RealModel.Of(name), int.MaxValue, "gcc", "-O1");

    // In an emulator, which takes its time: of each the first reference.
    [TestCaseSource(nameof(Names))]
    public void CompiledForArmItAgrees(string name) => CompiledAgrees(RealModel.Of(name), 1, Processors.Arm, Processors.ArmOptions);

    static void CompiledAgrees(RealModel real, int cases, string compiler, string options)
    {
        // Cases that are called alike are calls of one program.
        foreach (var group in real.Cases.Take(cases).GroupBy(c => string.Join(' ', c.Settings.Shapes)))
        {
            var model = group.First().Program(real);
            var program = ProgramCapture.Of("graphs", [(model.Entry, model.Capture())], new CTarget().Schedule);
            var calls = group.SelectMany(test => test.Calls).ToList();
            using var entries = new CEntries(program, [.. calls.Select(_ => (0, (IReadOnlyDictionary<Variable, int>)new Dictionary<Variable, int>()))],
                calls.SelectMany(c => model.Inputs.Select(i => c.Inputs[i])));
            var (bytes, problem) = entries.Run(Needs.Tool(compiler), options);
            Assert.That(problem, Is.Null);
            int at = 0;
            foreach (var test in group)
            {
                var results = new Dictionary<string, List<float[]>>();
                foreach (var call in test.Calls)
                    foreach (var output in model.Outputs)
                    {
                        int length = call.Outputs[output].Length * sizeof(float);
                        if (!results.TryGetValue(output, out var all)) results[output] = all = [];
                        all.Add(MemoryMarshal.Cast<byte, float>(bytes.AsSpan(at, length)).ToArray());
                        at += length;
                    }
                foreach (var (output, values) in results) test.Check(real, output, values);
            }
            Assert.That(at, Is.EqualTo(bytes.Length));
        }
    }

    // One program for all sizes; each has what a program of that size alone gives.
    [Test]
    public void OneProgramEnlargesImagesOfAnySize()
    {
        var model = RealModel.Of("superres");
        var sized = ModelProgram.Of(OnnxFile.Open(model.Path), ModelSettings.None with { Dims = ["n=1", "h=1..96", "w=1..96"] });
        var live = new LiveProgram(sized);
        var (inputs, _) = model.Cases.Single().Calls.Single();
        model.Cases.Single().Check(model, "output", [live.Run(inputs).Single().Values]);
        var sizes = new[] { (64, 96), (1, 1), (17, 40), (96, 3) };
        var images = sizes.Select((s, i) => Tensor.Rand(new Shape(1, 1, s.Item1, s.Item2), seed: i).Realize()).ToList();
        var expected = sizes.Zip(images).Select(x => new LiveProgram(ModelProgram.Of(OnnxFile.Open(model.Path), ModelSettings.None with { Shapes = [$"luma=1x1x{x.First.Item1}x{x.First.Item2}"] }))
            .Run(new Dictionary<string, Tensor> { ["luma"] = x.Second }).Single().Values).ToList();
        for (int i = 0; i < images.Count; i++) Close.Check(live.Run(new Dictionary<string, Tensor> { ["luma"] = images[i] }).Single().Values, expected[i], 1e-5, $"{sizes[i]}");

        var program = ProgramCapture.Of("graphs", [(sized.Entry, sized.Capture())], new CTarget().Schedule);
        Variable Of(string name) => program.Entries[0].Variables.Single(v => v.Name == name);
        var made = sizes.Select(s => (0, (IReadOnlyDictionary<Variable, int>)new Dictionary<Variable, int> { [Of("h")] = s.Item1, [Of("w")] = s.Item2 }));
        using var entries = new CEntries(program, [.. made], images);
        var (bytes, problem) = entries.Run("gcc", "-O1");
        Assert.That(problem, Is.Null);
        var actual = MemoryMarshal.Cast<byte, float>(bytes);
        foreach (var (size, values) in sizes.Zip(expected))
        {
            Close.Check(actual[..values.Length], values, 1e-5, $"{size} in C");
            actual = actual[values.Length..];
        }
    }

    // One program for texts of any length: what the references say, and what a program of one length alone gives.
    [Test]
    public void OneProgramReadsTextsOfAnyLength()
    {
        var model = RealModel.Of("stories260K");
        var sized = ModelProgram.Of(OnnxFile.Open(model.Path), ModelSettings.None with { Dims = ["T=1..64"] });
        var calls = model.Cases.Select(c => (Tokens: c.Calls.Single().Inputs["tokens"], Expected: c.Calls.Single().Outputs.Values.Single())).ToList();
        foreach (int length in new[] { 5, 64 })
        {
            var tokens = Tensor.RandInt(new Shape(1, length), 1, 500, seed: length).Cast(DType.Int64).Realize();
            var fixedSize = new LiveProgram(ModelProgram.Of(OnnxFile.Open(model.Path), ModelSettings.None with { Dims = [$"T={length}"] }));
            calls.Add((tokens, fixedSize.Run(new Dictionary<string, Tensor> { ["tokens"] = tokens }).Single().Values));
        }
        var live = new LiveProgram(sized);
        foreach (var (tokens, expected) in calls) Close.Check(live.Run(new Dictionary<string, Tensor> { ["tokens"] = tokens }).Single().Values, expected, 1e-4, $"{tokens.Shape}");

        var program = ProgramCapture.Of("graphs", [(sized.Entry, sized.Capture())], new CTarget().Schedule);
        var made = calls.Select(c => (0, (IReadOnlyDictionary<Variable, int>)new Dictionary<Variable, int> { [program.Entries[0].Variables.Single()] = c.Tokens.Shape[1] }));
        using var entries = new CEntries(program, [.. made], calls.Select(c => c.Tokens));
        var (bytes, problem) = entries.Run("gcc", "-O1");
        Assert.That(problem, Is.Null);
        var actual = MemoryMarshal.Cast<byte, float>(bytes);
        foreach (var (tokens, expected) in calls)
        {
            Close.Check(actual[..expected.Length], expected, 1e-4, $"{tokens.Shape} in C");
            actual = actual[expected.Length..];
        }
    }
}

/// <summary>A model's program, compiled for the live CPU, with its state.</summary>
sealed class LiveProgram
{
    readonly ModelProgram _model;
    readonly Executable _program;
    readonly Device _device = Device.Get("cpu");

    public LiveProgram(ModelProgram model)
    {
        _model = model;
        var capture = model.Capture();
        _program = new Executable(Scheduler.Run(capture.Results, states: capture.States, profile: ScheduleProfile.Of(_device.Profile)), _device);
    }

    /// <summary>One call: results by name.</summary>
    public List<(string Name, float[] Values)> Run(IReadOnlyDictionary<string, Tensor> inputs)
    {
        var sizes = new Dictionary<Variable, int>();
        foreach (var (declared, name) in _model.Entry.Inputs.Zip(_model.Inputs))
            for (int i = 0; i < declared.Shape.Rank; i++)
                if (declared.Shape[i].Variables.SingleOrDefault() is { } v) sizes[v] = inputs[name].Shape[i];
        DeviceBuffer[] given = [.. _model.Inputs.Select(i => inputs[i].Realize().Storage!.On(_device))];
        var results = _program.Run(p => given[p.Slot], sizes, c => c.Bind(_device, written: true));
        foreach (var (_, _, memory) in _model.States) memory.Cell.Wrote();
        return [.. _model.Outputs.Zip(results).Select(r => (r.First, MemoryMarshal.Cast<byte, float>(r.Second.ToHost().Copied()[..(r.Second.Shape.Numel * 4)]).ToArray()))];
    }

    /// <summary>What a remembered input holds.</summary>
    public float[] State(string input) => _model.States.Single(s => s.Input == input).Memory.ToArray<float>();
}
