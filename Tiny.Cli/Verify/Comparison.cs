using System.Globalization;
using Tiny.Onnx;
using Tiny.Onnx.Import;
using Tiny.Runtime;

namespace Tiny.Cli.Verify;

/// <summary>A result that was computed: what it is, and for tensors their bytes.</summary>
sealed record Computed(OnnxValue? Value, IReadOnlyDictionary<Tensor, HostMemory> Bytes)
{
    /// <summary>Of tensors only element type and shape are compared.</summary>
    public bool TypeOnly { get; init; }
}

/// <summary>Compares results with what is expected: dtypes and shapes are equal, floats within a tolerance, NaN with NaN, all others exactly.</summary>
static class Comparison
{
    /// <summary>What is wrong, or null.</summary>
    public static string? Difference(OnnxValue expected, Computed actual, double relative, double absolute) => (expected, actual.Value) switch
    {
        (TensorValue e, TensorValue a) => Tensors(e, a, actual.TypeOnly ? null : actual.Bytes[a.Tensor], relative, absolute),
        (StringValue e, StringValue a) => !e.Shape.Equals(a.Shape) ? $"is {a}, expected {e}" : e.Elements.SequenceEqual(a.Elements, StringComparer.Ordinal) ? null
            : $"is \"{string.Join("\", \"", a.Elements)}\", expected \"{string.Join("\", \"", e.Elements)}\"",
        (SequenceValue e, SequenceValue a) => e.Items.Count != a.Items.Count ? $"has {a.Items.Count} items, expected {e.Items.Count}"
            : e.Items.Zip(a.Items).Select((p, i) => Difference(p.First, actual with { Value = p.Second }, relative, absolute) is { } d ? $"item {i} {d}" : null).FirstOrDefault(d => d is not null),
        (OptionalValue { Item: null }, null or OptionalValue { Item: null }) => null,
        (OptionalValue { Item: { } e }, OptionalValue { Item: { } a }) => Difference(e, actual with { Value = a }, relative, absolute),
        (OptionalValue { Item: { } e }, { } a) => Difference(e, actual with { Value = a }, relative, absolute),
        var (e, a) => $"is {(a is null ? "missing" : a.ToString())}, expected {e}",
    };

    static string? Tensors(TensorValue expected, TensorValue actual, HostMemory? bytes, double relative, double absolute)
    {
        if (expected.Type != actual.Type || !expected.Tensor.Shape.Equals(actual.Tensor.Shape)) return $"is {actual}, expected {expected}";
        if (bytes is null) return null;
        int count = expected.Tensor.Numel;
        var dtype = expected.Tensor.DType;
        var wanted = expected.Tensor.Storage!.ToHost();
        if (!dtype.IsFloat)
        {
            long[] e = HostNumbers.Integers(wanted, dtype, count), a = HostNumbers.Integers(bytes, dtype, count);
            return First(count, i => e[i] == a[i], i => (a[i].ToString(CultureInfo.InvariantCulture), e[i].ToString(CultureInfo.InvariantCulture)));
        }
        else
        {
            double[] e = HostNumbers.Floats(wanted, dtype, count), a = HostNumbers.Floats(bytes, dtype, count);
            return First(count, i => a[i] == e[i] || double.IsNaN(a[i]) && double.IsNaN(e[i]) || Math.Abs(a[i] - e[i]) <= absolute + relative * Math.Abs(e[i]) && double.IsFinite(e[i]),
                i => (a[i].ToString("G9", CultureInfo.InvariantCulture), e[i].ToString("G9", CultureInfo.InvariantCulture)));
        }
    }

    static string? First(int count, Func<int, bool> same, Func<int, (string Actual, string Expected)> text)
    {
        int first = -1, wrong = 0;
        for (int i = 0; i < count; i++)
            if (!same(i) && wrong++ == 0) first = i;
        return wrong == 0 ? null : $"element {first} is {text(first).Actual}, expected {text(first).Expected} ({wrong} of {count} differ)";
    }
}
