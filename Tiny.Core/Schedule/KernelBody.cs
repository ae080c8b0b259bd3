using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Schedule;

/// <summary>
/// A kernel before it is one: what it computes and the memory that it is given, by the nodes that the memory is for, the <paramref name="Written"/>
/// ones first, in the order of pointer slots. Store i of the sink is output i; several may write into one buffer. <paramref name="Reads"/> are the
/// nodes that are loaded: of memory that is written in place, the version.
/// </summary>
sealed record KernelBody(ImmutableArray<Draft> Outputs, ImmutableArray<UOp> Buffers, int Written, ImmutableArray<UOp> Reads, UOp Sink)
{
    /// <summary>What had been kernels of their own, and is now computed inside without being stored.</summary>
    public ImmutableArray<Draft> Inside { get; init; } = [];

    /// <summary>Tensor-graph nodes computed inside, operands first.</summary>
    public IEnumerable<UOp> Members => Inside.Concat(Outputs).SelectMany(o => o.Members).Distinct();

    /// <summary>The versions that it overwrites: no other kernel may read them later.</summary>
    public ImmutableArray<UOp> Overwrites { get; init; } = [.. Outputs.Select(o => o.Old).OfType<UOp>()];

    /// <summary>It writes a part of memory that has a value already.</summary>
    public bool IsUpdate => Overwrites.Length > 0;

    /// <summary>The layouts of all buffers that are not row-major.</summary>
    public IReadOnlyDictionary<UOp, Layout> Layouts { get; init; } = Layout.None;

    /// <summary>Its memory arguments.</summary>
    public ImmutableArray<KernelParam> Params
    {
        get
        {
            var loaded = IsUpdate ? Sink.Topological().Where(u => u is { Op: Op.Load, Src: [{ Op: Op.Pointer }, ..] }).Select(u => (int)u.Src[0].Arg!).ToHashSet() : [];
            return [.. Buffers.Select((b, i) => new KernelParam(b.DType, Memory(b).Count, i < Written, i < Written && loaded.Contains(i)))];
        }
    }

    Shape Memory(UOp buffer) => Layouts.TryGetValue(buffer, out var layout) ? layout.Memory(buffer.Shape) : buffer.Shape;
}
