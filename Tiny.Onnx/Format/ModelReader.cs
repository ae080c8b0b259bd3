using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tiny.Onnx.Model;
using Tiny.Runtime;

namespace Tiny.Onnx.Format;

/// <summary>
/// Reads the messages of an ONNX file, each into its record. Unknown fields are passed over. Graphs nest at most <see cref="MostDepth"/> deep, and all that is made
/// is counted against a budget, so that a small file cannot ask for much memory.
/// </summary>
sealed class ModelReader(HostMemory file, ExternalFiles external)
{
    const int MostDepth = 64;
    readonly Budget _budget = new(file.Bytes);

    /// <summary>The file as a model.</summary>
    public OnnxModel Model()
    {
        var message = new WireReader(file.Span);
        OnnxGraph? graph = null;
        long version = 0;
        string producer = "";
        var opsets = new Dictionary<string, long>();
        var metadata = new Dictionary<string, string>();
        var functions = ImmutableArray.CreateBuilder<OnnxFunction>();
        while (message.Next())
            switch (message.Field)
            {
                case 1: version = message.Integer(); break;
                case 2: producer = Text(ref message); break;
                case 7: graph = graph is null ? Graph(message.Message(), 0) : throw message.Bad("a second graph"); break;
                case 8: Opset(message.Message(), opsets); break;
                case 14:
                    Spend(100);
                    var entry = Entry(message.Message(), _budget);
                    metadata[entry.Key] = entry.Value;
                    break;
                case 25: functions.Add(Function(message.Message())); break;
                default: message.Skip(); break;
            }
        GC.KeepAlive(file);
        if (graph is null) throw new OnnxFormatException("there is no graph: this is no ONNX model");
        // Files from before opsets were declared have the first one.
        if (opsets.Count == 0) opsets[""] = 1;
        return new(graph, opsets, functions.ToImmutable()) { IrVersion = version, Producer = producer, Metadata = metadata };
    }

    OnnxGraph Graph(WireReader message, int depth)
    {
        if (depth > MostDepth) throw message.Bad($"graphs are nested more than {MostDepth} deep");
        Spend(450);
        string name = "";
        var nodes = Room<OnnxNode>(message, 1);
        var initializers = Room<OnnxTensor>(message, 5);
        var (inputs, outputs, values) = (Room<OnnxValueInfo>(message, 11), Room<OnnxValueInfo>(message, 12), Room<OnnxValueInfo>(message, 13));
        while (message.Next())
            switch (message.Field)
            {
                case 1: nodes.Add(Node(message.Message(), depth)); break;
                case 2: name = Text(ref message); break;
                case 5: initializers.Add(Tensor(message.Message())); break;
                case 11: inputs.Add(ValueInfo(message.Message(), depth)); break;
                case 12: outputs.Add(ValueInfo(message.Message(), depth)); break;
                case 13: values.Add(ValueInfo(message.Message(), depth)); break;
                case 15: throw new OnnxUnsupportedException("sparse initializers");
                default: message.Skip(); break;
            }
        if (inputs.Count > 1 && inputs.GroupBy(i => i.Name).FirstOrDefault(g => g.Count() > 1) is { } twice) throw message.Bad($"two inputs are named '{twice.Key}'");
        return new(name, nodes.DrainToImmutable(), inputs.DrainToImmutable(), outputs.DrainToImmutable())
        {
            Initializers = initializers.DrainToImmutable(),
            Values = values.DrainToImmutable(),
        };
    }

    OnnxNode Node(WireReader message, int depth)
    {
        Spend(140);
        string name = "", type = "", domain = "", overload = "";
        var (inputs, outputs) = (Room<string>(message, 1), Room<string>(message, 2));
        var attributes = Room<OnnxAttribute>(message, 5);
        while (message.Next())
            switch (message.Field)
            {
                case 1: inputs.Add(Text(ref message)); break;
                case 2: outputs.Add(Text(ref message)); break;
                case 3: name = Text(ref message); break;
                case 4: type = Text(ref message); break;
                case 5: attributes.Add(Attribute(message.Message(), depth)); break;
                case 7: domain = Domain(Text(ref message)); break;
                case 8: overload = Text(ref message); break;
                default: message.Skip(); break;
            }
        if (type.Length == 0) throw message.Bad("a node without an operator");
        return new(domain, type, inputs.DrainToImmutable(), outputs.DrainToImmutable(), attributes.DrainToImmutable()) { Name = name, Overload = overload };
    }

