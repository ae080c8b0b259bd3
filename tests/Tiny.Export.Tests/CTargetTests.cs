using System.Globalization;
using System.Text;
using NUnit.Framework;
using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>The exported C program: what it computes, that every compiler takes it without a warning, and how it refuses.</summary>
public class CTargetTests
{
    const string Sanitized = "-O1 -g -fsanitize=undefined,address -fno-sanitize-recover=all";

    static TemporaryFolder Export(Program program)
    {
        var folder = new TemporaryFolder();
        new CTarget().Export(program, new ExportContext(folder.Path, folder.Path));
        return folder;
    }

    [Test]
    public void WritesItsFiles()
    {
        using var folder = Export(Digits.Program());
        Assert.That(Directory.GetFiles(folder.Path).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "digits.h", "digits.c", "digits.weights", "main.c", "CMakeLists.txt", "digits_threads.h", "digits_threads.c" }));
        var header = File.ReadAllText(folder["digits.h"]);
        Assert.That(header, Does.Contain("int digits_forward(digits *m, const float image[1*1*28*28], float "));
        Assert.That(header, Does.Contain("int digits_init(digits *m, const void *weights, size_t bytes, void *arena, size_t arena_bytes);"));
        foreach (var file in Directory.GetFiles(folder.Path).Where(f => !f.EndsWith(".weights", StringComparison.Ordinal)))
        {
            var text = File.ReadAllText(file);
            Assert.That(text, Does.Contain("SPDX-License-Identifier: MIT-0"), file);
            Assert.That(text, Does.Not.Contain("\r").And.Not.Contain(folder.Path), file);
        }
    }

    [Test]
    public void TheSameProgramGivesTheSameBytes()
    {
        using TemporaryFolder a = Export(Mixed.Program()), b = Export(Mixed.Program());
        foreach (var file in Directory.GetFiles(a.Path).Select(f => Path.GetFileName(f)!))
            Assert.That(File.ReadAllBytes(b[file]), Is.EqualTo(File.ReadAllBytes(a[file])), file);
    }

    [TestCase("gcc", "-O2"), TestCase("gcc", "-O2 -DDIGITS_LEVEL=0"), TestCase("clang", "-O2"), TestCase("clang", "-O2 -DDIGITS_LEVEL=0")]
    [TestCase("gcc", Sanitized), TestCase("gcc", Sanitized + " -DDIGITS_LEVEL=0")]
    public void ReadsDigits(string compiler, string options)
    {
        var reference = ReferenceCase.All(DigitsModel.Folder).Single();
        var (images, expected) = (reference.Input.ToArray<float>(), reference.Output.ToArray<float>());
        using var folder = Export(Digits.Program());
        Tools.Compile(folder.Path, compiler, $"{options} -o digits main.c digits.c -lm");
        for (int i = 0; i < 10; i++)
        {
            folder.Floats("image", images.AsSpan(i * 784, 784));
            var run = Tools.Run(folder.Path, folder["digits"], "digits.weights image logits");
            Assert.That(run.Code, Is.Zero, run.Errors);
            var (got, want) = (folder.Floats("logits"), expected[(i * 10)..(i * 10 + 10)]);
            Close.Check(got, want, 1e-4, $"digit {i}");
            // What it prints is what it writes.
            var printed = run.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[^10..];
            Assert.That(printed.Select(p => float.Parse(p, CultureInfo.InvariantCulture)), Is.EqualTo(got));
        }
    }

    [TestCase("gcc", "-O2"), TestCase("gcc", "-O2 -DMOBILENET_LEVEL=0"), TestCase("clang", "-O2")]
    public void ClassifiesPhotos(string compiler, string options)
    {
        using var folder = Export(Photos.Program());
        Tools.Compile(folder.Path, compiler, $"{options} -o program main.c mobilenet.c -lm");
        foreach (var photo in ReferenceCase.All(MobileNetV1.Folder))
        {
            folder.Floats("photo", photo.Input.ToArray<float>());
            Succeeds(folder, "mobilenet.weights photo result");
            Close.Check(folder.Floats("result"), photo.Output.ToArray<float>(), 1e-4, photo.Name);
        }
    }

    [TestCase("gcc", "-O2"), TestCase("gcc", "-O2 -DREGISTER_LEVEL=0"), TestCase("gcc", Sanitized), TestCase("clang", "-O2")]
    public void SeveralEntryPointsPortsAndTypes(string compiler, string options)
    {
        var model = new Mixed();
        var random = new Random(7);
        float[] x = [.. Enumerable.Range(0, 256).Select(_ => (float)random.NextDouble() * 2 - 1)];
        int[] steps = [.. Enumerable.Range(-128, 256)];
        var (sum, gate) = model.Log(Tensor.From<float>(x, 4, 64), Tensor.From<int>(steps, 4, 64));
        int[] ints = [int.MaxValue, int.MinValue, -1, 100000, 7];
        var wrapped = model.Wrap(Tensor.From<int>(ints, 5)).ToArray<int>();

        using var folder = Export(Mixed.Program());
        Assert.That(File.ReadAllText(folder["register.h"]), Does.Contain("int register_log(register_ *m, "), "the model's name is a keyword of C");
        Tools.Compile(folder.Path, compiler, $"{options} -o program main.c register.c -lm");
        folder.Floats("x", x);
        File.WriteAllBytes(folder["steps"], System.Runtime.InteropServices.MemoryMarshal.AsBytes(steps.AsSpan()).ToArray());
        File.WriteAllBytes(folder["ints"], System.Runtime.InteropServices.MemoryMarshal.AsBytes(ints.AsSpan()).ToArray());

        Succeeds(folder, "register.weights x steps sum gate");
        Close.Check(folder.Floats("sum"), sum.ToArray<float>(), 1e-5, "sum");
        Assert.That(File.ReadAllBytes(folder["gate"]).Select(b => b != 0), Is.EqualTo(gate.ToArray<bool>()));
        Succeeds(folder, "register.weights ints --entry wrap out");
        Assert.That(File.ReadAllBytes(folder["out"]), Is.EqualTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(wrapped.AsSpan()).ToArray()));
        folder.Floats("three", [1, -2, 3]);
        Succeeds(folder, "--entry twice register.weights three a b");
        Assert.That(folder.Floats("a"), Is.EqualTo(new float[] { 1, -2, 3 }));
        Assert.That(folder.Floats("b"), Is.EqualTo(new float[] { 1, -2, 3 }));
        Succeeds(folder, "--entry shared register.weights three a b c");
        Assert.That(folder.Floats("a"), Is.EqualTo(new float[] { 3, -3, 7 }));
        Assert.That(folder.Floats("b"), Is.EqualTo(new float[] { 3, -3, 7 }));
        Assert.That(folder.Floats("c"), Is.EqualTo(model._first.ToArray<float>()[..3]));
    }

    [Test]
    public void RefusesWrongArgumentsOfTheCommandLine()
    {
        using var folder = Export(Mixed.Program());
        Tools.Compile(folder.Path, "gcc", $"{Sanitized} -o program main.c register.c -lm");
        folder.Floats("three", [1, 2, 3]);
        folder.Floats("two", [1, 2]);
        folder.Floats("four", [1, 2, 3, 4]);
        File.WriteAllText(folder["empty"], "");
        const string good = "register.weights three --entry twice";
        Succeeds(folder, good);
        Assert.That(Succeeds(folder, good + " --bench 3"), Does.Match("^twice: 3 runs, best [0-9.]+ ms, mean [0-9.]+ ms"));
        Fails("", "too few files");
        Fails("register.weights", "too few files");
        Fails("a b c d e f g h i", "too many files");
        Fails("register.weights three one --entry twice", "as many output files as outputs, or none");
        Fails(good + " --bench", "--bench takes a number of runs");
        Fails(good + " --bench 0", "--bench takes a number of runs");
        Fails(good + " --bench 3x", "--bench takes a number of runs");
        Fails(good + " --entry", "--entry takes a name");
        Fails(good + " --entry nothing", "no such entry point");
        Fails("absent three --entry twice", "absent: No such file");
        Fails("empty three --entry twice", "empty: ");
        Fails("three three --entry twice", "three: the weights are truncated");
        Fails("register.weights absent --entry twice", "absent: No such file");
        Fails("register.weights two --entry twice", "takes exactly 12 bytes, the file has fewer");
        Fails("register.weights four --entry twice", "takes exactly 12 bytes, the file has more");
        Fails("register.weights three no/where b --entry twice", "no/where: No such file");

        void Fails(string arguments, string message)
        {
            var run = Tools.Run(folder.Path, folder["program"], arguments);
            Assert.That(run.Code, Is.InRange(1, 2), $"{arguments}\n{run.Errors}");
            Assert.That(run.Errors, Does.StartWith(message).Or.Contain(message));
            Assert.That(run.Errors, Does.Not.Contain("Sanitizer"));
        }
    }

    /// <summary>A caller that overrides malloc, maps the weights read-only and tries everything that init must refuse.</summary>
    [TestCase("gcc", ""), TestCase("clang", "-DDIGITS_LEVEL=0")]
    public void AllocatesNothingAndRefusesByCode(string compiler, string options)
    {
        using var folder = Export(Digits.Program());
        using var other = Export(Mixed.Program());
        File.Copy(other["register.weights"], folder["other.weights"]);
        File.WriteAllText(folder["harness.c"], """
            #define _POSIX_C_SOURCE 200809L
            #include "digits.h"
            #include <fcntl.h>
            #include <stdlib.h>
            #include <string.h>
            #include <sys/mman.h>
            #include <sys/stat.h>
            #include <unistd.h>

            static volatile int allocations;
            void *malloc(size_t n) { (void)n; allocations++; return NULL; }
            void *calloc(size_t n, size_t m) { (void)n; (void)m; allocations++; return NULL; }
            void *realloc(void *p, size_t n) { (void)p; (void)n; allocations++; return NULL; }
            void free(void *p) { (void)p; allocations++; }

            static const unsigned char *map(const char *path, size_t *bytes, int writable)
            {
                struct stat s;
                int f = open(path, O_RDONLY);
                if (f < 0 || fstat(f, &s) != 0) _exit(99);
                *bytes = (size_t)s.st_size;
                return mmap(NULL, *bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_PRIVATE, f, 0);
            }

            static unsigned char space[DIGITS_ARENA_BYTES + 128];
            static float image[28 * 28], result[10], again[10];
            static int failures;

            static void expect(int condition, const char *what)
            {
                if (condition) return;
                failures++;
                if (write(2, what, strlen(what)) < 0 || write(2, "\n", 1) < 0) _exit(98);
            }

            static void refuses(int code, const void *weights, size_t bytes, void *arena, size_t arena_bytes, const char *what)
            {
                digits m = { .weights = (const unsigned char *)1, .arena = (unsigned char *)2 };
                expect(digits_init(&m, weights, bytes, arena, arena_bytes) == code, what);
                expect(m.weights == (const unsigned char *)1 && m.arena == (unsigned char *)2, "something was written");
                expect(strlen(digits_error_text(code)) > 5, "no text");
            }

            int main(void)
            {
                size_t bytes, other_bytes;
                const unsigned char *weights = map("digits.weights", &bytes, 0);
                const unsigned char *other = map("other.weights", &other_bytes, 0);
                unsigned char *copy = (unsigned char *)map("digits.weights", &bytes, 1);
                unsigned char *arena = space + (64 - (uintptr_t)space % 64) % 64;
                digits m;

                refuses(DIGITS_ERROR_ARGUMENT, NULL, bytes, arena, DIGITS_ARENA_BYTES, "no weights");
                refuses(DIGITS_ERROR_ARGUMENT, weights, bytes, NULL, DIGITS_ARENA_BYTES, "no arena");
                expect(digits_init(NULL, weights, bytes, arena, DIGITS_ARENA_BYTES) == DIGITS_ERROR_ARGUMENT, "no model");
                refuses(DIGITS_ERROR_ALIGNMENT, weights, bytes, arena + 2, DIGITS_ARENA_BYTES, "arena at 2");
                refuses(DIGITS_ERROR_ALIGNMENT, weights + 1, bytes - 1, arena, DIGITS_ARENA_BYTES, "weights at 1");
                refuses(DIGITS_ERROR_LENGTH, weights, 0, arena, DIGITS_ARENA_BYTES, "no bytes");
                refuses(DIGITS_ERROR_LENGTH, weights, 63, arena, DIGITS_ARENA_BYTES, "a part of the header");
                refuses(DIGITS_ERROR_LENGTH, weights, 64, arena, DIGITS_ARENA_BYTES, "only the header");
                refuses(DIGITS_ERROR_LENGTH, weights, bytes - 1, arena, DIGITS_ARENA_BYTES, "one byte short");
                refuses(DIGITS_ERROR_LENGTH, weights, bytes + 1, arena, DIGITS_ARENA_BYTES, "one byte long");
                refuses(DIGITS_ERROR_MODEL, other, other_bytes, arena, DIGITS_ARENA_BYTES, "another model's weights");
                refuses(DIGITS_ERROR_ARENA, weights, bytes, arena, DIGITS_ARENA_BYTES - 1, "short arena");
                copy[bytes - 1] ^= 1;
                refuses(DIGITS_ERROR_HASH, copy, bytes, arena, DIGITS_ARENA_BYTES, "the last bit flipped");
                copy[bytes - 1] ^= 1;
                copy[64] ^= 128;
                refuses(DIGITS_ERROR_HASH, copy, bytes, arena, DIGITS_ARENA_BYTES, "the first bit flipped");
                copy[64] ^= 128;
                copy[8]++;
                refuses(DIGITS_ERROR_FORMAT, copy, bytes, arena, DIGITS_ARENA_BYTES, "a later version");
                copy[8]--;
                copy[0]++;
                refuses(DIGITS_ERROR_FORMAT, copy, bytes, arena, DIGITS_ARENA_BYTES, "wrong magic");

                expect(digits_init(&m, weights, bytes, arena, DIGITS_ARENA_BYTES) == DIGITS_OK, "init");
                expect(m.weights == weights + 64 && m.arena == arena, "weights are used where they lie");
                memset(space, 0xff, sizeof space);
                expect(digits_forward(&m, image, result) == DIGITS_OK, "forward");
                memset(arena, 0x7f, DIGITS_ARENA_BYTES);
                expect(digits_forward(&m, image, again) == DIGITS_OK && memcmp(result, again, sizeof result) == 0, "the arena carries something over");
                expect(space[sizeof space - 1] == 0xff && arena[DIGITS_ARENA_BYTES] == 0xff, "written beyond the arena");
                expect(result[0] < 0 && result[0] > -100, "no log-probability");
                expect(digits_forward(NULL, image, result) == DIGITS_ERROR_ARGUMENT, "forward without a model");
                expect(digits_forward(&m, NULL, result) == DIGITS_ERROR_ARGUMENT, "forward without an image");
                expect(digits_forward(&m, image, NULL) == DIGITS_ERROR_ARGUMENT, "forward without a result");
                expect(allocations == 0, "memory was allocated");
                expect(malloc(1) == NULL && allocations == 1, "the trap does not work");
                _exit(failures);
            }

            """);
        // No builtins, so that the overridden malloc is called where it is written.
        Tools.Compile(folder.Path, compiler, $"-O2 -fno-builtin -Wno-missing-prototypes {options} -o harness harness.c digits.c -lm");
        var run = Tools.Run(folder.Path, folder["harness"], "");
        Assert.That(run.Code, Is.Zero, run.Errors);
    }

    /// <summary>An infinity spreads over a tile of Winograd's transforms, and not where these are switched off.</summary>
    [Test]
    public void ConvolutionsAreComputedAsWrittenWhereThatIsAsked()
    {
        var image = new float[16 * 20 * 20];
        for (int i = 0; i < image.Length; i++) image[i] = i % 23 / 8f - 1;
        image[7 * 400 + 10 * 20 + 10] = float.PositiveInfinity;
        Assert.That(Finite(new CTarget { MostLevel = 1, FasterForms = false }), Is.EqualTo(64 * (400 - 9)));
        Assert.That(Finite(new CTarget { MostLevel = 1 }), Is.LessThan(64 * (400 - 9)));

        int Finite(CTarget target)
        {
            using var folder = new TemporaryFolder();
            target.Export(ProgramCapture.Capture("filter", new Filter(), [typeof(Filter).GetMethod(nameof(Filter.Forward))!], target.Schedule), new ExportContext(folder.Path, folder.Path));
            Tools.Compile(folder.Path, "gcc", "-O1 -o program main.c filter.c -lm");
            folder.Floats("x", image);
            Succeeds(folder, "filter.weights x y");
            return folder.Floats("y").Count(float.IsFinite);
        }
    }

    sealed class Filter
    {
        readonly Tensor _weight = Tensor.RandN(new Shape(64, 16, 3, 3), seed: 3).Realize();

        [TinyJit]
        public Tensor Forward([Shape(1, 16, 20, 20)] Tensor x) => (x * 2).Conv2d(_weight, padding: 1);
    }

    static string Succeeds(TemporaryFolder folder, string arguments)
    {
        var run = Tools.Run(folder.Path, folder["program"], arguments);
        Assert.That(run.Code, Is.Zero, $"{arguments}\n{run.Errors}");
        return run.Output;
    }
}
