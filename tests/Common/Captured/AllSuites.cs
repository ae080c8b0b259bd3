using System.Reflection;

namespace Tiny.Tests;

/// <summary>Every captured method of the suites, called in some way as often as its suite calls it. Two ways of calling are compared by what comes out.</summary>
public static class AllSuites
{
    /// <summary>A call of a method.</summary>
    public delegate object? Calling(MethodInfo method, object self, object?[] arguments);

    /// <summary>The results of all calls, by the method or sequence and in order. Floats that are no float32 and integers come as float32 too.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<float[]>>> RunAsync(Calling call)
    {
        var all = new Dictionary<string, IReadOnlyList<float[]>>();
        foreach (var (suite, cases) in new (object, IReadOnlyList<MethodInfo>)[] { (OperatorSuite.Instance, OperatorSuite.Cases), (LibrarySuite.Instance, LibrarySuite.Cases) })
            foreach (var method in cases) Add(method, suite, [OperatorSuite.Arguments(method), OperatorSuite.Arguments(method)]);
        foreach (var method in SymbolicSuite.Cases) Add(method, SymbolicSuite.Instance, SymbolicSuite.Values(method).Select(v => SymbolicSuite.Arguments(method, v)));
        var state = new StateSuite();
        foreach (var method in StateSuite.Cases) Add(method, state, Enumerable.Range(0, StateSuite.Calls).Select(i => StateSuite.Arguments(method, i)));
        foreach (string name in CallSequences.Names)
        {
            await using var caller = new LiveCaller(call);
            await CallSequences.RunAsync(name, caller);
            all[name] = caller.Readings;
        }
        return all;

        void Add(MethodInfo method, object suite, IEnumerable<object?[]> calls) =>
            all[$"{suite.GetType().Name}.{method.Name}"] = [.. calls.SelectMany(a => Flat.Results(call(method, suite, a)).Select(t => t.Cast(DType.Float32).ToArray<float>()))];
    }
}
