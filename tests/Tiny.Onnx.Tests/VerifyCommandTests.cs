using System.IO.Compression;
using System.Text.Json;
using NUnit.Framework;
using Tiny.Cli;
using Tiny.Export.Tests;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Onnx.Tests;

/// <summary><c>tiny verify</c> on cases of its own: where it finds them, what it says, how it ends.</summary>
public sealed class VerifyCommandTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        MemoryLimit.Most = long.MaxValue;
        _folder.Dispose();
    }

    // y = x + x for x = [1, 2].
    void Case(string folder, params float[] expected)
    {
        var graph = new Proto().Message(1, Proto.Node("Add", ["x", "x"], ["y"])).Message(11, Proto.Value("x", 1, 2)).Message(12, Proto.Value("y", 1, 2));
        Write(folder, graph, Proto.Floats("x", [1, 2], 2), Proto.Floats("y", expected, 2));
    }

    void Write(string folder, Proto graph, Proto input, Proto output)
    {
        Directory.CreateDirectory(_folder[$"{folder}/test_data_set_0"]);
        File.WriteAllBytes(_folder[$"{folder}/model.onnx"], Proto.Model(graph).Bytes);
        File.WriteAllBytes(_folder[$"{folder}/test_data_set_0/input_0.pb"], input.Bytes);
        File.WriteAllBytes(_folder[$"{folder}/test_data_set_0/output_0.pb"], output.Bytes);
    }

    [Test]
    public async Task EachTargetSaysWhatFailsAndCounts()
    {
        Case("all/right", 2, 4);
        Case("all/wrong", 2, 5);
        foreach (var target in (string[])["cpu", "interpreter", "c"])
        {
            var (code, output, error) = await CommandLine.RunAsync("verify", _folder["all"], "--target", target);
            Assert.That(code, Is.EqualTo(ExitCode.Failure), error);
            Assert.That(output, Does.StartWith($"FAIL {target} wrong: output 'y' element 1 is 4, expected 5 (1 of 2 differ)\n").And.Contains($"verify: {target}: 1 of 2 pass, 1 fail, 0 unsupported"));
            (code, output, error) = await CommandLine.RunAsync("verify", _folder["all"], "--target", target, "--filter", "r?ght");
            Assert.That(code, Is.Zero, output + error);
            Assert.That(output, Does.StartWith($"verify: {target}: 1 of 1 pass, 0 fail, 0 unsupported"));
        }
        var twice = await CommandLine.RunAsync("verify", _folder["all/right"], "--target", "cpu, interpreter,cpu", "--json", _folder["results.json"]);
        Assert.That(twice.Output, Does.Match("verify: cpu: 1 of 1 .*\n.*verify: interpreter: 1 of 1 "));
        using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder["results.json"]));
        Assert.That(json.RootElement.EnumerateArray().Select(r => $"{r.GetProperty("case")} {r.GetProperty("target")} {r.GetProperty("status")}"),
            Is.EqualTo(new[] { "right cpu pass", "right interpreter pass" }));
    }

    [Test]
    public async Task CasesLieInFoldersAndArchives()
    {
        Case("mixed/one", 2, 4);
        Case("zipped/two", 2, 4);
        ZipFile.CreateFromDirectory(_folder["zipped"], _folder["mixed/more.zip"]);
        // Links lead round in circles.
        File.CreateSymbolicLink(_folder["mixed/one/up"], _folder["mixed"]);
        async Task Finds(int count, string path)
        {
            var (code, output, error) = await CommandLine.RunAsync("verify", path);
            Assert.That(code, Is.Zero, error);
            Assert.That(output, Does.Contain($"{count} of {count} pass"));
        }
        await Finds(2, _folder["mixed"]);
        await Finds(1, _folder["mixed/more.zip"]);
        await Finds(1, _folder["mixed/one"]);
        File.WriteAllText(_folder["mixed/manifest.json"], "{\"cases\": 7}");
        await CommandLine.RefusedAsync(ExitCode.BadInput, "manifest.json", "verify", _folder["mixed"]);
    }

    [Test]
    public async Task WhatCannotBeUsedIsSaid()
    {
        Case("all/right", 2, 4);
        Task Refused(string message, params string[] args) => CommandLine.RefusedAsync(ExitCode.BadInput, message, ["verify", .. args]);
        await Refused("there is no such file or folder", _folder["none"]);
        await Refused("no case is found", _folder["all"], "--filter", "nothing*");
        await Refused("it is no archive", _folder["all/right/model.onnx"]);
        await Refused("--target: there is no 'gpu'; there are: cpu", _folder["all"], "--target", "gpu");
        await Refused("--target: none is given", _folder["all"], "--target", ",");
        await Refused("--browser is for the target webgpu", _folder["all"], "--target", "cpu", "--browser");
        await Refused("none/results.json", _folder["all"], "--json", _folder["none/results.json"]);
        await Refused("--json: it is empty", _folder["all"], "--json", "");
        await Refused("path: it is empty", "");
        Assert.That(Directory.GetFiles(_folder.Path, "*.tiny-new"), Is.Empty);
    }

    // What is missing is no property of a case: nothing may pass, or be left out, for want of a compiler.
    [Test]
    public async Task ATargetThatIsNotThereIsSaidOnce()
    {
        Case("all/right", 2, 4);
        Case("all/wrong", 2, 5);
        string? before = Environment.GetEnvironmentVariable("CC");
        try
        {
            Environment.SetEnvironmentVariable("CC", "no-such-compiler -O3");
            await CommandLine.RefusedAsync(ExitCode.Failure, "the compiler 'no-such-compiler' cannot be started", "verify", _folder["all"], "--target", "cpu,c");
            // One that is there and refuses everything.
            Environment.SetEnvironmentVariable("CC", "false");
            var (code, output, _) = await CommandLine.RunAsync("verify", _folder["all"], "--target", "c");
            Assert.That(code, Is.EqualTo(ExitCode.Failure));
            Assert.That(output, Does.Contain("FAIL c right: c: false ends with code 1").And.Contains("0 of 2 pass, 2 fail"));
            // Arguments belong to it.
            Environment.SetEnvironmentVariable("CC", $"{Needs.Tool("gcc")} -O0");
            Assert.That((await CommandLine.RunAsync("verify", _folder["all"], "--target", "c", "--filter", "right")).Code, Is.Zero);
        }
        finally
        {
            Environment.SetEnvironmentVariable("CC", before);
        }
        before = Environment.GetEnvironmentVariable("TINY_CHROMIUM");
        try
        {
            Environment.SetEnvironmentVariable("TINY_CHROMIUM", _folder["chromium"]);
            await CommandLine.RefusedAsync(ExitCode.Failure, "there is no such file", "verify", _folder["all"], "--browser");
        }
        finally
        {
            Environment.SetEnvironmentVariable("TINY_CHROMIUM", before);
        }
    }

    // A file of a hundred bytes may ask for any memory.
    [TestCase("cpu"), TestCase("interpreter"), TestCase("c")]
    public async Task MemoryIsRefused(string target)
    {
        var graph = new Proto().Message(1, Proto.Node("Expand", ["x", "shape"], ["y"])).Message(5, Proto.Tensor("shape", 7, 2).Number(7, 1 << 15).Number(7, 1 << 15))
            .Message(11, Proto.Value("x", 1, 1)).Message(12, Proto.Value("y", 1, 1 << 15, 1 << 15));
        Write("huge", graph, Proto.Floats("x", [1], 1), Proto.Floats("y", [1], 1));
        var (code, output, _) = await CommandLine.RunAsync("verify", _folder["huge"], "--target", target, "--max-memory", "50M");
        Assert.That(code, Is.EqualTo(ExitCode.Failure));
        Assert.That(output, Does.Contain("at most 50,000,000 may be used"));
    }

    [Test]
    public async Task WhatWasRunBeforeAnInterruptionIsSaid()
    {
        Case("all/right", 2, 4);
        using StringWriter output = new(), error = new();
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        foreach (var target in (string[])["cpu", "c"])
        {
            int code = await Tool.Run(["verify", _folder["all"], "--target", target, "--json", _folder["results.json"]], output, error, cancellation.Token);
            Assert.That(code, Is.EqualTo(ExitCode.Cancelled), error.ToString());
        }
        Assert.That(await File.ReadAllTextAsync(_folder["results.json"]), Is.EqualTo("[]"));
    }
}
