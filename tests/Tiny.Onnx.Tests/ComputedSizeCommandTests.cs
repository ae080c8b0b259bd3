using NUnit.Framework;
using Tiny.Cli;
using Tiny.Export.Tests;
using Tiny.Formats;
using Tiny.Tests;

namespace Tiny.Onnx.Tests;

/// <summary>The commands on models of which only the data say how much there is: programs with room for all, and a count.</summary>
public sealed class ComputedSizeCommandTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static async Task<string> TinyAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        Assert.That(await Tool.Run(args, output, error), Is.Zero, error.ToString());
        return output.ToString();
    }

    static Proto Undeclared(string name) => new Proto().Text(1, name);

    // Boxes that do not overlap, which they are, and their sizes' sum; rows that a mask keeps.
    string Model()
    {
        static Proto Single(string name, int type, byte[] bytes) => Proto.Tensor(name, type, 1).Data(9, bytes);
        var graph = new Proto().Text(2, "detect")
            .Message(5, Single("most", 7, BitConverter.GetBytes(3L))).Message(5, Single("overlap", 1, BitConverter.GetBytes(0.5f))).Message(5, Single("score", 1, BitConverter.GetBytes(0.3f)))
            .Message(5, Single("two", 7, BitConverter.GetBytes(2L))).Message(5, Single("three", 7, BitConverter.GetBytes(3L))).Message(5, Single("one", 7, BitConverter.GetBytes(1L)))
            .Message(5, Single("all", 7, BitConverter.GetBytes(-1L)))
            .Message(1, Proto.Node("NonMaxSuppression", ["boxes", "scores", "most", "overlap", "score"], ["selected"]))
            .Message(1, Proto.Node("Slice", ["selected", "two", "three", "one"], ["column"])).Message(1, Proto.Node("Reshape", ["column", "all"], ["index"]))
            .Message(1, Proto.Node("Squeeze", ["boxes"], ["flat"])).Message(1, Proto.Node("Gather", ["flat", "index"], ["chosen*/"]))
            .Message(1, Proto.Node("ReduceSum", ["chosen*/"], ["sum"], Proto.Integer("keepdims", 0)))
            .Message(1, Proto.Node("Compress", ["flat", "keep"], ["kept"], Proto.Integer("axis", 0)))
            .Message(11, Proto.Value("boxes", 1, 1, 5, 4)).Message(11, Proto.Value("scores", 1, 1, 1, 5)).Message(11, Proto.Value("keep", 9, 5))
            .Message(12, Undeclared("chosen*/")).Message(12, Undeclared("sum")).Message(12, Undeclared("kept"));
        File.WriteAllBytes(_folder["detect.onnx"], Proto.Model(graph).Bytes);
        return _folder["detect.onnx"];
    }

    string Input(string name, Tensor value)
    {
        Npy.Write(_folder[name + ".npy"], value);
        return $"{name}={_folder[name + ".npy"]}";
    }

    [TestCase("cpu"), TestCase("interpreter"), TestCase("c")]
    public async Task RunGivesAsManyAsThereAre(string device)
    {
        string[] inputs =
        [
            "--input", Input("boxes", Tensor.From([0f, 0, 1, 1, 0, 0, 1, 1.1f, 5, 5, 7, 7, 5, 5, 7, 7.1f, 9, 9, 9.5f, 9.5f], 1, 5, 4)),
            "--input", Input("scores", Tensor.From([0.5f, 0.9f, 0.6f, 0.4f, 0.1f], 1, 1, 5)), "--input", Input("keep", Tensor.From([true, false, false, true, false])),
        ];
        var output = await TinyAsync(["run", Model(), .. inputs, "--out", _folder[device], "--device", device]);
        Assert.That(output, Does.Contain("float32[2, 4]"));
        var files = Directory.GetFiles(_folder[device]).ToDictionary(f => Path.GetFileNameWithoutExtension(f), Npy.Read);
        Assert.That(files.Keys, Has.Count.EqualTo(3));
        var chosen = files.Single(f => f.Key.StartsWith("chosen", StringComparison.Ordinal)).Value;
        Assert.That(chosen.Shape, Is.EqualTo(new Shape(2, 4)));
        Assert.That(chosen.ToArray<float>(), Is.EqualTo(new[] { 0f, 0, 1, 1.1f, 5, 5, 7, 7 }));
        Assert.That(files["sum"].Item<float>(), Is.EqualTo(26.1f).Within(1e-5));
        Assert.That(files["kept"].ToArray<float>(), Is.EqualTo(new[] { 0f, 0, 1, 1, 5, 5, 7, 7.1f }));
    }

    [Test]
    public async Task ExportSaysWhatCounts()
    {
        var output = await TinyAsync("export", Model(), "--target", "c,webgpu", "--out", _folder["out"], "--name", "detect");
        Assert.That(output, Does.Contain("float32[3, 4]").And.Contains("kept_count int32[]: so many elements of axis 0 of kept count, from the first on").And.Not.Contain("sum_count"));
        var header = await File.ReadAllTextAsync(_folder["out/c/detect.h"]);
        Assert.That(header, Does.Contain("kept float32 [5, 4]").And.Contains("kept_count int32 [] (so many elements of axis 0 of kept count, from the first on)").And.Not.Contain("chosen*/"));
        var types = await File.ReadAllTextAsync(_folder["out/webgpu/index.d.ts"]);
        Assert.That(types, Does.Contain("so many elements of axis 0 of kept count, from the first on */\n  kept_count: Int32Array;"));
        // A caller's loop over what counts.
        await File.WriteAllTextAsync(_folder["out/c/calls.c"], """
            #include <stdio.h>
            #include <stdlib.h>
            #include "detect.h"

            static unsigned char arena[DETECT_ARENA_BYTES + 64], weights[1 << 16];

            int main(void)
            {
                static const float boxes[20] = {0, 0, 1, 1, 0, 0, 1, 1.25f, 5, 5, 7, 7, 5, 5, 7, 7.25f, 9, 9, 9.5f, 9.5f}, scores[5] = {0.5f, 0.9f, 0.6f, 0.4f, 0.1f};
                static const unsigned char keep[5] = {1, 0, 0, 1, 0};
                float chosen[12], sum[1], kept[20];
                int32_t chosen_count[1], kept_count[1];
                FILE *f = fopen("detect.weights", "rb");
                size_t bytes = f ? fread(weights + (64 - (size_t)weights % 64) % 64, 1, sizeof weights - 64, f) : 0;
                detect m;
                if (detect_init(&m, weights + (64 - (size_t)weights % 64) % 64, bytes, arena + (64 - (size_t)arena % 64) % 64, DETECT_ARENA_BYTES)) return 2;
                if (detect_forward(&m, boxes, scores, keep, chosen, sum, kept, chosen_count, kept_count)) return 3;
                printf("%d %d %g:", (int)chosen_count[0], (int)kept_count[0], sum[0]);
                for (int i = 0; i < chosen_count[0]; i++) printf(" %g", chosen[4 * i + 3]);
                return 0;
            }

            """);
        Tools.Compile(_folder["out/c"], "gcc", "-O1 -o calls calls.c detect.c -lm");
        Assert.That(Tools.Run(_folder["out/c"], _folder["out/c/calls"], "").Output, Is.EqualTo("2 2 26.25: 1.25 7"));
    }
}
