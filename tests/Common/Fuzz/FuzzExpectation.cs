using Tiny.Runtime;

namespace Tiny.Tests.Fuzz;

/// <summary>
/// What the interpreter makes of a random program, to compare other targets' bytes with. Floats that are not exact may be off by a part of the program's
/// largest magnitude: 1e-5, or where some value has fewer bits, a few of its last places. All else is equal.
/// </summary>
sealed class FuzzExpectation : IExpectation
{
    readonly IReadOnlyList<Tensor> _results;
    readonly IReadOnlyList<bool> _exact;
    readonly IReadOnlyList<HostMemory> _memory;
    readonly double _largest = 1, _tolerance = 1e-5;

    /// <param name="results">What is compared.</param>
    /// <param name="exact">Of which results every bit counts.</param>
    /// <param name="values">Every value on the way: a large one that cancels out leaves its rounding behind.</param>
    public FuzzExpectation(IReadOnlyList<Tensor> results, IReadOnlyList<bool> exact, IReadOnlyList<Tensor> values)
    {
        (_results, _exact) = ([.. results], exact);
        var all = Interpreter.Evaluate([.. results.Concat(values).Select(t => t.Node)]);
        _memory = [.. all.Take(results.Count)];
        for (int i = 0; i < values.Count; i++)
        {
            var dtype = values[i].DType;
            if (!dtype.IsFloat) continue;
            if (dtype.IsShortFloat) _tolerance = Math.Max(_tolerance, 4 * Math.Pow(2, -FloatFormat.Of(dtype.Kind).Fraction));
            for (int k = 0; k < values[i].Numel; k++)
                if (Number(all[results.Count + i].Span, k, dtype) is var x && double.IsFinite(x)) _largest = Math.Max(_largest, Math.Abs(x));
        }
    }

    /// <inheritdoc/>
    public int Results => _results.Count;

    /// <inheritdoc/>
    public int Bytes(int result) => _results[result].Numel * _results[result].DType.Size;

    /// <inheritdoc/>
    public string? Difference(int result, ReadOnlySpan<byte> actual)
    {
        var expected = _memory[result].Span[..Bytes(result)];
        if (actual.Length < expected.Length) return $"result {result}: {actual.Length} bytes instead of {expected.Length}";
        actual = actual[..expected.Length];
        var dtype = _results[result].DType;
        if (!dtype.IsFloat)
            return actual.CommonPrefixLength(expected) is var n && n < expected.Length ? $"result {result}: element {n / dtype.Size} of {dtype} differs" : null;
        double allowed = _exact[result] ? 0 : _tolerance * _largest;
        for (int i = 0; i < _results[result].Numel; i++)
        {
            double a = Number(actual, i, dtype), e = Number(expected, i, dtype);
            if (!a.Equals(e) && !(Math.Abs(a - e) <= allowed)) return $"result {result}: element {i} of {dtype} is {a:R} instead of {e:R}";
        }
        return null;
    }

    static double Number(ReadOnlySpan<byte> bytes, int i, DType dtype) => dtype.Size switch
    {
        1 => FloatFormat.Of(dtype.Kind).Decode(bytes[i]),
        2 => FloatFormat.Of(dtype.Kind).Decode(BitConverter.ToUInt16(bytes[(2 * i)..])),
        4 => BitConverter.ToSingle(bytes[(4 * i)..]),
        _ => BitConverter.ToDouble(bytes[(8 * i)..]),
    };
}
