using System.Collections.Immutable;

namespace Tiny.Onnx.Model;

/// <summary>A model as its file has it. Opsets are by domain; the default domain is the empty name.</summary>
public sealed record OnnxModel(OnnxGraph Graph, IReadOnlyDictionary<string, long> Opsets, ImmutableArray<OnnxFunction> Functions)
{
    /// <summary>Version of the file format.</summary>
    public long IrVersion { get; init; }
    /// <summary>What wrote the file.</summary>
    public string Producer { get; init; } = "";
    /// <summary>Free text, by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>A graph: nodes, each after those whose results it reads. A subgraph also reads what is around it.</summary>
public sealed record OnnxGraph(string Name, ImmutableArray<OnnxNode> Nodes, ImmutableArray<OnnxValueInfo> Inputs, ImmutableArray<OnnxValueInfo> Outputs)
{
    /// <summary>Tensors that are in the file; one with the name of an input is that input's default.</summary>
    public ImmutableArray<OnnxTensor> Initializers { get; init; } = [];
    /// <summary>Declared types of values that are neither inputs nor outputs.</summary>
    public ImmutableArray<OnnxValueInfo> Values { get; init; } = [];

    /// <summary>The inputs that the caller gives: those that no initializer has the name of.</summary>
    public IEnumerable<OnnxValueInfo> Parameters
    {
        get
        {
            var known = Initializers.Select(t => t.Name).ToHashSet();
            return Inputs.Where(i => !known.Contains(i.Name));
        }
    }
}

/// <summary>A node: an operator, or a call of a function. Empty names of inputs and outputs are those left out.</summary>
public sealed record OnnxNode(string Domain, string Operator, ImmutableArray<string> Inputs, ImmutableArray<string> Outputs, ImmutableArray<OnnxAttribute> Attributes)
{
    /// <summary>The node's own name; may be empty.</summary>
    public string Name { get; init; } = "";
    /// <summary>Which of several functions of one name is called.</summary>
    public string Overload { get; init; } = "";

    /// <summary>The attribute of that name, or null.</summary>
    public OnnxAttribute? Find(string name)
    {
        foreach (var a in Attributes)
            if (a.Name == name) return a;
        return null;
    }

    /// <summary>The operator with its domain.</summary>
    public string FullOperator => Domain.Length == 0 ? Operator : $"{Domain}.{Operator}";

    /// <summary><c>Conv 'conv1'</c>, or by its first result where it has no name.</summary>
    public override string ToString() => $"{FullOperator} '{(Name.Length > 0 ? Name : Outputs.FirstOrDefault(o => o.Length > 0) ?? "")}'";
}

/// <summary>An attribute: a long, float, string, <see cref="OnnxTensor"/>, <see cref="OnnxGraph"/>, <see cref="OnnxTypeInfo"/>, or an array of one of them.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; null for a reference.</param>
/// <param name="Reference">In a function: the name of the attribute of the call whose value it takes.</param>
public sealed record OnnxAttribute(string Name, object? Value, string Reference = "");

/// <summary>A function of the model: called like an operator of its domain.</summary>
public sealed record OnnxFunction(string Domain, string Name, string Overload, ImmutableArray<string> Inputs, ImmutableArray<string> Outputs, ImmutableArray<OnnxNode> Nodes)
{
    /// <summary>Opsets of the nodes in it.</summary>
    public IReadOnlyDictionary<string, long> Opsets { get; init; } = ImmutableDictionary<string, long>.Empty;
    /// <summary>Attributes that a call may leave out, with their values then.</summary>
    public ImmutableArray<OnnxAttribute> Defaults { get; init; } = [];
}

/// <summary>A named value and its declared type, null where none is declared.</summary>
public sealed record OnnxValueInfo(string Name, OnnxTypeInfo? Type);

/// <summary>What kind of value.</summary>
public enum OnnxKind
{
    /// <summary>A tensor.</summary>
    Tensor,
    /// <summary>Values of one type, one after another.</summary>
    Sequence,
    /// <summary>A value that may be missing.</summary>
    Optional,
    /// <summary>Values by key.</summary>
    Map,
    /// <summary>A tensor that is mostly zeros.</summary>
    SparseTensor,
}

/// <summary>A declared type. <paramref name="Dims"/> is null where the rank is not declared; <paramref name="Item"/> is the type of what is inside of a
/// sequence, an optional or a map.</summary>
public sealed record OnnxTypeInfo(OnnxKind Kind, OnnxType Element, IReadOnlyList<OnnxDim>? Dims = null, OnnxTypeInfo? Item = null)
{
    /// <summary><c>float32[n, 3, 224, 224]</c>.</summary>
    public override string ToString() => Kind switch
    {
        OnnxKind.Tensor or OnnxKind.SparseTensor => $"{Element.Name()}{(Dims is null ? "[...]" : $"[{string.Join(", ", Dims)}]")}",
        _ => $"{Kind.ToString().ToLowerInvariant()}({Item})",
    };
}

/// <summary>A declared extent: a number, a name, or neither.</summary>
public readonly record struct OnnxDim(long? Size, string? Name)
{
    /// <summary>The number or the name, <c>?</c> for neither.</summary>
    public override string ToString() => Size?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Name ?? "?";
}
