using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Wasm.Tests;

/// <summary>Graphs as the entry points of one module, compared with what is expected of them.</summary>
sealed class WasmGraphBatch : IDisposable
{
    readonly (int Case, GraphCall Call, IExpectation Expected)[] _calls;
    readonly IReadOnlyList<GraphCase> _cases;
    readonly WasmEntries _entries;

    public WasmGraphBatch(IReadOnlyList<GraphCase> cases)
    {
        _cases = cases;
        _calls = [.. cases.SelectMany((c, i) => c.Calls.Select(call => (i, call, call.Expect())))];
        _entries = new WasmEntries([.. cases.Select(Entry)], [.. _calls.Select(c => (c.Case, c.Call.Sizes))], _calls.SelectMany(c => c.Call.Inputs));
    }

    /// <summary>The first graph that gives something else than the interpreter, and what, or null.</summary>
    public (int Case, string Problem)? Run(string module)
    {
        var (bytes, failure) = _entries.Run(module);
        int at = 0;
        foreach (var (i, call, expected) in _calls)
            for (int r = 0; r < expected.Results; r++)
            {
                var where = $"{_cases[i]}{string.Concat(call.Sizes.Select(s => $", {s.Key.Name} = {s.Value}"))}, {module}";
                if (at >= bytes.Length && expected.Bytes(r) > 0) return (i, $"{where}: no output: {failure}");
                if (expected.Difference(r, bytes.AsSpan(at)) is { } problem) return (i, $"{where}: {problem}");
                at += expected.Bytes(r);
            }
        return failure is null ? null : (_cases.Count - 1, failure);
    }

    static GraphEntry Entry(GraphCase graph) => new(graph.Name, [.. graph.Inputs.Select((t, i) => new GraphInput($"in{i}", t.DType, graph.Shapes[i]))], graph.Build);

    public void Dispose() => _entries.Dispose();
}
