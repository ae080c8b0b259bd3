using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Jit;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>Every case of the symbolic suite live, all values by one capture, against the interpreter on plain shapes.</summary>
public sealed class SymbolicSuiteTests
{
    static IEnumerable<TestCaseData> Cases => SymbolicSuite.Cases.Select(m => new TestCaseData(m).SetArgDisplayNames(m.Name));

    [TestCaseSource(nameof(Cases))]
    public void LiveAgreesWithTheInterpreter(MethodInfo method)
    {
        int before = Replay.Captures;
        var entry = JitEntry.For(typeof(SymbolicSuite), method.Name);
        object? Call(object? self, object?[] a) => method.Invoke(self, BindingFlags.DoNotWrapExceptions, null, a, null);
        foreach (var values in SymbolicSuite.Values(method))
        {
            var arguments = SymbolicSuite.Arguments(method, values);
            var expected = Flat.Results(method.Invoke(SymbolicSuite.Instance, arguments)!);
            var actual = Flat.Results(entry.Invoke(SymbolicSuite.Instance, Call, arguments)!);
            var where = string.Join(", ", values.Select(v => $"{v.Key.Name} = {v.Value}"));
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.That(actual[i].Shape, Is.EqualTo(expected[i].Shape), where);
                var oracle = MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(expected[i].Node).Copied());
                Close.Check(actual[i].ToArray<float>(), oracle, 1e-5, where);
            }
        }
        Assert.That(Replay.Captures - before, Is.EqualTo(1));
    }
}
