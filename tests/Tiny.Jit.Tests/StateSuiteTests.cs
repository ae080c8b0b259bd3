using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Jit;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>Every case of the state suite live: plain calls, and one capture replayed, against plain calls by the interpreter.</summary>
public sealed class StateSuiteTests
{
    static IEnumerable<TestCaseData> Cases => StateSuite.Cases.Select(m => new TestCaseData(m).SetArgDisplayNames(m.Name));

    [TestCaseSource(nameof(Cases))]
    public void LiveAgreesWithTheInterpreter(MethodInfo method)
    {
        var (oracle, plain, captured) = (new StateSuite(), new StateSuite(), new StateSuite());
        int before = Replay.Captures;
        var entry = JitEntry.For(typeof(StateSuite), method.Name);
        object? Call(object? self, object?[] a) => method.Invoke(self, BindingFlags.DoNotWrapExceptions, null, a, null);
        for (int call = 0; call < StateSuite.Calls; call++)
        {
            var arguments = StateSuite.Arguments(method, call);
            float[][] expected = [.. Results(method.Invoke(oracle, arguments)!).Select(t => MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(t.Node).Span).ToArray())];
            var (live, replayed) = (Results(method.Invoke(plain, arguments)!), Results(entry.Invoke(captured, Call, arguments)!));
            for (int i = 0; i < expected.Length; i++)
            {
                Close.Check(live[i].ToArray<float>(), expected[i], 1e-5, $"plain call {call}");
                Close.Check(replayed[i].ToArray<float>(), expected[i], 1e-5, $"captured call {call}");
            }
        }
        Assert.That(Replay.Captures - before, Is.EqualTo(1));
    }

    static Tensor[] Results(object value) => value is Tensor one ? [one] : [.. Enumerable.Range(0, ((ITuple)value).Length).Select(i => (Tensor)((ITuple)value)[i]!)];
}
