using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Graphs as one exported C program, compared with what is expected of them.</summary>
sealed class CGraphBatch : IDisposable
{
    readonly IReadOnlyList<GraphCase> _cases;
    readonly IExpectation[] _expected;
    readonly CEntries _entries;

    public CGraphBatch(IReadOnlyList<GraphCase> cases)
    {
        _cases = cases;
        _expected = [.. cases.Select(c => c.Expect())];
        _entries = new CEntries([.. cases.Select(Entry)], cases.SelectMany(c => c.Inputs));
    }

    /// <summary>Compiles and runs: the first graph that gives something else than the interpreter, and what, or null.</summary>
    public (int Case, string Problem)? Run(string compiler, string options)
    {
        var (bytes, failure) = _entries.Run(compiler, options);
        int at = 0;
        for (int i = 0; i < _cases.Count; i++)
            for (int r = 0; r < _expected[i].Results; r++)
            {
                if (at >= bytes.Length) return (i, $"{_cases[i]}: no output: {failure}");
                if (_expected[i].Difference(r, bytes.AsSpan(at)) is { } problem) return (i, $"{_cases[i]}, {compiler} {options}: {problem}");
                at += _expected[i].Bytes(r);
            }
        return failure is null ? null : (_cases.Count - 1, failure);
    }

    static GraphEntry Entry(GraphCase graph) => new(graph.Name, [.. graph.Inputs.Select((t, i) => new GraphInput($"in{i}", t.DType, t.Shape))], graph.Build);

    public void Dispose() => _entries.Dispose();
}
