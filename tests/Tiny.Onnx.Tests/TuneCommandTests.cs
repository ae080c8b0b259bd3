using System.Diagnostics;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Cli;
using Tiny.Cli.Measuring;
using Tiny.Cli.Models;
using Tiny.Export.Tests;
using Tiny.Formats;
using Tiny.Jit;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Optimize.Search;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests;

namespace Tiny.Onnx.Tests;

/// <summary><c>tiny tune</c>, and what exports make of its result. How fast anything is decides nothing here.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TuneCommandTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        MemoryLimit.Most = long.MaxValue;
        _folder.Dispose();
    }

    static Task RefusedAsync(string message, params string[] args) => CommandLine.RefusedAsync(ExitCode.BadInput, message, args);

    // Alone in a folder: results lie beside models.
    string Digits()
    {
        if (!File.Exists(_folder["digits.onnx"])) File.Copy(RealModel.Of("mnist-8").Path, _folder["digits.onnx"]);
        return _folder["digits.onnx"];
    }

    async Task<(string Source, string Output, string Error)> ExportedAsync(string folder, params string[] options)
    {
        var (code, output, error) = await CommandLine.RunAsync(["export", Digits(), "--target", "c", "--out", _folder[folder], .. options]);
        Assert.That(code, Is.Zero, error);
        return (await File.ReadAllTextAsync(_folder[$"{folder}/c/digits.c"]), output, error);
    }

    // The compiled program reads a digit as it should.
    void Reads(string folder)
    {
        var digit = RealModel.Of("mnist-8").Cases.Single(c => c.Name == "digit7");
        string at = _folder[$"{folder}/c"];
        Tools.Compile(at, Needs.Tool("gcc"), "-O1 -o program main.c digits.c -lm");
        File.WriteAllBytes(Path.Combine(at, "in"), MemoryMarshal.AsBytes(digit.Calls[0].Inputs["Input3"].ToArray<float>().AsSpan()));
        var run = Tools.Run(at, Path.Combine(at, "program"), "digits.weights in out");
        Assert.That(run.Code, Is.Zero, run.Output);
        digit.Check(RealModel.Of("mnist-8"), "Plus214_Output_0", [MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(at, "out"))).ToArray()]);
    }

    // Entries that no heuristic would choose: of each kernel some move, for all kinds of processors.
    List<TunedKernel> Moved() => Moved(new CTarget().Schedule, CRenderer.Gnu128, CRenderer.Avx2, CRenderer.Avx512);

    List<TunedKernel> Moved(ScheduleProfile schedule, params TargetProfile[] profiles)
    {
        var source = ModelProgram.Of(OnnxFile.Open(Digits()), ModelSettings.None);
        var program = ProgramCapture.Of("digits", [(source.Entry, source.Capture())], schedule);
        var random = new Random(5);
        var entries = new List<TunedKernel>();
        foreach (var profile in profiles)
            foreach (var kernel in program.Kernels)
            {
                Moves? moves = null;
                IReadOnlyList<OptOp> heuristic = [];
                LowerPipeline.Run(kernel.Copy(), profile, decided: (body, chosen) => (moves, heuristic) = (new(body, profile), chosen));
                var legal = moves!.From(heuristic).Where(choices => Applies(kernel, profile, choices)).ToList();
                if (legal.Count > 0) entries.Add(new(profile.Name, kernel.Key, kernel.Name, KernelKey.Describe(kernel), legal[random.Next(legal.Count)], heuristic, 2, 1, "none"));
            }
        return entries;
    }

    static bool Applies(Kernel kernel, TargetProfile profile, IReadOnlyList<OptOp> choices)
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
    }

    void Write(string name, params IEnumerable<TunedKernel> entries)
    {
        using var file = File.Create(_folder[name]);
        TuningFile.Write(file, entries);
    }

    [Test]
    public async Task ExportsUseWhatWasFound()
    {
        var plain = await ExportedAsync("plain");
        var entries = Moved();
        Write("digits.tune.json", entries);
        var beside = await ExportedAsync("beside");
        Assert.That(beside.Source, Is.Not.EqualTo(plain.Source));
        Assert.That(beside.Output, Does.Contain($"tuned    {entries.Count} kernels by {_folder["digits.tune.json"]}"));
        Assert.That(beside.Error, Is.Empty);
        Reads("beside");
        // The same, byte for byte, however often and wherever it is named from.
        foreach (string folder in (string[])["again", "named"])
        {
            await ExportedAsync(folder, folder == "named" ? ["--tune", _folder["digits.tune.json"]] : []);
            foreach (string file in Directory.GetFiles(_folder[$"{folder}/c"]))
                Assert.That(await File.ReadAllBytesAsync(file), Is.EqualTo(await File.ReadAllBytesAsync(_folder[$"beside/c/{Path.GetFileName(file)}"])), file);
        }
        Assert.That((await ExportedAsync("without", "--no-tune")).Source, Is.EqualTo(plain.Source));
        Assert.That((await ExportedAsync("loops", "--opt", "noopt")).Source, Is.EqualTo((await ExportedAsync("loops2", "--opt", "noopt", "--no-tune")).Source));
    }

    [Test]
    public async Task WhatFitsNothingIsLeftOutAndSaid()
    {
        var plain = await ExportedAsync("plain");
        var entries = Moved();
        Write("old.json", entries.Select((e, i) => e with { Key = $"{i:x16}" }).Append(entries[0] with { Profile = "wgsl" }));
        var (source, _, error) = await ExportedAsync("old", "--tune", _folder["old.json"]);
        Assert.That(source, Is.EqualTo(plain.Source));
        Assert.That(error.TrimEnd('\n'), Does.StartWith($"tiny: warning: {_folder["old.json"]}: {entries.Count} of {entries.Count + 1} entries fit no kernel").And.Not.Contain('\n'));
    }

    [Test]
    public async Task TheBundleUsesItToo()
    {
        var source = ModelProgram.Of(OnnxFile.Open(Digits()), ModelSettings.None);
        var program = ProgramCapture.Of("digits", [(source.Entry, source.Capture())], new WebGpuTarget().Schedule);
        Write("digits.tune.json", program.Kernels.Select(k => new TunedKernel(WgslRenderer.Profile.Name, k.Key, k.Name, "", [], [], 2, 1, "none")));
        async Task<string> Shaders(string folder, params string[] options)
        {
            var (code, output, error) = await CommandLine.RunAsync(["export", Digits(), "--target", "webgpu", "--out", _folder[folder], .. options]);
            Assert.That((code, error), Is.EqualTo((0, "")));
            return await File.ReadAllTextAsync(_folder[$"{folder}/webgpu/digits.wgsl.js"]);
        }
        Assert.That(await Shaders("tuned"), Is.Not.EqualTo(await Shaders("untuned", "--no-tune")));
    }

    [Test]
    public async Task WhatIsFoundIsStoredAndGoneOnFrom()
    {
        Needs.Tool("cc");
        var (code, output, error) = await CommandLine.RunAsync("tune", Digits(), "--seconds", "3");
        Assert.That((code, error), Is.EqualTo((0, "")));
        Assert.That(output, Does.Match(@"all +\d+ of \d+ kernels for c-\w+: ").And.Match(@"done +\S+digits\.tune\.json: \d+ kernels are faster, of \d+; \d+ candidates"));
        var found = TuningFile.Read(_folder["digits.tune.json"]);
        Assert.That(await File.ReadAllTextAsync(_folder["digits.tune.json"]), Does.Not.Contain(_folder.Path));
        await ExportedAsync("tuned");
        Reads("tuned");
        // Of what is not searched for now nothing is lost.
        var moved = Moved();
        Write("digits.tune.json", moved.Concat(found.Entries.Where(e => moved.All(m => (m.Profile, m.Key) != (e.Profile, e.Key)))).Append(moved[0] with { Profile = "wgsl", Key = new string('0', 16) }));
        var before = TuningFile.Read(_folder["digits.tune.json"]).Entries;
        string word = before[0].Name;
        (code, _, error) = await CommandLine.RunAsync("tune", Digits(), "--seconds", "2", "--kernels", word);
        Assert.That((code, error), Is.EqualTo((0, "")));
        var after = TuningFile.Read(_folder["digits.tune.json"]).Entries;
        foreach (var entry in before.Where(e => !e.Name.Contains(word, StringComparison.Ordinal))) Assert.That(after.Any(e => (e.Profile, e.Key) == (entry.Profile, entry.Key)), entry.Name);
    }

    [Test]
    public async Task LiveKernelsAreSearchedForToo()
    {
        var (code, output, error) = await CommandLine.RunAsync("tune", Digits(), "--target", "cpu", "--seconds", "1", "--out", _folder["live.json"]);
        Assert.That((code, error), Is.EqualTo((0, "")));
        Assert.That(output, Does.Match(@"all +\d+ of \d+ kernels for cpu: "));
        Assert.That(TuningFile.Read(_folder["live.json"]).Entries.Select(e => e.Profile), Has.All.EqualTo("cpu"));
    }

    // The variable is read once in a process.
    [Test]
    public void LiveProgramsUseTheFileThatTheVariableNames()
    {
        Npy.Write(_folder["digit.npy"], Tensor.Zeros(1, 1, 28, 28));
        (int, string) Run(string tune)
        {
            var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Tiny.Cli.dll"), "run", Digits(), "--input", $"Input3={_folder["digit.npy"]}", "--out", _folder["out"]])
                { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["TINY_TUNE"] = _folder[tune] } };
            using var process = Process.Start(start)!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, error);
        }
        var profile = Device.Get("cpu").Profile;
        Write("live.json", Moved(ScheduleProfile.Of(profile), profile));
        Assert.That(Run("live.json"), Is.EqualTo((0, "")));
        Write("bad.json", TuningFile.Read(_folder["live.json"]).Entries.Select(e => e with { Choices = [new(OptKind.Upcast, 99, 2)] }));
        var (code, error) = Run("bad.json");
        Assert.That(code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(error, Does.Contain("on cpu, cannot be applied: Upcast(99, 2)"));
        Assert.That(Run("none.json").Item2, Does.Contain("none.json: there is no such file"));
    }

    [Test]
    public async Task AnInterruptedSearchWritesWhatItHas()
    {
        Needs.Tool("cc");
        var moved = Moved().Where(e => e.Profile == CRenderer.Gnu128.Name).ToList();
        Write("digits.tune.json", moved.Append(moved[0] with { Profile = "wgsl" }));
        using StringWriter output = new(), error = new();
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        Assert.That(await Tool.Run(["tune", Digits(), "--seconds", "100"], output, error, cancellation.Token), Is.EqualTo(ExitCode.Cancelled));
        Assert.That(error.ToString(), Is.EqualTo("tiny: interrupted\n"));
        Assert.That(TuningFile.Read(_folder["digits.tune.json"]).Entries, Has.Some.Property(nameof(TunedKernel.Profile)).EqualTo("wgsl"));
        Assert.That(Directory.GetFiles(_folder.Path).Select(Path.GetFileName), Is.EquivalentTo(new[] { "digits.onnx", "digits.tune.json" }));
    }

    [Test]
    public async Task WhatCannotBeUsedIsSaid()
    {
        await RefusedAsync("there is no 'gpu'; there are: c, cpu, webgpu", "tune", Digits(), "--target", "gpu");
        await RefusedAsync("--seconds 0: write how many seconds", "tune", Digits(), "--seconds", "0");
        await RefusedAsync("no kernel has this in its name; there are: ", "tune", Digits(), "--kernels", "frobnicate");
        await RefusedAsync("nothing.onnx", "tune", _folder["nothing.onnx"]);
        await RefusedAsync("--tune and --no-tune: give one of them", "export", Digits(), "--target", "c", "--out", _folder["no"], "--tune", "x", "--no-tune");
        await RefusedAsync("none.json: there is no such file", "export", Digits(), "--target", "c", "--out", _folder["no"], "--tune", _folder["none.json"]);
        await RefusedAsync("it is a folder; name the file", "export", Digits(), "--target", "c", "--out", _folder["no"], "--tune", _folder.Path);
        Assert.That(File.Exists(_folder["digits.tune.json"]), Is.False);
        // A file that is no result is neither used nor overwritten.
        File.WriteAllText(_folder["digits.tune.json"], "{\"version\": 7, \"kernels\": []}");
        await RefusedAsync("its version is 7; this Tiny reads version 1", "export", Digits(), "--target", "c", "--out", _folder["no"]);
        await RefusedAsync("its version is 7", "tune", Digits());
        Assert.That(File.ReadAllText(_folder["digits.tune.json"]), Does.Contain("\"version\": 7"));
        var entry = Moved()[0];
        Write("digits.tune.json", entry with { Choices = [new(OptKind.Upcast, 99, 2)] });
        await RefusedAsync($"the entry of {entry.Name}, {entry.Key} on {entry.Profile}, cannot be applied: Upcast(99, 2): the kernel has no such axis", "export", Digits(), "--target", "c", "--out", _folder["no"]);
        Assert.That(Directory.Exists(_folder["no"]), Is.False);
    }

    [Test]
    public void ResultsThatDifferAreSeen()
    {
        byte[] Of(params float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        Assert.That(KernelMemory.Agree(Of(1, -2, float.NaN), Of(1.0001f, -2, float.NaN), DType.Float32), Is.True);
        Assert.That(KernelMemory.Agree(Of(1, -2, 3), Of(1.01f, -2, 3), DType.Float32), Is.False);
        Assert.That(KernelMemory.Agree(Of(1, -2, 3), Of(1, -2, float.NaN), DType.Float32), Is.False);
        Assert.That(KernelMemory.Agree([1, 2], [1, 3], DType.Int8), Is.False);
    }

    [Test]
    public void TheFastestOfManyRunsOnceMore()
    {
        // The second was lucky once, the third is faster each time.
        int[] runs = new int[4];
        var times = new Race(1, 1e-9).Run([1.0, 1.0, 1.0, null], (i, _) => i switch { 1 when runs[1]++ == 0 => 0.5, 2 => 0.9, 3 => throw new InvalidOperationException("it is left out"), _ => 1.0 });
        Assert.That(times, Is.EqualTo(new double?[] { 1.0, 1.0, 0.9, null }));
    }
}
