using Tiny.Runtime;

namespace Tiny.Onnx;

/// <summary>How a model becomes a graph.</summary>
public sealed record ImportOptions
{
    /// <summary>
    /// Computes a tensor that depends on the model's inputs, where an operator needs its numbers to go on (a shape, a count, a condition): so models run live whose shapes
    /// depend on values. Without it, as where a program is captured before any call, that is an <see cref="OnnxDataDependentException"/>.
    /// </summary>
    public Func<Tensor, HostMemory>? Read { get; init; }

    /// <summary>
    /// Without <see cref="Read"/>: results of which only the data say how many elements they have get as many as there can be, and the graph also computes how many
    /// of these count (<see cref="ImportedGraph.Counts"/>). Without either, and where nothing bounds how many, they are an <see cref="OnnxDataDependentException"/>.
    /// </summary>
    public bool Bounded { get; init; }

    /// <summary>Inputs whose values are part of the program, as if the file had them.</summary>
    public IReadOnlySet<string> Fixed { get; init; } = new HashSet<string>();

    /// <summary>Numbers that follow from the shapes that the model declares of its results; null for those that do not.</summary>
    internal Func<Tensor, HostMemory?>? Implied { get; init; }

    /// <summary>Declared shapes are not looked at: only what is given decides the results' shapes.</summary>
    internal bool Undeclared { get; init; }
}

/// <summary>A model's results, and what was not left to kernels.</summary>
/// <param name="Outputs">The results in the graph's order; null for an optional one that there is none of.</param>
/// <param name="OnHost">Nodes that depend on inputs and were evaluated on the host: strings.</param>
/// <param name="Read">Nodes that needed numbers which depend on inputs, and which numbers.</param>
public sealed record ImportedGraph(IReadOnlyList<OnnxValue?> Outputs, IReadOnlyList<string> OnHost, IReadOnlyList<string> Read)
{
    /// <summary>Values that have as many elements along an axis as there can be, and how many count.</summary>
    public IReadOnlyList<BoundedValue> Counts { get; init; } = [];
}

/// <summary>A result whose extent depends on data, in a graph that is built before these are known.</summary>
/// <param name="Name">Its name in the model; of parts of a result with their place behind it.</param>
/// <param name="Value">It, with as many elements along the axis as there can be.</param>
/// <param name="Axis">The axis.</param>
/// <param name="Count">How many elements of the axis count, from its beginning: int32.</param>
public sealed record BoundedValue(string Name, Tensor Value, int Axis, Tensor Count);
