using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Schedule;

/// <summary>
/// A kernel before it is one: what it computes, which buffers it writes and which it reads. Pointer slots count the written ones first, in
/// the order of the stores, then the read ones.
/// </summary>
sealed record KernelBody(ImmutableArray<Draft> Outputs, ImmutableArray<UOp> Reads, UOp Sink)
{
    /// <summary>What had been kernels of their own, and is now computed inside without being stored.</summary>
    public ImmutableArray<Draft> Inside { get; init; } = [];

    /// <summary>Tensor-graph nodes computed inside, operands first.</summary>
    public IEnumerable<UOp> Members => Inside.Concat(Outputs).SelectMany(o => o.Members).Distinct();

    /// <summary>Buffers in the order of slots, by the tensor-graph nodes that they hold.</summary>
    public IEnumerable<UOp> Buffers => Outputs.Select(o => o.Node).Concat(Reads);

    /// <summary>The layouts of all buffers that are not row-major.</summary>
    public IReadOnlyDictionary<UOp, Layout> Layouts { get; init; } = Layout.None;

    /// <summary>Its memory arguments.</summary>
    public ImmutableArray<KernelParam> Params => [.. Buffers.Select((b, i) => new KernelParam(b.DType, Memory(b).Count, i < Outputs.Length))];

    Shape Memory(UOp buffer) => Layouts.TryGetValue(buffer, out var layout) ? layout.Memory(buffer.Shape) : buffer.Shape;
}
