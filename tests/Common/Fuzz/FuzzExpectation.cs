using System.Runtime.InteropServices;
using Tiny.Runtime;

namespace Tiny.Tests.Fuzz;

/// <summary>What the interpreter makes of a random program, to compare other targets' bytes with.</summary>
sealed class FuzzExpectation : IExpectation
{
    readonly IReadOnlyList<Tensor> _results;
    readonly IReadOnlyList<HostMemory> _memory;
    readonly double _largest = 1;

    /// <param name="results">What is compared.</param>
    /// <param name="values">Every value on the way: a large one that cancels out leaves its rounding behind.</param>
    public FuzzExpectation(IReadOnlyList<Tensor> results, IReadOnlyList<Tensor> values)
    {
        _results = [.. results];
        var all = Interpreter.Evaluate([.. results.Concat(values).Select(t => t.Node)]);
        _memory = [.. all.Take(results.Count)];
        for (int i = 0; i < values.Count; i++)
            if (values[i].DType == DType.Float32)
                foreach (float x in MemoryMarshal.Cast<byte, float>(all[results.Count + i].Span))
                    if (float.IsFinite(x)) _largest = Math.Max(_largest, Math.Abs(x));
    }

    /// <summary>How many results there are.</summary>
    public int Results => _results.Count;

    /// <summary>Length of a result in bytes.</summary>
    public int Bytes(int result) => _results[result].Numel * _results[result].DType.Size;

    /// <summary>What is wrong with a result's bytes, or null: floats may be off by 1e-5 of the program's largest magnitude, all else is equal.</summary>
    public string? Difference(int result, ReadOnlySpan<byte> actual)
    {
        var expected = _memory[result].Span[..Bytes(result)];
        if (actual.Length < expected.Length) return $"result {result}: {actual.Length} bytes instead of {expected.Length}";
        actual = actual[..expected.Length];
        var dtype = _results[result].DType;
        if (dtype != DType.Float32)
            return actual.CommonPrefixLength(expected) is var n && n < expected.Length ? $"result {result}: element {n / dtype.Size} of {dtype} differs" : null;
        var a = MemoryMarshal.Cast<byte, float>(actual);
        var e = MemoryMarshal.Cast<byte, float>(expected);
        for (int i = 0; i < e.Length; i++)
            if (!a[i].Equals(e[i]) && !(Math.Abs((double)a[i] - e[i]) <= 1e-5 * _largest))
                return $"result {result}: element {i} is {a[i]:R} instead of {e[i]:R}";
        return null;
    }
}
