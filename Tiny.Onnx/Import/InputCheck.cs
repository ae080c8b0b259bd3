using Tiny.Onnx.Model;

namespace Tiny.Onnx.Import;

/// <summary>Checks a model's inputs against what it declares: all there, of the right kind and element type, extents as declared, equal ones where names are equal.</summary>
static class InputCheck
{
    public static void Run(OnnxGraph graph, IReadOnlyDictionary<string, OnnxValue?> inputs)
    {
        foreach (var name in inputs.Keys)
            if (!graph.Inputs.Any(i => i.Name == name))
                throw new OnnxInputException($"there is no input '{name}'; the model takes {string.Join(", ", graph.Parameters.Select(p => $"'{p.Name}'"))}");
        var sizes = new Dictionary<string, (Dim Size, string Input)>();
        foreach (var input in graph.Parameters)
            if (!inputs.TryGetValue(input.Name, out var value) || value is null)
            {
                if (input.Type?.Kind != OnnxKind.Optional && !inputs.ContainsKey(input.Name)) throw new OnnxInputException($"input '{input.Name}' {input.Type} is missing");
            }
            else if (input.Type is { } type) Check(input.Name, value, type, sizes);
    }

    static void Check(string name, OnnxValue value, OnnxTypeInfo type, Dictionary<string, (Dim Size, string Input)> sizes)
    {
        if (type.Kind == OnnxKind.Optional && value is not OptionalValue)
        {
            if (type.Item is { } item) Check(name, value, item, sizes);
            return;
        }
        var (shape, element) = value switch { TensorValue t => (t.Tensor.Shape, t.Type), StringValue s => (s.Shape, OnnxType.String), _ => (null, OnnxType.Undefined) };
        if ((type.Kind == OnnxKind.Tensor) != (shape is not null)) throw Unfit();
        if (shape is null) return;
        if (type.Element != OnnxType.Undefined && type.Element != element) throw Unfit();
        if (type.Dims is not { } dims) return;
        if (dims.Count != shape.Rank) throw Unfit();
        for (int i = 0; i < dims.Count; i++)
        {
            if (dims[i].Size is { } size && !shape[i].Equals((Dim)size)) throw Unfit();
            if (dims[i].Name is { Length: > 0 } dim && !sizes.TryAdd(dim, (shape[i], name)) && !sizes[dim].Size.Equals(shape[i]))
                throw new OnnxInputException($"input '{name}' is {value}: '{dim}' is {shape[i]} there, and {sizes[dim].Size} in '{sizes[dim].Input}'");
        }

        OnnxInputException Unfit() => new($"input '{name}' is {value}, the model takes {type}");
    }
}
