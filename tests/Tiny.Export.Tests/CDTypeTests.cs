using System.Globalization;
using NUnit.Framework;
using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Every dtype as compiled C against the interpreter, with vectors and without.</summary>
public sealed class CDTypeTests : IDisposable
{
    CGraphBatch _batch = null!;

    [OneTimeSetUp]
    public void Export() => _batch = new(DTypeCases.All);

    public void Dispose() => _batch?.Dispose();

    [TestCase("gcc", "-O1"), TestCase("clang", "-O1 -DGRAPHS_LEVEL=2"), TestCase("gcc", "-O1 -DGRAPHS_LEVEL=1"), TestCase("tcc", "")]
    [TestCase("gcc", "-O1 -DGRAPHS_LEVEL=0 -fsanitize=undefined -fno-sanitize-recover=all"), TestCase(Processors.Arm, Processors.ArmOptions)]
    public void CAgreesWithTheInterpreter(string compiler, string options) => Assert.That(_batch.Run(Needs.Tool(compiler), options)?.Problem, Is.Null);

    [Test]
    public void TheCommandPrintsEveryNumber()
    {
        var kinds = Enum.GetValues<ScalarKind>().Where(k => new DType(k) is { Size: > 0 and <= 2, IsBool: false }).Select(k => new DType(k)).ToArray();
        var program = ProgramCapture.Capture("numbers",
            [.. kinds.Select(d => new GraphEntry(d.Kind.ToString(), [new GraphInput("x", d, new Shape(1 << d.Size * 8))], x => [x[0].Contiguous()]))]);
        using var folder = new TemporaryFolder();
        new CTarget().Export(program, new ExportContext(folder.Path, folder.Path));
        Assert.That(File.ReadAllText(folder["numbers.h"]), Does.Contain("x float16 [65536] (its bits)"));
        Tools.Compile(folder.Path, Needs.Tool("gcc"), "-O1 -o program main.c numbers.c -lm");
        for (int i = 0; i < kinds.Length; i++)
        {
            var (dtype, count) = (kinds[i], 1 << kinds[i].Size * 8);
            File.WriteAllBytes(folder["in"], [.. Enumerable.Range(0, count).SelectMany(b => BitConverter.GetBytes((ushort)b)[..dtype.Size])]);
            var run = Tools.Run(folder.Path, folder["program"], $"--entry {program.Entries[i].Name} numbers.weights in");
            Assert.That(run.Code, Is.Zero, run.Errors);
            var texts = run.Output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)[^count..];
            for (int bits = 0; bits < count; bits++)
            {
                double printed = texts[bits].TrimStart('-') switch
                {
                    "nan" => double.NaN,
                    "inf" => double.PositiveInfinity,
                    var size => double.Parse(size, CultureInfo.InvariantCulture),
                };
                if (texts[bits][0] == '-') printed = -printed;
                if (!dtype.IsFloat) Assert.That(printed, Is.EqualTo(Whole(bits, dtype.Kind)), $"{dtype} {bits:x}");
                // As many digits as tell it from its neighbours.
                else if (double.IsNaN(printed)) Assert.That(FloatFormat.Of(dtype.Kind).Decode(bits), Is.NaN, $"{dtype} {bits:x}");
                else Assert.That(FloatFormat.Of(dtype.Kind).Encode(printed), Is.EqualTo(bits), $"{dtype} {bits:x}");
            }
        }
    }

    static double Whole(int bits, ScalarKind kind) => kind switch { ScalarKind.Int8 => (sbyte)bits, ScalarKind.Int16 => (short)bits, _ => bits };
}
