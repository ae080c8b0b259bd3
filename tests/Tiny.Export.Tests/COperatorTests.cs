using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>The operator suite as one C program with an entry point for each case, and the library suite, against the interpreter.</summary>
public class COperatorTests
{
    [TestCase("gcc", "-O2 -DSUITE_LEVEL=3"), TestCase("clang", "-O2 -DSUITE_LEVEL=3"), TestCase("gcc", "-O2 -DSUITE_LEVEL=2"), TestCase("clang", "-O2 -DSUITE_LEVEL=1"), TestCase("gcc", "-O2 -DSUITE_LEVEL=0")]
    [TestCase("tcc", ""), TestCase(Processors.Arm, Processors.ArmOptions)]
    [TestCase("gcc", "-O1 -g -fsanitize=undefined,address -fno-sanitize-recover=all")]
    [TestCase("gcc", "-O1 -g -fsanitize=undefined,address -fno-sanitize-recover=all -DSUITE_LEVEL=0")]
    public void AgreeWithTheInterpreter(string compiler, string options) => Run(OperatorSuite.Instance, OperatorSuite.Cases, compiler, options);

    [TestCase("gcc", "-O2"), TestCase("clang", "-O1 -fsanitize=undefined,address -fno-sanitize-recover=all -DSUITE_LEVEL=0")]
    public void LibraryAgreesWithTheInterpreter(string compiler, string options) => Run(LibrarySuite.Instance, LibrarySuite.Cases, compiler, options);

    static void Run(object suite, IReadOnlyList<MethodInfo> cases, string compiler, string options)
    {
        var program = ProgramCapture.Capture("suite", suite, cases, new CTarget().Schedule);
        using var folder = new TemporaryFolder();
        new CTarget().Export(program, new ExportContext(folder.Path, folder.Path));
        Tools.Compile(folder.Path, compiler, $"{options} -o program main.c suite.c -lm");
        Assert.Multiple(() =>
        {
            for (int i = 0; i < cases.Count; i++) Check(folder, suite, cases[i], program.Entries[i].Name);
        });
    }

    static void Check(TemporaryFolder folder, object suite, MethodInfo method, string entry)
    {
        var arguments = OperatorSuite.Arguments(method);
        var results = Flat.Results(method.Invoke(suite, arguments)!);
        var files = arguments.Select((_, i) => $"in{i}").Concat(results.Select((_, i) => $"out{i}"));
        for (int i = 0; i < arguments.Length; i++) File.WriteAllBytes(folder[$"in{i}"], Interpreter.Evaluate(arguments[i].Node).Copied().ToArray());
        var run = Tools.Run(folder.Path, folder["program"], $"--entry {entry} suite.weights {string.Join(' ', files)}");
        if (run.Code != 0)
        {
            Assert.Fail($"{method.Name}: {run.Errors}");
            return;
        }
        for (int i = 0; i < results.Length; i++)
        {
            byte[] expected = Interpreter.Evaluate(results[i].Node).Copied().ToArray(), actual = File.ReadAllBytes(folder[$"out{i}"]);
            if (results[i].DType == DType.Float32)
                Close.Check(MemoryMarshal.Cast<byte, float>(actual), MemoryMarshal.Cast<byte, float>(expected), 1e-5, method.Name);
            else
                Assert.That(actual, Is.EqualTo(expected), method.Name);
        }
    }
}
