using System.Runtime.InteropServices;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>
/// What the interpreter makes of some tensors, to compare a target's bytes with: integers, bools and whatever is only moved to the bit, floats within
/// <see cref="ErrorBound"/>.
/// </summary>
public sealed class Expectation
{
    readonly IReadOnlyList<Tensor> _results;
    readonly List<byte[]> _values = [];
    readonly List<double[]?> _bounds = [];
    readonly Accuracy _accuracy;

    public Expectation(IReadOnlyList<Tensor> results, Accuracy accuracy)
    {
        (_results, _accuracy) = (results, accuracy);
        var bound = new ErrorBound(accuracy);
        foreach (var r in results)
        {
            _values.Add(Interpreter.Evaluate(r.Node).Copied()[..(r.Numel * r.DType.Size)].ToArray());
            _bounds.Add(bound.Of(r.Node) is { } b ? Doubles(b.Node, r.Numel) : null);
        }
    }

    /// <summary>How many results there are.</summary>
    public int Results => _results.Count;

    /// <summary>Length of a result in bytes.</summary>
    public int Bytes(int result) => _values[result].Length;

    /// <summary>What is wrong with a result's bytes, or null.</summary>
    public string? Difference(int result, ReadOnlySpan<byte> actual)
    {
        var (tensor, expected) = (_results[result], _values[result]);
        if (actual.Length < expected.Length) return $"result {result}: {actual.Length} bytes instead of {expected.Length}";
        actual = actual[..expected.Length];
        if (actual.SequenceEqual(expected)) return null;
        var bounds = _bounds[result];
        var dtype = tensor.DType;
        if (!dtype.IsFloat && bounds is null)
        {
            int at = actual.CommonPrefixLength(expected) / dtype.Size;
            return $"result {result}: element {at} of {dtype}{tensor.Shape} is {Double(actual, at):R} instead of {Double(expected, at):R}";
        }
        for (int i = 0; i < tensor.Numel; i++)
        {
            double a = Double(actual, i), e = Double(expected, i), bound = bounds?[i] ?? 0;
            if (IsWithin(a, e, bound)) continue;
            return $"result {result}: element {i} of {dtype}{tensor.Shape} is {a:R} instead of {e:R}, off by {Math.Abs(a - e):E2}, {bound:E2} allowed";
        }
        return null;

        double Double(ReadOnlySpan<byte> bytes, int i) =>
            Doubles(new Tensor(UOp.New(Op.Buffer, dtype, [], new Storage(dtype, new Shape(1),
                OwnedMemory.Of(bytes.Slice(i * dtype.Size, dtype.Size))))).Node, 1)[0];
    }

    bool IsWithin(double actual, double expected, double bound) =>
        actual.Equals(expected) && (expected != 0 || bound > 0 || _accuracy.LosesZeroSign || double.IsNegative(actual) == double.IsNegative(expected))
        || !(Math.Abs(actual - expected) > bound) && (bound > 0 || double.IsNaN(bound)) && (double.IsFinite(actual) || !double.IsFinite(bound));

    static double[] Doubles(UOp node, int count)
    {
        var memory = Interpreter.Evaluate(new Tensor(node).Cast(DType.Float64).Node);
        var result = MemoryMarshal.Cast<byte, double>(memory.Copied())[..count].ToArray();
        GC.KeepAlive(memory);
        return result;
    }
}
