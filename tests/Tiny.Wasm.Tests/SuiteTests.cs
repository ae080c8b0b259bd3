using System.Reflection;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Wasm.Tests;

/// <summary>The captured suites as WebAssembly against the interpreter: a module for each suite, an entry point for each case, called with several values of its sizes.</summary>
[TestFixture("plain"), TestFixture("relaxed")]
public sealed class SuiteTests(string module)
{
    [Test]
    public void OperatorsAgreeWithTheInterpreter() => Check(OperatorSuite.Instance, OperatorSuite.Cases);

    [Test]
    public void TheLibraryAgreesWithTheInterpreter() => Check(LibrarySuite.Instance, LibrarySuite.Cases);

    [Test]
    public void SizesAgreeWithTheInterpreter()
    {
        var calls = SymbolicSuite.Cases.SelectMany((m, i) => SymbolicSuite.Values(m).Select(v => (Entry: i, Method: m, Sizes: v,
            Arguments: (object?[])SymbolicSuite.Arguments(m, v)))).ToList();
        var program = ProgramCapture.Capture("sizes", SymbolicSuite.Instance, SymbolicSuite.Cases, WasmEntries.Schedule);
        Check(SymbolicSuite.Instance, program, [.. calls.Select(c => (c.Entry, c.Method, (IReadOnlyDictionary<Variable, int>)c.Sizes, c.Arguments))]);
    }

    void Check(object suite, IReadOnlyList<MethodInfo> cases) => Check(suite, ProgramCapture.Capture("suite", suite, cases, WasmEntries.Schedule),
        [.. cases.Select((m, i) => (i, m, (IReadOnlyDictionary<Variable, int>)new Dictionary<Variable, int>(), (object?[])OperatorSuite.Arguments(m)))]);

    void Check(object suite, Program program, IReadOnlyList<(int Entry, MethodInfo Method, IReadOnlyDictionary<Variable, int> Sizes, object?[] Arguments)> calls)
    {
        using var entries = new WasmEntries(program, [.. calls.Select(c => (c.Entry, c.Sizes))],
            calls.SelectMany(c => Flat.Inputs(c.Method, c.Arguments).Select(i => i.Tensor)));
        var (bytes, failure) = entries.Run(module);
        Assert.That(failure, Is.Null);
        int at = 0;
        Assert.Multiple(() =>
        {
            foreach (var (_, method, sizes, arguments) in calls)
                foreach (var result in Flat.Results(method.Invoke(suite, arguments)))
                {
                    var expected = Interpreter.Evaluate(result.Node).Copied()[..(result.Numel * result.DType.Size)];
                    var actual = bytes.AsSpan(at, expected.Length);
                    at += expected.Length;
                    var where = $"{method.Name} {string.Join(", ", sizes.Select(s => $"{s.Key.Name} = {s.Value}"))}";
                    if (result.DType == DType.Float32) Close.Check(MemoryMarshal.Cast<byte, float>(actual), MemoryMarshal.Cast<byte, float>(expected), 1e-5, where);
                    else Assert.That(actual.ToArray(), Is.EqualTo(expected.ToArray()), where);
                }
        });
        Assert.That(at, Is.EqualTo(bytes.Length));
    }
}
