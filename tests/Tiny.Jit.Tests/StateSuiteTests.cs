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
        int captures = 0;
        var entry = JitEntry.For(typeof(StateSuite), method.Name);
        object? Call(object? self, object?[] a) => method.Invoke(self, BindingFlags.DoNotWrapExceptions, null, a, null);
        for (int call = 0; call < StateSuite.Calls; call++)
        {
            object?[] arguments = StateSuite.Arguments(method, call), again = StateSuite.Arguments(method, call), replay = StateSuite.Arguments(method, call);
            float[][] expected = [.. Flat.Results(method.Invoke(oracle, arguments)).Select(t => MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(t.Node).Copied()).ToArray())];
            var live = Flat.Results(method.Invoke(plain, again));
            int before = Replay.Captures;
            var replayed = Flat.Results(entry.Invoke(captured, Call, replay));
            captures += Replay.Captures - before;
            for (int i = 0; i < expected.Length; i++)
            {
                Close.Check(live[i].ToArray<float>(), expected[i], 1e-5, $"plain call {call}");
                Close.Check(replayed[i].ToArray<float>(), expected[i], 1e-5, $"captured call {call}");
            }
        }
        Assert.That(captures, Is.EqualTo(1));
    }

}
