using System.Runtime.InteropServices;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Tests.Fuzz;

/// <summary>What the interpreter makes of a random program, to compare other targets' bytes with.</summary>
sealed class FuzzExpectation : IExpectation
{
    readonly IReadOnlyList<(DType DType, Shape Shape, bool Exact)> _results;
    readonly IReadOnlyList<HostMemory> _memory;
    readonly double _tolerance;

    /// <param name="results">What is compared.</param>
    /// <param name="values">Every value on the way: a large one that cancels out leaves its rounding behind.</param>
    /// <param name="binding">The value of the variable.</param>
    /// <param name="inputs">The values of parameters, for that.</param>
    public FuzzExpectation(IReadOnlyList<FuzzValue> results, IReadOnlyList<FuzzValue> values, IReadOnlyDictionary<Variable, int> binding, IReadOnlyList<Tensor> inputs)
    {
        _results = [.. results.Select(r => (r.Tensor.DType, r.Tensor.Shape.Bind(binding), r.Exact))];
        var all = Interpreter.Evaluate(Binding.Run([.. results.Concat(values).Select(v => v.Tensor.Node)], binding), p => inputs[p.Slot].Storage!.ToHost());
        _memory = [.. all.Take(results.Count)];
        double largest = 1, step = 1e-5;
        for (int i = 0; i < values.Count; i++)
        {
            var dtype = values[i].Tensor.DType;
            if (!dtype.IsFloat) continue;
            // A value of few bits that was rounded elsewhere may be the next one, and so may two that are computed from it.
            if (!values[i].Exact) step = Math.Max(step, 4 * Precision(dtype));
            int n = values[i].Tensor.Shape.Bind(binding).Numel;
            for (int e = 0; e < n; e++)
                if (Number(all[results.Count + i].Span, e, dtype) is var x && double.IsFinite(x)) largest = Math.Max(largest, Math.Abs(x));
        }
        _tolerance = step * largest;
    }

    /// <summary>How many results there are.</summary>
    public int Results => _results.Count;

    /// <summary>Length of a result in bytes.</summary>
    public int Bytes(int result) => _results[result].Shape.Numel * _results[result].DType.Size;

    /// <summary>
    /// What is wrong with a result's bytes, or null: rounded floats may be off by 1e-5 of the program's largest magnitude, by more where floats of 8 or
    /// 16 bits have been rounded on the way; all else is equal.
    /// </summary>
    public string? Difference(int result, ReadOnlySpan<byte> actual)
    {
        var expected = _memory[result].Span[..Bytes(result)];
        if (actual.Length < expected.Length) return $"result {result}: {actual.Length} bytes instead of {expected.Length}";
        actual = actual[..expected.Length];
        var (dtype, shape, exact) = _results[result];
        if (!dtype.IsFloat)
            return actual.CommonPrefixLength(expected) is var n && n < expected.Length ? $"result {result}: element {n / dtype.Size} of {dtype} differs" : null;
        for (int i = 0; i < shape.Numel; i++)
        {
            double a = Number(actual, i, dtype), e = Number(expected, i, dtype);
            if (!a.Equals(e) && !(Math.Abs(a - e) <= (exact ? 0 : _tolerance))) return $"result {result}: element {i} of {dtype} is {a:R} instead of {e:R}";
        }
        return null;
    }

    /// <summary>How far apart two neighbours are, of their size.</summary>
    static double Precision(DType dtype) => dtype.Kind switch
    {
        ScalarKind.Float8E5M2 => 0.25,
        ScalarKind.Float8E4M3 => 0.125,
        ScalarKind.BFloat16 => 1.0 / 128,
        ScalarKind.Float16 => 1.0 / 1024,
        _ => 0,
    };

    static double Number(ReadOnlySpan<byte> bytes, int i, DType dtype) => dtype.Size switch
    {
        1 => InterpreterShortFloats.Of(dtype.Kind)[bytes[i]],
        2 => InterpreterShortFloats.Of(dtype.Kind)[MemoryMarshal.Cast<byte, ushort>(bytes)[i]],
        4 => MemoryMarshal.Cast<byte, float>(bytes)[i],
        _ => MemoryMarshal.Cast<byte, double>(bytes)[i],
    };
}
