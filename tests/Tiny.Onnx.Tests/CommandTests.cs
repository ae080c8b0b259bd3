using NUnit.Framework;
using Tiny.Cli;
using Tiny.Cli.Export;
using Tiny.Cli.Serving;
using Tiny.Export.Tests;
using Tiny.Formats;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Onnx.Tests;

/// <summary>The commands, run in this process: exit codes, what they say and what they write.</summary>
public sealed class CommandTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        MemoryLimit.Most = long.MaxValue;
        _folder.Dispose();
    }

    static Task<(int Code, string Output, string Error)> TinyAsync(params string[] args) => CommandLine.RunAsync(args);

    static Task RefusedAsync(string message, params string[] args) => CommandLine.RefusedAsync(ExitCode.BadInput, message, args);

    static string Mnist => RealModel.Of("mnist-8").Path;

    // y = x + state, and the next state, of two elements; the batch has a name.
    string Accumulator()
    {
        var graph = new Proto().Message(1, Proto.Node("Add", ["x", "state"], ["next"])).Message(1, Proto.Node("Mul", ["next", "by"], ["y"])).Text(2, "sum")
            .Message(11, Proto.Value("x", 1, 1, 2)).Message(11, Proto.Value("state", 1, 1, 2)).Message(11, Proto.Value("by", 1, 1))
            .Message(12, Proto.Value("y", 1, 1, 2)).Message(12, Proto.Value("next", 1, 1, 2));
        File.WriteAllBytes(_folder["adder.onnx"], Proto.Model(graph).Bytes);
        return _folder["adder.onnx"];
    }

    // y = [b, n] summed up; both sizes have names.
    string Open()
    {
        Proto Named(string name) => new Proto().Text(1, name).Message(2, new Proto().Message(1, new Proto().Number(1, 1)
            .Message(2, new Proto().Message(1, new Proto().Text(2, "b")).Message(1, new Proto().Text(2, "n")))));
        var graph = new Proto().Message(1, Proto.Node("ReduceSum", ["x"], ["y"], Proto.Integer("keepdims", 0))).Message(11, Named("x")).Message(12, Proto.Value("y", 1));
        File.WriteAllBytes(_folder["open.onnx"], Proto.Model(graph).Bytes);
        return _folder["open.onnx"];
    }

    [Test]
    public async Task ExportWritesBothTargetsAndSaysSo()
    {
        var (code, output, error) = await TinyAsync("export", Mnist, "--target", "c,webgpu", "--out", _folder["both"], "--name", "digits");
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("input    Input3 float32[1, 1, 28, 28]").And.Contains("output   Plus214_Output_0 float32[1, 10]")
            .And.Match(@"written +\S+c: 7 files, .*kernels in .*memory").And.Contains("digits.weights").And.Match(@"done .* is 'digits', in \d"));
        Assert.That(Directory.GetFiles(_folder["both/c"]).Select(Path.GetFileName), Is.EquivalentTo(new[] { "digits.c", "digits.h", "digits.weights", "digits_threads.c", "digits_threads.h", "main.c", "CMakeLists.txt" }));
        Assert.That(Directory.GetFiles(_folder["both/webgpu"]).Select(Path.GetFileName), Does.Contain("index.js").And.Contains("digits.safetensors").And.Contains("index.html"));
        Assert.That(Directory.GetFileSystemEntries(_folder["both"]).Select(Path.GetFileName), Is.EquivalentTo(new[] { "c", "webgpu" }));
    }

    [Test]
    public async Task WhatCannotBeUsedIsSaid()
    {
        await RefusedAsync("there is no 'cuda'", "export", Mnist, "--target", "cuda", "--out", _folder["no"]);
        await RefusedAsync("--target", "export", Mnist, "--out", _folder["no"]);
        await RefusedAsync("--name ../x", "export", Mnist, "--target", "c", "--out", _folder["no"], "--name", "../x");
        await RefusedAsync("nothing.onnx", "export", _folder["nothing.onnx"], "--target", "c", "--out", _folder["no"]);
        await RefusedAsync("there is no such name; there is 'Input3'", "export", Mnist, "--target", "c", "--out", _folder["no"], "--shape", "x=1");
        await RefusedAsync("the model takes float32[1, 1, 28, 28]", "export", Mnist, "--target", "c", "--out", _folder["no"], "--shape", "Input3=1x1x30x28");
        await RefusedAsync("write f64 or f32", "export", Mnist, "--target", "webgpu", "--out", _folder["no"], "--f64", "f16");
        await RefusedAsync("pages are for the target webgpu", "export", Mnist, "--target", "c", "--out", _folder["no"], "--page", Mnist);
        await RefusedAsync("give the sizes b, n as numbers (--dim b=1 --dim n=1) or with bounds (--dim n=1..512)", "export", Open(), "--target", "c", "--out", _folder["no"]);
        await RefusedAsync("write a number, or bounds", "export", Open(), "--target", "c", "--out", _folder["no"], "--dim", "b=x", "--dim", "n=1");
        await RefusedAsync("write a number of bytes", "export", Mnist, "--target", "c", "--out", _folder["no"], "--max-memory", "lots");
        await RefusedAsync("input 'Input3' float32[1, 1, 28, 28] is missing", "run", Mnist, "--out", _folder["no"]);
        await RefusedAsync("there is no 'gpu'", "run", Mnist, "--out", _folder["no"], "--device", "gpu");
        await RefusedAsync("there is no folder", "serve", _folder["none"]);
        await RefusedAsync("it is a folder; name the model's file", "info", _folder.Path);
        await RefusedAsync("--out /proc/none: another export is writing there, or nothing can be written", "export", Mnist, "--target", "c", "--out", "/proc/none");
        await RefusedAsync("--target: none is given", "export", Mnist, "--target", ",", "--out", _folder["no"]);
        await RefusedAsync("--out: it is empty", "export", Mnist, "--target", "c", "--out", "");
        await RefusedAsync("--input Input3: it is empty", "run", Mnist, "--out", _folder["no"], "--input", "Input3=");
        await RefusedAsync("there is no 'fast'; there are: noopt, level=0..4, direct", "export", Mnist, "--target", "c", "--out", _folder["no"], "--opt", "fast");
        await RefusedAsync("--opt level=5: write level=0..4", "export", Mnist, "--target", "c", "--out", _folder["no"], "--opt", "level=5");
        await RefusedAsync("--opt level=1: it is for the target c", "export", Mnist, "--target", "webgpu", "--out", _folder["no"], "--opt", "level=1");
        await RefusedAsync("Unrecognized command or argument", "frobnicate");
        Assert.That(Directory.Exists(_folder["no"]), Is.False);
    }

    [Test]
    public async Task SizesWithBoundsAreSizesOfTheProgram()
    {
        var (code, output, error) = await TinyAsync("export", Open(), "--target", "c", "--out", _folder["sized"], "--shape", "x=2xn", "--dim", "n=1..64");
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("input    x float32[2, n]").And.Contains("size     n from 1 to 64"));
        Assert.That(File.ReadAllText(_folder["sized/c/open.h"]), Does.Contain("int open_forward(open *m, int n, const float *x, float y"));
    }

    [Test]
    public async Task WhatIsTiedStaysInTheProgram()
    {
        Npy.Write(_folder["first.npy"], Tensor.From([10f, 20f]).Reshape(1, 2));
        var (code, output, error) = await TinyAsync("export", Accumulator(), "--target", "c", "--out", _folder["state"], "--state", "next=state", "--state-init", $"state={_folder["first.npy"]}", "--set", "by=2");
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("state    state float32[1, 2]: input 'state' is output 'next' of the call before").And.Not.Contain("input    by"));
        File.WriteAllText(_folder["state/c/calls.c"], """
            #include <stdio.h>
            #include "adder.h"

            static double arena[ADDER_ARENA_BYTES / sizeof(double) + 1], weights[512];

            int main(void)
            {
                static const float x[2] = {1, 2};
                float y[2];
                adder m;
                FILE *f = fopen("adder.weights", "rb");
                size_t bytes = f ? fread(weights, 1, sizeof weights, f) : 0;
                if (!f || fclose(f) || adder_init(&m, weights, bytes, arena, sizeof arena)) return 2;
                for (int i = 0; i < 2; i++) {
                    if (adder_forward(&m, x, y)) return 3;
                    printf("%g %g ", (double)y[0], (double)y[1]);
                }
                if (adder_reset(&m) || adder_forward(&m, x, y)) return 4;
                printf("%g %g", (double)y[0], (double)y[1]);
                return 0;
            }

            """);
        Tools.Compile(_folder["state/c"], "gcc", "-O1 -o calls calls.c adder.c -lm");
        Assert.That(Tools.Run(_folder["state/c"], _folder["state/c/calls"], "").Output, Is.EqualTo("22 44 24 48 22 44"));
        await RefusedAsync("there is no input 'z'", "export", Accumulator(), "--target", "c", "--out", _folder["no"], "--state", "next=z");
        await RefusedAsync("the output is float32[1, 2], the input float32[1]; they must be alike", "export", Accumulator(), "--target", "c", "--out", _folder["no"], "--state", "next=by");
        await RefusedAsync("fixed by --set, and tied by --state", "export", Accumulator(), "--target", "c", "--out", _folder["no"], "--state", "next=state", "--set", "state=0");
    }

    [TestCase("level=2", "direct"), TestCase("direct", "level=2")]
    public void OptionsOfATargetKeepEachOther(params string[] options)
    {
        var target = (CTarget)OptSettings.Apply(options, [new CTarget()], new ExportContext("", "")).Targets.Single();
        Assert.That((target.MostLevel, target.FasterForms, target.Schedule.FasterForms), Is.EqualTo((2, false, false)));
    }

    [Test]
    public async Task OptionsSayHowKernelsAreMade()
    {
        async Task<string> Source(params string[] options)
        {
            string folder = _folder[$"opt{string.Concat(options).Replace('=', '-')}"];
            var (code, _, error) = await TinyAsync(["export", Mnist, "--target", "c", "--name", "digits", "--out", folder, .. options]);
            Assert.That(code, Is.Zero, error);
            Tools.Compile(Path.Combine(folder, "c"), "gcc", "-O1 -o digits main.c digits.c -lm");
            return await File.ReadAllTextAsync(Path.Combine(folder, "c", "digits.c"));
        }
        string all = await Source(), avx2 = await Source("--opt", "level=2"), vectors = await Source("--opt", "level=1"), c99 = await Source("--opt", "level=0"), plain = await Source("--opt", "noopt", "--opt", "level=0");
        Assert.That(all, Does.Contain("_avx512(").And.Contain("_avx2("));
        Assert.That(avx2, Does.Not.Contain("_avx512(").And.Contain("_avx2("));
        Assert.That(vectors, Does.Not.Contain("_avx2(").And.Contain("vector_size"));
        Assert.That(c99, Does.Not.Contain("vector_size"));
        Assert.That(plain, Has.Length.LessThan(c99.Length));
    }

    [Test]
    public async Task WhatIsFixedIsTakenExactlyOrRefused()
    {
        string Model(string name, int type)
        {
            var graph = new Proto().Message(1, Proto.Node("Add", ["x", "s"], ["y"])).Message(11, Proto.Value("x", type, 2)).Message(11, Proto.Value("s", type, 2)).Message(12, Proto.Value("y", type, 2));
            File.WriteAllBytes(_folder[name], Proto.Model(graph).Bytes);
            return _folder[name];
        }
        string wide = Model("wide.onnx", 7), small = Model("small.onnx", 2);
        // What no double holds.
        var (code, output, error) = await TinyAsync("export", wide, "--target", "c", "--out", _folder["wide"], "--set", "s=9007199254740993,-1");
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("fixed    s int64[2]"));
        Assert.That(Convert.ToHexString(await File.ReadAllBytesAsync(_folder["wide/c/wide.weights"])), Does.Contain("0100000000002000FFFFFFFFFFFFFFFF"));
        foreach (var (model, value) in new[] { (wide, "1.7"), (wide, "nan"), (small, "300"), (small, "-1"), (small, "true") })
            await RefusedAsync($"--set s: '{value}' is no {(model == wide ? "int64" : "uint8")}", "export", model, "--target", "c", "--out", _folder["no"], "--set", $"s={value}");
        await RefusedAsync("--set s: 's' is uint8[2], which has 2 elements; 3 are given", "export", small, "--target", "c", "--out", _folder["no"], "--set", "s=1,2,3");
        await RefusedAsync("--set x: its shape must be of numbers", "export", Open(), "--target", "c", "--out", _folder["no"], "--dim", "b=1", "--dim", "n=1..4", "--set", "x=1");
    }

    [Test]
    public async Task TheReportSaysWhereFloat64IsNarrower()
    {
        var graph = new Proto().Message(1, Proto.Node("Add", ["x", "x"], ["y"])).Message(11, Proto.Value("x", 11, 2)).Message(12, Proto.Value("y", 11, 2));
        File.WriteAllBytes(_folder["wide64.onnx"], Proto.Model(graph).Bytes);
        var (code, output, error) = await TinyAsync("export", _folder["wide64.onnx"], "--target", "c,webgpu", "--out", _folder["wide64"], "--f64", "f32");
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("input    x float64[2] (float32 for webgpu)"));
        await CommandLine.RefusedAsync(ExitCode.Failure, "needs float64", "export", _folder["wide64.onnx"], "--target", "webgpu", "--out", _folder["no"]);
    }

    // Nothing is put in place where something of the user's would be in the way.
    [Test]
    public async Task WhatLiesInTheWayIsSaid()
    {
        Directory.CreateDirectory(_folder["way/mine"]);
        File.WriteAllText(_folder["way/mine/note.txt"], "mine");
        File.WriteAllText(_folder["way/c"], "a file");
        Directory.CreateSymbolicLink(_folder["way/webgpu"], _folder["way/mine"]);
        await RefusedAsync("is a file, and a folder is to be there", "export", Mnist, "--target", "c", "--out", _folder["way"]);
        await RefusedAsync("is a link to", "export", Mnist, "--target", "webgpu", "--out", _folder["way"]);
        File.Delete(_folder["way/webgpu"]);
        await RefusedAsync("is a file, and a folder is to be there", "export", Mnist, "--target", "webgpu,c", "--out", _folder["way"]);
        Assert.That(Directory.GetFileSystemEntries(_folder["way"]).Select(Path.GetFileName), Is.EquivalentTo(new[] { "mine", "c" }));
        Npy.Write(_folder["zeros.npy"], Tensor.Zeros(1, 1, 28, 28));
        await RefusedAsync("way/c", "run", Mnist, "--input", $"Input3={_folder["zeros.npy"]}", "--out", _folder["way/c"]);
    }

    [Test]
    public async Task RunWritesAllOutputsOrNone()
    {
        var graph = new Proto().Message(1, Proto.Node("Add", ["x", "x"], ["main"])).Message(1, Proto.Node("Cast", ["x"], ["text"], Proto.Integer("to", 8)))
            .Message(11, Proto.Value("x", 1, 2)).Message(12, Proto.Value("main", 1, 2));
        File.WriteAllBytes(_folder["one.onnx"], Proto.Model(graph).Bytes);
        File.WriteAllBytes(_folder["two.onnx"], Proto.Model(graph.Message(12, Proto.Value("text", 8, 2))).Bytes);
        Npy.Write(_folder["two.npy"], Tensor.From([1f, 2f]));
        await RefusedAsync("output 'text' is string[2]", "run", _folder["two.onnx"], "--input", $"x={_folder["two.npy"]}", "--out", _folder["written"]);
        Assert.That(Directory.Exists(_folder["written"]), Is.False);
        Assert.That((await TinyAsync("run", _folder["one.onnx"], "--input", $"x={_folder["two.npy"]}", "--out", _folder["written"])).Code, Is.Zero);
        Assert.That(Directory.GetFiles(_folder["written"]).Select(Path.GetFileName), Is.EqualTo(new[] { "main.npy" }));
    }

    [TestCase("cpu"), TestCase("interpreter"), TestCase("c")]
    public async Task RunGivesTheOutputsOfADigit(string device)
    {
        var digit = RealModel.Of("mnist-8").Cases.Single(c => c.Name == "digit7");
        Npy.Write(_folder["digit.npy"], digit.Calls[0].Inputs["Input3"]);
        var (code, output, error) = await TinyAsync("run", Mnist, "--input", $"Input3={_folder["digit.npy"]}", "--out", _folder[device], "--device", device);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("Plus214_Output_0 float32[1, 10] -> "));
        digit.Check(RealModel.Of("mnist-8"), "Plus214_Output_0", [Npy.Read(Path.Combine(_folder[device], "Plus214_Output_0.npy")).ToArray<float>()]);
    }

    // How many elements are not zero is known only when it has run.
    [Test]
    public async Task ShapesThatDependOnValuesRunLive()
    {
        var graph = new Proto().Message(1, Proto.Node("NonZero", ["x"], ["../y/*"])).Message(11, Proto.Value("x", 1, 4)).Message(12, new Proto().Text(1, "../y/*"));
        File.WriteAllBytes(_folder["nonzero.onnx"], Proto.Model(graph).Bytes);
        Npy.Write(_folder["four.npy"], Tensor.From([0f, 3f, 0f, 5f]));
        var (code, _, error) = await TinyAsync("run", _folder["nonzero.onnx"], "--input", $"x={_folder["four.npy"]}", "--out", _folder["nonzero"]);
        Assert.That(code, Is.Zero, error);
        // The name of the output leads nowhere else.
        Assert.That(Npy.Read(Directory.GetFiles(_folder["nonzero"]).Single()).ToArray<long>(), Is.EqualTo(new long[] { 1, 3 }));
    }

    [Test]
    public async Task MemoryIsRefusedBeforeItIsTaken()
    {
        // A result of 4 GB, from one number.
        var graph = new Proto().Message(1, Proto.Node("Expand", ["x", "shape"], ["y"])).Message(5, Proto.Tensor("shape", 7, 2).Number(7, 1 << 15).Number(7, 1 << 15))
            .Message(11, Proto.Value("x", 1, 1)).Message(12, Proto.Value("y", 1, 1 << 15, 1 << 15));
        File.WriteAllBytes(_folder["huge.onnx"], Proto.Model(graph).Bytes);
        Npy.Write(_folder["one.npy"], Tensor.From([1f]));
        await RefusedAsync("at most 50,000,000 may be used", "run", _folder["huge.onnx"], "--input", $"x={_folder["one.npy"]}", "--out", _folder["no"], "--max-memory", "50M");
        Assert.That(MemoryLimit.Used, Is.LessThan(50_000_000));
    }

    [Test]
    public async Task InfoSaysWhatIsThereAndWhatIsNotSupported()
    {
        var (code, output, _) = await TinyAsync("info", Mnist);
        Assert.That((code, output), Is.EqualTo((0, output)));
        Assert.That(output, Does.Contain("Input3 float32[1, 1, 28, 28]").And.Contains("5,998").And.Contains("Conv x 2"));
        var graph = new Proto().Message(1, Proto.Node("Frobnicate", ["x"], ["y"])).Message(11, Proto.Value("x", 1, 1)).Message(12, Proto.Value("y", 1, 1));
        File.WriteAllBytes(_folder["odd.onnx"], Proto.Model(graph).Bytes);
        (code, output, _) = await TinyAsync("info", _folder["odd.onnx"]);
        Assert.That(code, Is.EqualTo(ExitCode.Failure));
        Assert.That(output, Does.Contain("unsupported  Frobnicate"));
        // A function that nobody calls is of no interest, and an operator that is known may be used in a way that is not.
        var function = new Proto().Text(1, "Unused").Text(4, "x").Text(5, "y").Message(7, Proto.Node("Frobnicate", ["x"], ["y"])).Text(10, "mine");
        graph = new Proto().Message(1, Proto.Node("Relu", ["x"], ["y"])).Message(11, Proto.Value("x", 1, 1)).Message(12, Proto.Value("y", 1, 1));
        File.WriteAllBytes(_folder["unused.onnx"], Proto.Model(graph).Message(25, function).Bytes);
        Assert.That((await TinyAsync("info", _folder["unused.onnx"])).Code, Is.Zero);
        graph = new Proto().Message(1, Proto.Node("Relu", ["x"], ["y"])).Message(1, Proto.Node("MatMul", ["y", "y"], ["z"])).Message(11, Proto.Value("x", 1, 2, 3)).Message(12, Proto.Value("z", 1));
        File.WriteAllBytes(_folder["misused.onnx"], Proto.Model(graph).Bytes);
        (code, output, _) = await TinyAsync("info", _folder["misused.onnx"]);
        Assert.That(code, Is.EqualTo(ExitCode.Failure));
        Assert.That(output, Does.Contain("unsupported  MatMul 'z'"));
    }

    [Test]
    public async Task HelpNamesTheCommandsAndTheExitCodes()
    {
        var (code, output, _) = await TinyAsync("--help");
        Assert.That(code, Is.Zero);
        foreach (var word in (string[])["export", "run", "verify", "info", "tune", "serve", "Exit codes"]) Assert.That(output, Does.Contain(word));
        var nothing = await TinyAsync();
        Assert.That((nothing.Code, nothing.Output), Is.EqualTo((ExitCode.BadInput, "")));
        Assert.That(nothing.Error, Is.EqualTo(output));
        foreach (var command in (string[])["export", "run", "verify", "info", "tune", "serve"]) Assert.That((await TinyAsync(command, "--help")).Code, Is.Zero);
    }

    [Test]
    public void AnInterruptedExportLeavesWhatWasThere()
    {
        string folder = _folder["swap"];
        void Export(string text, bool commit)
        {
            using var place = new ExportFolder(folder);
            File.WriteAllText(Path.Combine(place.Stage("c"), "a.c"), text);
            if (commit) place.Commit();
        }
        Export("never", commit: false);
        Assert.That(Directory.Exists(folder), Is.False);
        Export("one", commit: true);
        File.WriteAllText(Path.Combine(folder, "c", "mine.txt"), "mine");
        Export("two", commit: false);
        Assert.That(File.ReadAllText(Path.Combine(folder, "c", "a.c")), Is.EqualTo("one"));
        Export("three", commit: true);
        Assert.That(File.ReadAllText(Path.Combine(folder, "c", "a.c")), Is.EqualTo("three"));
        Assert.That(File.ReadAllText(Path.Combine(folder, "c", "mine.txt")), Is.EqualTo("mine"));
        // Ended between the two renames, and before what was the user's was moved.
        Directory.CreateDirectory(Path.Combine(folder, ".tiny-old"));
        Directory.Move(Path.Combine(folder, "c"), Path.Combine(folder, ".tiny-old", "c"));
        Export("four", commit: false);
        Assert.That(File.ReadAllText(Path.Combine(folder, "c", "a.c")), Is.EqualTo("three"));
        Assert.That(Directory.GetFileSystemEntries(folder).Select(Path.GetFileName), Is.EqualTo(new[] { "c" }));
        using (new ExportFolder(folder)) Assert.That(() => new ExportFolder(folder), Throws.TypeOf<Cli.Models.CommandException>());
    }

    [Test]
    public async Task AnExportThatIsCancelledWritesNothing()
    {
        using StringWriter output = new(), error = new();
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        int code = await Tool.Run(["export", Mnist, "--target", "c", "--out", _folder["cancelled"]], output, error, cancellation.Token);
        Assert.That(code, Is.EqualTo(ExitCode.Cancelled), error.ToString());
        Assert.That(Directory.Exists(_folder["cancelled"]), Is.False);
    }

    // Names that are no identifiers, words of the languages, one another's, and signs that would end a comment, a string, a page's script or a terminal's line.
    [Test]
    public async Task NamesOfAFileAreHarmless()
    {
        string[] names = ["*/ #error", "a\\\nb", "</script><script>alert(1)</script>", "../../up", "int", "function", "x 1", "x_1", "\u001b[31mred\u001b[0m\r\nline", "m", "\u202Eright", "'\"`${1}"];
        var graph = new Proto().Text(2, "*/ \u001b[2J");
        for (int i = 0; i < names.Length; i++)
        {
            graph.Message(1, Proto.Node("Mul", [names[i], "w*/\n" + names[i]], ["out " + names[i]]).Text(3, names[i])).Message(11, Proto.Value(names[i], 1, 2))
                .Message(5, Proto.Floats("w*/\n" + names[i], [i, 1], 2)).Message(12, Proto.Value("out " + names[i], 1, 2));
        }
        string path = _folder["*.</script>.onnx".Replace("/", "", StringComparison.Ordinal)];
        File.WriteAllBytes(path, Proto.Model(graph).Text(2, "\u001b]0;title\u0007").Bytes);
        var (code, output, error) = await TinyAsync("export", path, "--target", "c,webgpu", "--out", _folder["names"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output.Where(c => char.IsControl(c) && c != '\n'), Is.Empty);
        Assert.That(output, Does.Contain("(in the model '../../up')"));
        var (_, info, _) = await TinyAsync("info", path);
        Assert.That(info.Where(c => char.IsControl(c) && c != '\n' && c != '\r'), Is.Empty);

        string model = Path.GetFileNameWithoutExtension(Directory.GetFiles(_folder["names/c"], "*.weights").Single());
        Assert.That(model, Does.Match("^[a-z][a-z0-9_]*$"));
        Tools.Compile(_folder["names/c"], "gcc", $"-O0 -c {model}.c");
        Tools.Compile(_folder["names/c"], "gcc", "-O0 -c main.c");
        foreach (var file in Directory.GetFiles(_folder["names/webgpu"]).Where(f => Path.GetExtension(f) is ".js" or ".html" or ".ts"))
        {
            var text = await File.ReadAllTextAsync(file);
            Assert.That(text, Does.Not.Contain("alert(1)</script>").And.Not.Contain("\u001b"), file);
        }
        if (Needs.FindTool("node") is { } node)
        {
            var check = Tools.Run(_folder["names/webgpu"], node, "--check index.js");
            Assert.That(check.Code, Is.Zero, check.Errors);
            // The names are what the module gives, and nothing of them was run.
            File.WriteAllText(_folder["names/webgpu/names.mjs"], "import { program } from './index.js'; console.log(Object.keys(program.entries.forward.inputs).length);");
            Assert.That(Tools.Run(_folder["names/webgpu"], node, "names.mjs").Output.Trim(), Is.EqualTo($"{names.Length}"));
        }
    }

    [Test]
    public async Task ServeGivesFilesBelowTheFolderAndNoOthers()
    {
        Directory.CreateDirectory(_folder["site/part"]);
        await File.WriteAllTextAsync(_folder["site/index.html"], "<p>page</p>");
        await File.WriteAllTextAsync(_folder["site/part/a.js"], "export {};");
        await File.WriteAllTextAsync(_folder["site/.hidden"], "no");
        await File.WriteAllTextAsync(_folder["secret.txt"], "no");
        using var server = new FolderServer(_folder["site"], 0);
        using var stop = new CancellationTokenSource();
        var run = Task.Run(() => server.Run(stop.Token));
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}/") };
        Assert.That(await client.GetStringAsync("/"), Is.EqualTo("<p>page</p>"));
        var script = await client.GetAsync("part/a.js");
        Assert.That(script.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/javascript; charset=utf-8"));
        foreach (var path in (string[])["none.js", ".hidden", "..%2fsecret.txt", "%2e%2e/secret.txt", "part/", "part/../../secret.txt"])
            Assert.That((int)(await client.GetAsync(path)).StatusCode, Is.AnyOf(404, 400), path);
        Assert.That((int)(await client.PostAsync("/", new StringContent("x"))).StatusCode, Is.EqualTo(405));
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/");
        foreign.Headers.Host = "evil.example";
        Assert.That((int)(await client.SendAsync(foreign)).StatusCode, Is.Not.EqualTo(200));
        Assert.That(() => new FolderServer(_folder["site"], server.Port), Throws.TypeOf<Cli.Models.CommandException>().With.Message.Contains("--port"));
        Assert.That((int)(await client.GetAsync($"http://127.0.0.1:{server.Port}//part")).StatusCode, Is.EqualTo(404));
        Assert.That(server.Pages, Is.EqualTo(new[] { $"http://127.0.0.1:{server.Port}/" }));
        await stop.CancelAsync();
        await run;
        // What an export for several targets leaves: the page lies a folder below.
        Directory.CreateDirectory(_folder["several/c"]);
        Directory.CreateDirectory(_folder["several/webgpu"]);
        await File.WriteAllTextAsync(_folder["several/webgpu/index.html"], "<p>page</p>");
        using var below = new FolderServer(_folder["several"], 0);
        Assert.That(below.Pages, Is.EqualTo(new[] { $"http://127.0.0.1:{below.Port}/webgpu/" }));
    }
}
