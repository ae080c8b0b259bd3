using System.Collections.Immutable;
using Tiny.Diagnostics;

namespace Tiny.Graph;

/// <summary>
/// The argument of <see cref="Op.Kernel"/>: an element of the result as an expression of kernel nodes (loads, elementwise, folds) over its index. <paramref name="loops"/>
/// stand for the index, one for each axis (null where the extent is 1); the other ranges are closed by folds. Pointers are the operands by number, their elements
/// row-major. Compared by what it computes.
/// </summary>
sealed class KernelArg(Shape shape, UOp value, ImmutableArray<UOp?> loops) : IEquatable<KernelArg>
{
    readonly string _text = $"{shape} of {string.Join(", ", loops.Select(l => l?.Arg))}: {value.DType} {value.Arg}\n{Dump.Text(value)}";

    /// <summary>The result's shape.</summary>
    public Shape Shape => shape;
    /// <summary>An element.</summary>
    public UOp Value => value;
    /// <summary>The loop variables of the axes.</summary>
    public ImmutableArray<UOp?> Loops => loops;
    /// <summary>The operands that are read.</summary>
    public ImmutableArray<int> Read { get; } = [.. value.Topological().Where(u => u.Op == Op.Pointer).Select(u => (int)u.Arg!).Distinct().Order()];

    /// <summary>How often its innermost expression is evaluated: the product of all loops.</summary>
    public double Iterations { get; } = value.Topological().Where(u => u.Op == Op.Range).Union(loops.OfType<UOp>()).Aggregate(1.0, (n, r) => n * (r.Max + 1));

    /// <inheritdoc/>
    public bool Equals(KernelArg? other) => other is not null && _text == other._text;
    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as KernelArg);
    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);
    /// <inheritdoc/>
    public override string ToString() => $"{shape} by {value.Topological().Count} nodes";
}