    OnnxAttribute Attribute(WireReader message, int depth)
    {
        Spend(250);
        string name = "", reference = "";
        object? single = null;
        var (floats, integers) = (new List<float>(), new List<long>());
        var strings = Room<string>(message, 9);
        var (tensors, graphs, types) = (Room<OnnxTensor>(message, 10), Room<OnnxGraph>(message, 11), Room<OnnxTypeInfo>(message, 15));
        long kind = 0;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1: name = Text(ref message); break;
                case 2: single = message.Single(); break;
                case 3: single = message.Integer(); break;
                case 4: single = Text(ref message); break;
                case 5: single = Tensor(message.Message()); break;
                case 6: single = Graph(message.Message(), depth + 1); break;
                case 7: message.Singles(floats, _budget); break;
                case 8: message.Integers(integers, _budget); break;
                case 9: strings.Add(Text(ref message)); break;
                case 10: tensors.Add(Tensor(message.Message())); break;
                case 11: graphs.Add(Graph(message.Message(), depth + 1)); break;
                case 14: single = Type(message.Message(), depth); break;
                case 15: types.Add(Type(message.Message(), depth)); break;
                case 20: kind = message.Integer(); break;
                case 21: reference = Text(ref message); break;
                case 22 or 23: throw new OnnxUnsupportedException($"sparse tensors (attribute '{name}')");
                default: message.Skip(); break;
            }
        }
        object? value = kind switch
        {
            1 => single ?? 0f,
            2 => single ?? 0L,
            3 => single ?? "",
            6 => floats.ToArray(),
            7 => integers.ToArray(),
            8 => Array(strings),
            9 => Array(tensors),
            10 => Array(graphs),
            14 => Array(types),
            // Files of the first versions do not say the kind.
            _ => single ?? (integers.Count > 0 ? integers.ToArray() : floats.Count > 0 ? floats.ToArray() : strings.Count > 0 ? Array(strings) : null),
        };
        return new(name, value, reference);
    }

    OnnxFunction Function(WireReader message)
    {
        Spend(350);
        string name = "", domain = "", overload = "";
        var (inputs, outputs) = (Room<string>(message, 4), Room<string>(message, 5));
        var nodes = Room<OnnxNode>(message, 7);
        var defaults = Room<OnnxAttribute>(message, 11);
        var opsets = new Dictionary<string, long>();
        while (message.Next())
            switch (message.Field)
            {
                case 1: name = Text(ref message); break;
                case 4: inputs.Add(Text(ref message)); break;
                case 5: outputs.Add(Text(ref message)); break;
                case 7: nodes.Add(Node(message.Message(), 0)); break;
                case 9: Opset(message.Message(), opsets); break;
                case 10: domain = Domain(Text(ref message)); break;
                case 11: defaults.Add(Attribute(message.Message(), 0)); break;
                case 13: overload = Text(ref message); break;
                default: message.Skip(); break;
            }
        return new(domain, name, overload, inputs.DrainToImmutable(), outputs.DrainToImmutable(), nodes.DrainToImmutable()) { Opsets = opsets, Defaults = defaults.DrainToImmutable() };
    }

    OnnxValueInfo ValueInfo(WireReader message, int depth)
    {
        Spend(100);
        string name = "";
        OnnxTypeInfo? type = null;
        while (message.Next())
            switch (message.Field)
            {
                case 1: name = Text(ref message); break;
                case 2: type = Type(message.Message(), depth); break;
                default: message.Skip(); break;
            }
        return new(name, type);
    }

    OnnxTypeInfo Type(WireReader message, int depth)
    {
        if (depth > MostDepth) throw message.Bad($"types are nested more than {MostDepth} deep");
        Spend(130);
        OnnxTypeInfo? type = null;
        while (message.Next())
            switch (message.Field)
            {
                case 1 or 8: type = TensorType(message.Field == 1 ? OnnxKind.Tensor : OnnxKind.SparseTensor, message.Message()); break;
                case 4: type = new(OnnxKind.Sequence, OnnxType.Undefined, Item: Inner(message.Message(), 1, depth)); break;
                case 5: type = new(OnnxKind.Map, OnnxType.Undefined, Item: Inner(message.Message(), 2, depth)); break;
                case 9: type = new(OnnxKind.Optional, OnnxType.Undefined, Item: Inner(message.Message(), 1, depth)); break;
                default: message.Skip(); break;
            }
        return type ?? new(OnnxKind.Tensor, OnnxType.Undefined);
    }

    OnnxTypeInfo? Inner(WireReader message, int field, int depth)
    {
        OnnxTypeInfo? type = null;
        while (message.Next())
            if (message.Field == field) type = Type(message.Message(), depth + 1);
            else message.Skip();
        return type;
    }

    OnnxTypeInfo TensorType(OnnxKind kind, WireReader message)
    {
        OnnxType element = 0;
        List<OnnxDim>? dims = null;
        while (message.Next())
            switch (message.Field)
            {
                case 1: element = (OnnxType)message.Integer(); break;
                case 2:
                    dims ??= [];
                    var shape = message.Message();
                    int count = shape.Count(1);
                    Spend(64L * count);
                    dims.EnsureCapacity(dims.Count + count);
                    while (shape.Next())
                        if (shape.Field != 1) shape.Skip();
                        else dims.Add(Dimension(shape.Message()));
                    break;
                default: message.Skip(); break;
            }
        return new(kind, element, dims);
    }

    OnnxDim Dimension(WireReader message)
    {
        var dim = new OnnxDim(null, null);
        while (message.Next())
            switch (message.Field)
            {
                // Old exporters write -1 for one that they do not know.
                case 1: dim = message.Integer() is >= 0 and var size ? new(size, null) : new(null, null); break;
                case 2: dim = new(null, Text(ref message)); break;
                default: message.Skip(); break;
            }
        return dim;
    }

    OnnxTensor Tensor(WireReader message)
    {
        Spend(250);
        return TensorData.Read(message, file, external, _budget);
    }

    void Opset(WireReader message, Dictionary<string, long> to)
    {
        Spend(100);
        string domain = "";
        long version = 0;
        while (message.Next())
            switch (message.Field)
            {
                case 1: domain = Domain(Text(ref message)); break;
                case 2: version = message.Integer(); break;
                default: message.Skip(); break;
            }
        to[domain] = version;
    }

    /// <summary>A pair of texts.</summary>
    internal static (string Key, string Value) Entry(WireReader message, Budget budget)
    {
        string key = "", value = "";
        while (message.Next())
            switch (message.Field)
            {
                case 1: key = budget.Text(ref message); break;
                case 2: value = budget.Text(ref message); break;
                default: message.Skip(); break;
            }
        return (key, value);
    }

    // The default domain has two names.
    static string Domain(string name) => name == "ai.onnx" ? "" : name;

    string Text(ref WireReader message) => _budget.Text(ref message);

    void Spend(long bytes) => _budget.Spend(bytes);

    static T[] Array<T>(ImmutableArray<T>.Builder full) => ImmutableCollectionsMarshal.AsArray(full.DrainToImmutable())!;

    // For all that a message has of a field: what grows as it is filled would take several times as much.
    ImmutableArray<T>.Builder Room<T>(WireReader message, int field)
    {
        int count = message.Count(field);
        Spend(32 + 8L * count);
        return ImmutableArray.CreateBuilder<T>(count);
    }
}
