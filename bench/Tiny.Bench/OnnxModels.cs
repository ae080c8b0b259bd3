using Tiny.Cli;
using Tiny.Onnx;
using Tiny.Onnx.Tests;

namespace Tiny.Bench;

/// <summary>What is measured of ONNX: reading a file, and the command that exports one.</summary>
static class OnnxModels
{
    const int Layers = 100, Width = 190, MostManaged = 20 << 20;

    /// <summary>Reads a model of 14 MB, of matrix products. It may take 20 MB of managed memory.</summary>
    public static Action Parse()
    {
        var graph = new Proto();
        for (int i = 0; i < Layers; i++)
            graph.Message(1, Proto.Node("MatMul", [$"x{i}", $"w{i}"], [$"x{i + 1}"])).Message(5, Proto.Floats($"w{i}", new float[Width * Width], Width, Width));
        graph.Message(11, Proto.Value("x0", 1, 1, Width)).Message(12, Proto.Value($"x{Layers}", 1, 1, Width));
        string path = Written(Proto.Model(graph).Bytes);
        return () =>
        {
            long before = GC.GetTotalAllocatedBytes();
            if (OnnxFile.Open(path).Graph.Nodes.Length != Layers) throw new InvalidOperationException("another model was read");
            long managed = GC.GetTotalAllocatedBytes() - before;
            if (managed > MostManaged) throw new InvalidOperationException($"reading took {managed} bytes of managed memory");
        };
    }

    /// <summary>MobileNetV2 of samples/Photo by the command.</summary>
    public static Action MobileNet(string target) => Export(Path.Combine(Repository(), "samples", "Photo", "model", "mobilenet_v2_1.0_224_w8.onnx"), target);

    /// <summary>ResNet-18 by the command.</summary>
    public static Action ResNet(string target) => Export(Written(ResNet18.File()), target);

    // A file that is gone when the process ends.
    static string Written(byte[] bytes)
    {
        string path = Path.Combine(Path.GetTempPath(), $"tiny-bench-{Environment.ProcessId}.onnx");
        File.WriteAllBytes(path, bytes);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(path);
        return path;
    }

    static Action Export(string model, string target) => () =>
    {
        string folder = Directory.CreateTempSubdirectory("tiny-bench-").FullName;
        try
        {
            int code = Tool.Run(["export", model, "--target", target, "--name", "bench", "--out", folder], TextWriter.Null, Console.Error).Result;
            if (code != 0) throw new InvalidOperationException($"the export ended with {code}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    };

    static string Repository()
    {
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "Tiny.slnx"))) return d.FullName;
        throw new InvalidOperationException("there is no Tiny.slnx above the benchmark");
    }
}
