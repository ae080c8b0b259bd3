using System.Reflection;

namespace Tiny.Graph;

/// <summary>
/// The argument of <see cref="Op.WithGradient"/>: takes the node and its gradient; gives a gradient for each input, of the input's shape and dtype,
/// null for none. Rules made at one <paramref name="place"/> of a program count as equal, so that two captures of one method can be compared.
/// </summary>
sealed class GradientRule(MethodInfo place, Func<UOp, UOp, UOp?[]> rule) : IEquatable<GradientRule>
{
    readonly MethodInfo _place = place;

    /// <summary>Nothing goes back.</summary>
    public static readonly GradientRule None = new(((Func<UOp, UOp, UOp?[]>)Nothing).Method, Nothing);

    /// <summary>Another way to compute the node's value, where there is one that takes less; null for none. It may be given nodes whose inputs are others than where it was made.</summary>
    public Func<UOp, UOp?>? Faster { get; init; }

    /// <summary>The gradients of a node's inputs.</summary>
    public UOp?[] Of(UOp node, UOp gradient) => rule(node, gradient);

    static UOp?[] Nothing(UOp node, UOp gradient) => [];

    /// <inheritdoc/>
    public bool Equals(GradientRule? other) => other is not null && other._place == _place;
    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GradientRule);
    /// <inheritdoc/>
    public override int GetHashCode() => _place.GetHashCode();
    /// <inheritdoc/>
    public override string ToString() => _place.Name;
}
