using System.Reflection;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Jit;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>Every case of the suite live on the CPU, first call and replay, against the interpreter.</summary>
public sealed class OperatorSuiteTests
{
    static IEnumerable<TestCaseData> Cases => OperatorSuite.Cases.Select(m => new TestCaseData(m).SetArgDisplayNames(m.Name));

    [TestCaseSource(nameof(Cases))]
    public void LiveAgreesWithTheInterpreter(MethodInfo method) => Check(OperatorSuite.Instance, method);

    /// <summary>Fails unless a captured method gives what the interpreter gives for a plain call.</summary>
    internal static void Check(object suite, MethodInfo method)
    {
        var arguments = OperatorSuite.Arguments(method);
        var expected = Flat.Results(method.Invoke(suite, arguments)!).Select(t => (t.DType, Interpreter.Evaluate(t.Node))).ToArray();
        var entry = JitEntry.For(suite.GetType(), method.Name);
        for (int call = 0; call < 2; call++)
        {
            var actual = Flat.Results(entry.Invoke(suite, (self, a) => method.Invoke(self, a), arguments)!);
            Assert.That(actual, Has.Length.EqualTo(expected.Length));
            for (int i = 0; i < actual.Length; i++) Compare(actual[i], expected[i].DType, expected[i].Item2);
        }
    }

    static void Compare(Tensor actual, DType dtype, HostMemory expected)
    {
        Assert.That(actual.DType, Is.EqualTo(dtype));
        if (dtype == DType.Float32) Close.Check(actual.ToArray<float>(), MemoryMarshal.Cast<byte, float>(expected.Copied()), 1e-5);
        else Assert.That(actual.ToArray<int>(), Is.EqualTo(MemoryMarshal.Cast<byte, int>(expected.Copied()).ToArray()));
    }
}
