using NUnit.Framework;
using Tiny.Cli;
using Tiny.Formats;

namespace Tiny.Tests;

/// <summary><c>tiny run --device webgpu</c>, and <c>tiny verify --target webgpu</c>.</summary>
public sealed class RunCommandTests
{
    static async Task<(int Code, string Output, string Error)> TinyAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = await Tool.Run(args, output, error);
        return (code, output.ToString(), error.ToString());
    }

    [Test]
    public async Task AModelRunsOnTheGraphicsCard()
    {
        string model = Needs.Shared("models/mnist-8"), folder = Directory.CreateTempSubdirectory("tiny-run-").FullName;
        try
        {
            string input = Path.Combine(folder, "input.npy");
            Npy.Write(input, Tensor.From([.. Enumerable.Range(0, 784).Select(i => i % 28 * 9f)], 1, 1, 28, 28));
            foreach (var device in (string[])["webgpu", "interpreter"])
            {
                var (code, output, error) = await TinyAsync("run", Path.Combine(model, "mnist-8.onnx"), "--input", $"Input3={input}", "--device", device, "--out", Path.Combine(folder, device));
                Assert.That(code, Is.Zero, error);
                Assert.That(output, Does.Contain($"on {device}"));
            }
            float[] Result(string device) => Npy.Read(Path.Combine(folder, device, "Plus214_Output_0.npy")).ToArray<float>();
            Assert.That(Result("webgpu"), Is.EqualTo(Result("interpreter")).Within(0.1).Percent);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task CasesRunThroughTheCommand()
    {
        var (code, output, error) = await TinyAsync("verify", Needs.Shared("onnx-conformance"), "--target", "webgpu", "--filter", "test_add,test_cumsum_1d", "--f64", "f32");
        Assert.That(code, Is.Zero, output + error);
        Assert.That(output, Does.Contain("verify: webgpu: 1 of 1 pass").And.Contains("verify: webgpu (f64=f32): 1 of 1 pass"));
    }
}
