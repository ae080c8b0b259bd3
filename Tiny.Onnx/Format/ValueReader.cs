using Tiny.Onnx.Model;
using Tiny.Runtime;

namespace Tiny.Onnx.Format;

/// <summary>Reads values: TensorProto, SequenceProto, OptionalProto, MapProto.</summary>
sealed class ValueReader(HostMemory file)
{
    const int MostDepth = 64;
    readonly ExternalFiles _external = new(null);
    readonly Budget _budget = new(file.Bytes);

    /// <summary>The file as a value of a declared type.</summary>
    public OnnxValue Read(OnnxTypeInfo type)
    {
        var value = Read(new WireReader(file.Span), type.Kind, 0);
        GC.KeepAlive(file);
        return value;
    }

    OnnxValue Read(WireReader message, OnnxKind kind, int depth) => depth > MostDepth ? throw message.Bad($"values are nested more than {MostDepth} deep") : kind switch
    {
        OnnxKind.Tensor => TensorValue.Of(TensorData.Read(message, file, _external, _budget)),
        OnnxKind.Sequence => Sequence(message, depth),
        OnnxKind.Optional => Optional(message, depth),
        OnnxKind.Map => Map(message, depth),
        _ => throw new OnnxUnsupportedException("sparse tensors"),
    };

    SequenceValue Sequence(WireReader message, int depth)
    {
        var items = new List<OnnxValue>();
        while (message.Next())
            switch (message.Field)
            {
                case 3: items.Add(Read(message.Message(), OnnxKind.Tensor, depth + 1)); break;
                case 4: items.Add(Read(message.Message(), OnnxKind.SparseTensor, depth + 1)); break;
                case 5: items.Add(Read(message.Message(), OnnxKind.Sequence, depth + 1)); break;
                case 6: items.Add(Read(message.Message(), OnnxKind.Map, depth + 1)); break;
                case 7: items.Add(Read(message.Message(), OnnxKind.Optional, depth + 1)); break;
                default: message.Skip(); break;
            }
        return new(items);
    }

    OptionalValue Optional(WireReader message, int depth)
    {
        OnnxValue? item = null;
        while (message.Next())
            switch (message.Field)
            {
                case 3: item = Read(message.Message(), OnnxKind.Tensor, depth + 1); break;
                case 4: item = Read(message.Message(), OnnxKind.SparseTensor, depth + 1); break;
                case 5: item = Read(message.Message(), OnnxKind.Sequence, depth + 1); break;
                case 6: item = Read(message.Message(), OnnxKind.Map, depth + 1); break;
                case 7: item = Read(message.Message(), OnnxKind.Optional, depth + 1); break;
                default: message.Skip(); break;
            }
        return new(item);
    }

    MapValue Map(WireReader message, int depth)
    {
        var integers = new List<long>();
        var strings = new List<string>();
        SequenceValue? values = null;
        while (message.Next())
            switch (message.Field)
            {
                case 3: message.Integers(integers, _budget); break;
                case 4: strings.Add(_budget.Text(ref message)); break;
                case 5: values = Sequence(message.Message(), depth + 1); break;
                default: message.Skip(); break;
            }
        object[] keys = [.. integers.Cast<object>(), .. strings];
        if (keys.Length != (values?.Items.Count ?? 0) || keys.Distinct().Count() != keys.Length) throw new OnnxFormatException($"a map of {keys.Length} keys and {values?.Items.Count ?? 0} values");
        return new(keys.Zip(values?.Items ?? []).ToDictionary(p => p.First, p => p.Second));
    }
}
