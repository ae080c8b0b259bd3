using System.Runtime.CompilerServices;
using NUnit.Framework;
using Tiny.Jit;
using Tiny.Nn;

namespace Tiny.Tests;

/// <summary>
/// What a whole small net is exported as, pinned file by file, so that a change of any pass shows in a review as the code that users
/// would see. TINY_UPDATE_GOLDEN=1 writes the files anew.
/// </summary>
public sealed class GoldenExportTests
{
    public sealed class Small
    {
        public Conv2d Conv = new(1, 4, 3) { Weight = Steps(4, 1, 3, 3), Bias = Steps(4) };
        public Linear Fc = new(144, 3) { Weight = Steps(3, 144), Bias = Steps(3) };

        [TinyJit]
        public Tensor Forward([Shape(1, 1, 8, 8)] Tensor image) => Fc.Forward(Conv.Forward(image).Relu().Flatten(1)).Softmax();

        static Tensor Steps(params int[] shape) =>
            Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => (i % 16 - 8) / 32f)], shape);
    }

    [TestCase("c", "small.c"), TestCase("c", "small.h"), TestCase("webgpu", "index.js"), TestCase("webgpu", "index.d.ts"), TestCase("webgpu", "small.wgsl.js")]
    public void IsExportedAs(string target, string file)
    {
        var folder = Directory.CreateTempSubdirectory("tiny-golden-").FullName;
        try
        {
            ExportTarget writer = target == "c" ? new CTarget() : new WebGpuTarget();
            writer.Export(Capturing.Of("small", new Small(), writer.Schedule), new ExportContext(folder, folder));
            var actual = File.ReadAllText(Path.Combine(folder, file));
            var golden = Path.Combine(Path.GetDirectoryName(ThisFile())!, "golden", file);
            if (Environment.GetEnvironmentVariable("TINY_UPDATE_GOLDEN") == "1") File.WriteAllText(golden, actual);
            Assert.That(actual, Is.EqualTo(File.ReadAllText(golden)), $"{file} has changed; if that is meant, run with TINY_UPDATE_GOLDEN=1");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static string ThisFile([CallerFilePath] string path = "") => path;
}
