using NUnit.Framework;
using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Kernels of an exported program that threads share: whoever runs which part, and in which order, results are the same to the bit.</summary>
[NonParallelizable]
public sealed class CThreadsTests : IDisposable
{
    TemporaryFolder? _folder;

    [OneTimeSetUp]
    public void Export()
    {
        _folder = new TemporaryFolder();
        new CTarget().Export(Layers.Program(), new ExportContext(_folder.Path, _folder.Path));
        var random = new Random(3);
        _folder.Floats("x", [.. Enumerable.Range(0, 16 * 45 * 45).Select(_ => (float)random.NextDouble() - 0.5f)]);
        File.WriteAllText(_folder["check.c"], Check);
    }

    public void Dispose() => _folder?.Dispose();

    [Test]
    public void LongKernelsAreRunInPartsAndShortOnesAreNot()
    {
        var text = File.ReadAllText(_folder!["layers.c"]);
        Assert.That(text, Does.Match(@"\n    run\(m, m->kernels->conv\w*, \d+, "));
        Assert.That(text, Does.Match(@"\n    m->kernels->matmul\w*\("));
        Assert.That(File.ReadAllText(_folder["layers.h"]), Does.Contain("void layers_set_parallel_for(layers *m, layers_parallel_for run, void *context);"));
    }

    [TestCase("gcc", "-O2"), TestCase("gcc", "-O1 -DLAYERS_LEVEL=0"), TestCase("clang", "-O2 -DLAYERS_LEVEL=1")]
    public void ThreadsOfTheProgramGiveTheSameBits(string compiler, string options)
    {
        Tools.Compile(_folder!.Path, compiler, $"{options} -DLAYERS_THREADS -o program main.c layers.c layers_threads.c -lm -lpthread");
        var expected = Result("");
        foreach (int threads in (int[])[1, 2, 3, 7]) Assert.That(Result($" --threads {threads}"), Is.EqualTo(expected), $"{threads} threads");

        byte[] Result(string arguments)
        {
            var run = Tools.Run(_folder.Path, _folder["program"], $"layers.weights x y{arguments}");
            Assert.That(run.Code, Is.Zero, run.Errors);
            return File.ReadAllBytes(_folder["y"]);
        }
    }

    [Test]
    public void AProgramWithoutThreadsSaysSo()
    {
        Tools.Compile(_folder!.Path, "gcc", "-O1 -DLAYERS_LEVEL=0 -o alone main.c layers.c -lm");
        var run = Tools.Run(_folder.Path, _folder["alone"], "layers.weights x --threads 2");
        Assert.That(run.Code, Is.EqualTo(2));
        Assert.That(run.Errors, Does.StartWith("this program was compiled without LAYERS_THREADS"));
    }

    /// <summary>Parts in another order; pools started and stopped; several models at once on one pool.</summary>
    [TestCase("gcc", "-O2"), TestCase("gcc", "-O1 -g -DLAYERS_LEVEL=1 -fsanitize=thread"), TestCase("gcc", "-O1 -g -fsanitize=undefined,address -fno-sanitize-recover=all")]
    public void AnyOrderAndAnyPoolGiveTheSameBits(string compiler, string options)
    {
        Tools.Compile(_folder!.Path, compiler, $"{options} -o check check.c layers.c layers_threads.c -lm -lpthread");
        var run = Tools.Run(_folder.Path, _folder["check"], "layers.weights x");
        Assert.That(run.Code, Is.Zero, run.Output + run.Errors);
    }

    const string Check = """
        #include "layers.h"
        #include "layers_threads.h"

        #include <pthread.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>

        enum { OUT = 10 };

        static double weights[1 << 20], memory[3][LAYERS_ARENA_BYTES / sizeof(double) + 1];
        static float x[16 * 45 * 45], expected[OUT];
        static size_t bytes;
        static layers models[3];

        static size_t read_file(const char *path, void *to, size_t most)
        {
            FILE *file = fopen(path, "rb");
            size_t n = file == NULL ? 0 : fread(to, 1, most, file);
            if (file != NULL) fclose(file);
            return n;
        }

        static int parts_seen;

        static void backwards(void *context, void (*body)(void *work, int part), void *work, int parts)
        {
            if (context != &parts_seen) abort();
            for (int i = parts - 1; i >= 0; i--) body(work, i);
            parts_seen += parts;
        }

        static int same(layers *m)
        {
            float y[OUT];
            return layers_forward(m, x, y) == LAYERS_OK && memcmp(y, expected, sizeof y) == 0;
        }

        static void *ten_times(void *m)
        {
            for (int i = 0; i < 10; i++)
                if (!same(m)) return m;
            return NULL;
        }

        int main(int argc, char **argv)
        {
            if (argc < 3) return 2;
            bytes = read_file(argv[1], weights, sizeof weights);
            if (read_file(argv[2], x, sizeof x) != sizeof x) return 3;
            for (int i = 0; i < 3; i++)
                if (layers_init(&models[i], weights, bytes, memory[i], sizeof memory[i]) != LAYERS_OK) return 4;
            if (layers_forward(&models[0], x, expected) != LAYERS_OK) return 5;

            layers_set_parallel_for(&models[0], backwards, &parts_seen);
            if (!same(&models[0]) || parts_seen < 2) return 6;

            for (int threads = 1; threads <= 5; threads++) {
                struct layers_threads *pool = layers_threads_start(threads);
                pthread_t callers[3];
                if (pool == NULL) return 7;
                for (int i = 0; i < 3; i++) {
                    layers_set_parallel_for(&models[i], layers_threads_run, pool);
                    if (pthread_create(&callers[i], NULL, ten_times, &models[i]) != 0) return 8;
                }
                for (int i = 0; i < 3; i++) {
                    void *wrong;
                    pthread_join(callers[i], &wrong);
                    if (wrong != NULL) return 9;
                }
                layers_threads_stop(pool);
            }
            layers_threads_stop(NULL);
            layers_set_parallel_for(&models[0], NULL, NULL);
            return same(&models[0]) ? 0 : 10;
        }

        """;
}

/// <summary>Convolutions that are worth sharing, of one form and of others, of sizes that no tile divides; a layer that is not.</summary>
sealed class Layers
{
    readonly Tensor _first = Weights(1, 24, 16, 3, 3), _second = Weights(2, 40, 24, 1, 1), _third = Weights(3, 48, 40, 1, 1), _last = Weights(4, 48, 10);

    static Tensor Weights(int seed, params int[] shape)
    {
        var random = new Random(seed);
        return Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => ((float)random.NextDouble() - 0.5f) / 8)], shape);
    }

    [TinyJit]
    public Tensor Forward([Shape(1, 16, 45, 45)] Tensor x) =>
        x.Conv2d(_first, padding: 1).Relu().Conv2d(_second).Relu().Conv2d(_third).Relu().Mean([2, 3]).MatMul(_last);

    public static Program Program() => ProgramCapture.Capture("layers", new Layers(), [typeof(Layers).GetMethod(nameof(Forward))!], new CTarget().Schedule);
}
