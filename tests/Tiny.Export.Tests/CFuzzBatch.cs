using Tiny.Jit;
using Tiny.Tests.Fuzz;

namespace Tiny.Export.Tests;

/// <summary>Random programs as one exported C program.</summary>
sealed class CFuzzBatch : IDisposable
{
    readonly IReadOnlyList<RandomProgram> _programs;
    readonly FuzzExpectation[] _expected;
    readonly CEntries _entries;

    public CFuzzBatch(IReadOnlyList<RandomProgram> programs)
    {
        _programs = programs;
        _expected = [.. programs.Select(p => p.Expected())];
        _entries = new CEntries([.. programs.Select(Entry)], programs.SelectMany(p => p.Inputs()));
    }

    /// <summary>Compiles and runs: the first program that gives something else than the interpreter, and what, or null.</summary>
    public (RandomProgram Program, string Problem)? Run(string compiler, string options)
    {
        var (bytes, failure) = _entries.Run(compiler, options);
        int at = 0;
        for (int i = 0; i < _programs.Count; i++)
            for (int r = 0; r < _expected[i].Results; r++)
            {
                if (at >= bytes.Length) return (_programs[i], $"no output: {failure}");
                if (_expected[i].Difference(r, bytes.AsSpan(at)) is { } problem) return (_programs[i], $"{compiler} {options}: {problem}");
                at += _expected[i].Bytes(r);
            }
        return failure is null ? null : (_programs[^1], failure);
    }

    static GraphEntry Entry(RandomProgram program) => new($"p{program.Seed}",
        [.. program.Inputs().Select((t, i) => new GraphInput($"in{i}", t.DType, t.Shape))], program.Build);

    public void Dispose() => _entries.Dispose();
}
