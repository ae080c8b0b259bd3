using Tiny.Onnx;
using Tiny.Runtime;

namespace Tiny.Cli.Verify;

/// <summary>Tensors inside of values.</summary>
static class Values
{
    /// <summary>All tensors in a value, in order.</summary>
    public static IEnumerable<Tensor> Tensors(OnnxValue? value) => value switch
    {
        TensorValue t => [t.Tensor],
        SequenceValue s => s.Items.SelectMany(Tensors),
        OptionalValue o => Tensors(o.Item),
        MapValue m => m.Entries.Values.SelectMany(Tensors),
        _ => [],
    };

    /// <summary>The value with other tensors in place of its own.</summary>
    public static OnnxValue With(OnnxValue value, IReadOnlyDictionary<Tensor, Tensor> map) => value switch
    {
        TensorValue t => t with { Tensor = map[t.Tensor] },
        SequenceValue s => new SequenceValue([.. s.Items.Select(i => With(i, map))]),
        OptionalValue { Item: { } item } => new OptionalValue(With(item, map)),
        MapValue m => new MapValue(m.Entries.ToDictionary(e => e.Key, e => With(e.Value, map))),
        _ => value,
    };

    /// <summary>What is wrong with a data set's results, or null.</summary>
    public static string? Difference(ConformanceCase test, DataSet data, IReadOnlyList<OnnxValue?> actual, IReadOnlyList<string> names, IReadOnlyDictionary<Tensor, HostMemory> bytes)
    {
        for (int i = 0; i < data.Outputs.Count; i++)
            if (data.Outputs[i] is { } expected && Comparison.Difference(expected, new(actual[i], bytes) { TypeOnly = test.IsRandom }, test.Relative, test.Absolute) is { } difference)
                return $"output '{names[i]}' {difference}";
        return null;
    }
}
