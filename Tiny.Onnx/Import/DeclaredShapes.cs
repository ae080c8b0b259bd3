using Tiny.Onnx.Model;

namespace Tiny.Onnx.Import;

/// <summary>
/// What a graph declares of its values, and what follows: results of operators that work element by element have the shape that their inputs broadcast to. Values that
/// have one shape, whatever it is, are a class; where one of them is declared, all are known. So a model that declares its results alone says how many elements
/// there are on the way.
/// </summary>
static class DeclaredShapes
{
    // Operators of the default domain whose result has their first input's shape.
    static readonly HashSet<string> s_same =
    [
        "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Cast", "CastLike", "Ceil", "Celu", "Clip", "Cos", "Cosh", "CumProd", "CumSum", "Elu", "Erf", "Exp", "Floor",
        "Gelu", "HardSigmoid", "HardSwish", "Hardmax", "Identity", "IsInf", "IsNaN", "LeakyRelu", "Log", "LogSoftmax", "Mish", "Neg", "Not", "Reciprocal", "Relu", "Round", "Selu", "Shrink",
        "Sigmoid", "Sign", "Sin", "Sinh", "Softmax", "Softplus", "Softsign", "Sqrt", "Swish", "Tan", "Tanh", "ThresholdedRelu", "Trilu",
    ];

    // Operators whose inputs broadcast.
    static readonly HashSet<string> s_broadcast =
    [
        "Add", "And", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Mean", "Min", "Mod", "Mul", "Or", "Pow",
        "Sub", "Sum", "Where", "Xor",
    ];

    /// <summary>The declared type of each value that has one, with what follows from them.</summary>
    public static Dictionary<string, OnnxTypeInfo> Of(OnnxGraph graph)
    {
        var types = new Dictionary<string, OnnxTypeInfo>();
        foreach (var value in graph.Values.Concat(graph.Outputs))
            if (value.Type is { } type) types[value.Name] = type;
        var shapes = Known(graph, types);
        var classes = new Dictionary<string, string>();
        foreach (var node in graph.Nodes) Add(node, shapes, classes);
        foreach (var (name, shape) in shapes.ToList()) shapes.TryAdd(Class(name, classes), shape);
        foreach (var name in classes.Keys)
            if (shapes.TryGetValue(Class(name, classes), out var shape)) shapes.TryAdd(name, shape);
        foreach (var (name, shape) in shapes) types.TryAdd(name, new(OnnxKind.Tensor, OnnxType.Undefined, [.. shape.Select(d => new OnnxDim(d, null))]));
        return types;
    }

    /// <summary>The declared types without their shapes.</summary>
    public static Dictionary<string, OnnxTypeInfo> Elements(OnnxGraph graph)
    {
        var types = new Dictionary<string, OnnxTypeInfo>();
        foreach (var value in graph.Values.Concat(graph.Outputs))
            if (value.Type is { Kind: OnnxKind.Tensor } type) types[value.Name] = type with { Dims = null };
        return types;
    }

    static Dictionary<string, long[]> Known(OnnxGraph graph, Dictionary<string, OnnxTypeInfo> types)
    {
        var shapes = new Dictionary<string, long[]>();
        foreach (var (name, type) in types.Concat(graph.Inputs.Where(i => i.Type is not null).Select(i => KeyValuePair.Create(i.Name, i.Type!))))
            if (type is { Kind: OnnxKind.Tensor, Dims: { } dims } && dims.All(d => d.Size >= 0)) shapes[name] = [.. dims.Select(d => d.Size!.Value)];
        foreach (var tensor in graph.Initializers) shapes[tensor.Name] = Sizes(tensor);
        foreach (var node in graph.Nodes.Where(n => n is { Operator: "Constant", Domain: "", Outputs.Length: 1 }))
            foreach (var attribute in node.Attributes)
                switch (attribute)
                {
                    case { Name: "value", Value: OnnxTensor tensor }: shapes[node.Outputs[0]] = Sizes(tensor); break;
                    case { Name: "value_int" or "value_float" }: shapes[node.Outputs[0]] = []; break;
                }
        return shapes;
    }

    static long[] Sizes(OnnxTensor tensor) => [.. tensor.Shape.Select(d => (long)(int)d)];

    // The first value of those that have a value's shape.
    static string Class(string name, Dictionary<string, string> classes) => classes.GetValueOrDefault(name, name);

    static void Add(OnnxNode node, Dictionary<string, long[]> shapes, Dictionary<string, string> classes)
    {
        if (node.Domain.Length > 0 || node.Outputs.Length != 1 || node.Inputs.Length == 0) return;
        bool same = s_same.Contains(node.Operator);
        if (!same && !s_broadcast.Contains(node.Operator)) return;
        var inputs = same ? [node.Inputs[0]] : node.Inputs;
        if (inputs.All(shapes.ContainsKey))
        {
            if (Broadcast(inputs.Select(i => shapes[i])) is { } joined) shapes.TryAdd(node.Outputs[0], joined);
            return;
        }
        // Scalars beside others change no shape.
        if (inputs.Where(i => !(shapes.TryGetValue(i, out var s) && s.Length == 0)).Select(i => Class(i, classes)).Distinct().ToList() is [var one]) classes[node.Outputs[0]] = one;
    }

    static long[]? Broadcast(IEnumerable<long[]> shapes)
    {
        try
        {
            return [.. shapes.Select(s => new Shape([.. s.Select(d => (Dim)d)])).Aggregate(Shape.Broadcast).Select(d => (long)(int)d)];
        }
        catch (ShapeException)
        {
            // The node itself says it when it is reached.
            return null;
        }
    }
}
