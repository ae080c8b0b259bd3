namespace Tiny.Nn;

/// <summary>Gradients kept from becoming too large: <c>optimizer.Step(loss.Gradient(optimizer.Parameters).ClipNorm(1))</c>.</summary>
public static class Clipping
{
    /// <summary>All gradients times one number, so that their norm together is at most <paramref name="most"/> (Pascanu et al., 2013).</summary>
    public static IReadOnlyList<Tensor> ClipNorm(this IReadOnlyList<Tensor> gradients, double most)
    {
        var scale = (most / (Norm(gradients) + 1e-6)).Minimum(1);
        return [.. gradients.Select(g => g * scale.Cast(g.DType))];
    }

    /// <summary>Each element kept between -<paramref name="most"/> and <paramref name="most"/>.</summary>
    public static IReadOnlyList<Tensor> ClipValue(this IReadOnlyList<Tensor> gradients, double most)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        return [.. gradients.Select(g => g.Clamp(-most, most))];
    }

    /// <summary>The Euclidean norm of all elements of all tensors, of rank 0.</summary>
    public static Tensor Norm(this IReadOnlyList<Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (tensors.Count == 0) throw new ArgumentException("Norm: there are no tensors", nameof(tensors));
        using var scope = Origin.Scope("norm");
        return tensors.Select(t => new Tensor(t.AsFloat()).Square().Sum()).Aggregate((a, b) => a + b).Sqrt();
    }
}
