using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>The symbolic suite as one C program, compiled once and run with several values of each size, against the interpreter on plain shapes.</summary>
public class CSymbolicTests
{
    [TestCase("gcc", "-O2"), TestCase(Processors.Arm, Processors.ArmOptions)]
    [TestCase("clang", "-O1 -g -fsanitize=undefined,address -fno-sanitize-recover=all")]
    public void AgreeWithTheInterpreter(string compiler, string options)
    {
        var program = ProgramCapture.Capture("sizes", SymbolicSuite.Instance, SymbolicSuite.Cases, new CTarget().Schedule);
        using var folder = new TemporaryFolder();
        new CTarget().Export(program, new ExportContext(folder.Path, folder.Path));
        Tools.Compile(folder.Path, compiler, $"{options} -o program main.c sizes.c -lm");
        Assert.Multiple(() =>
        {
            for (int i = 0; i < SymbolicSuite.Cases.Count; i++)
                foreach (var values in SymbolicSuite.Values(SymbolicSuite.Cases[i])) Check(folder, SymbolicSuite.Cases[i], program.Entries[i].Name, values);
        });
    }

    static void Check(TemporaryFolder folder, MethodInfo method, string entry, IReadOnlyDictionary<Variable, int> values)
    {
        var arguments = SymbolicSuite.Arguments(method, values);
        var results = Flat.Results(method.Invoke(SymbolicSuite.Instance, arguments)!);
        Tensor[] inputs = [.. arguments.OfType<Tensor>()];
        var files = inputs.Select((_, i) => $"in{i}").Concat(results.Select((_, i) => $"out{i}"));
        for (int i = 0; i < inputs.Length; i++) File.WriteAllBytes(folder[$"in{i}"], Interpreter.Evaluate(inputs[i].Node).Copied().ToArray());
        var sizes = string.Join(' ', values.Select(v => $"--size {v.Key.Name}={v.Value}"));
        var run = Tools.Run(folder.Path, folder["program"], $"--entry {entry} {sizes} sizes.weights {string.Join(' ', files)}");
        Assert.That(run.Code, Is.Zero, $"{method.Name} {sizes}: {run.Errors}");
        for (int i = 0; run.Code == 0 && i < results.Length; i++)
            Close.Check(MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(folder[$"out{i}"])),
                MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(results[i].Node).Copied()), 1e-5, $"{method.Name} {sizes}");
    }

    [Test]
    public void SizesAreDeclaredAndChecked()
    {
        var program = ProgramCapture.Capture("sizes", SymbolicSuite.Instance, [typeof(SymbolicSuite).GetMethod(nameof(SymbolicSuite.Prefix))!]);
        using var folder = new TemporaryFolder();
        new CTarget().Export(program, new ExportContext(folder.Path, folder.Path));
        var header = File.ReadAllText(folder["sizes.h"]);
        Assert.That(header, Does.Contain("int sizes_prefix(sizes *m, int t, const float kv[16*6], float *output);"));
        Assert.That(header, Does.Contain("kv float32 [16, 6] -> output float32 [t, 6]; t from 1 to 16"));
        Assert.That(header, Does.Contain("SIZES_ERROR_SIZE = 8"));
        File.WriteAllText(folder["check.c"], """
            #include "sizes.h"
            static double arena[1];
            static float kv[96], out[96];
            int main(void)
            {
                sizes m = { (const unsigned char *)arena, (unsigned char *)arena };
                if (sizes_prefix(&m, 0, kv, out) != SIZES_ERROR_SIZE || sizes_prefix(&m, 17, kv, out) != SIZES_ERROR_SIZE) return 1;
                return sizes_prefix(&m, 16, kv, out);
            }
            """);
        Tools.Compile(folder.Path, "gcc", "-o check check.c sizes.c -lm");
        Assert.That(Tools.Run(folder.Path, folder["check"], "").Code, Is.Zero);
        File.WriteAllBytes(folder["kv"], new byte[96 * 4]);
        Tools.Compile(folder.Path, "gcc", "-o program main.c sizes.c -lm");
        var run = Tools.Run(folder.Path, folder["program"], "--size t=17 sizes.weights kv");
        Assert.That((run.Code, run.Errors), Is.EqualTo((2, run.Errors)).And.Matches<(int, string)>(r => r.Item2.Contains("within its bounds")));
    }
}
