using Tiny.Graph;

namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>
    /// Attention of queries[..., m, d] over keys[..., n, d] and values[..., n, e]: softmax(q k^T * scale) v, of shape [..., m, e]. Leading axes broadcast.
    /// </summary>
    /// <param name="query">What asks.</param>
    /// <param name="key">What is compared with it.</param>
    /// <param name="value">What is averaged.</param>
    /// <param name="mask">Broadcasts with [..., m, n]: a bool mask is true where a query may see a key, any other is added to the scores. A query that sees no key gives NaN.</param>
    /// <param name="causal">Query i sees keys 0 to i only.</param>
    /// <param name="scale">1 / sqrt(d) unless given.</param>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    /// <example><code>
    /// Tensor q = Tensor.Ones(2, 8, 10, 64), k = Tensor.Ones(2, 8, 12, 64), v = Tensor.Ones(2, 8, 12, 32); // batch, heads, length, width
    /// Tensor.ScaledDotProductAttention(q, k, v)                                    // shape [2, 8, 10, 32]
    /// // Eight heads of queries that share two of keys: an axis of groups, which keys and values broadcast over.
    /// var grouped = Tensor.ScaledDotProductAttention(q.Unflatten(1, 2, 4), k[.., ..2].Unsqueeze(2), v[.., ..2].Unsqueeze(2)); // shape [2, 2, 4, 10, 32]
    /// </code></example>
    public static Tensor ScaledDotProductAttention(Tensor query, Tensor key, Tensor value, Tensor? mask = null, bool causal = false, double? scale = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (query.Rank < 2 || key.Rank < 2 || value.Rank < 2 || query.Shape.Dims[^1] != key.Shape.Dims[^1] || key.Shape.Dims[^2] != value.Shape.Dims[^2])
            throw new ShapeException($"ScaledDotProductAttention: query {query.Shape}, key {key.Shape} and value {value.Shape} are not [..., m, d], [..., n, d] and [..., n, e]");
        using var scope = Origin.Scope("attention");
        var result = Promote(Promote(query.FloatDType, key.FloatDType), value.FloatDType);
        if (mask is { DType.IsFloat: true }) result = Promote(result, mask.DType);
        // Shorter floats are rounded once; one without infinity could not say what is not seen.
        var wide = Wide(result);
        var scores = query.Cast(wide).MatMul(key.Cast(wide).Transpose()) * (scale ?? 1 / Math.Sqrt((int)query.Shape.Dims[^1]));
        if (causal) scores = new Tensor(Build.Where(Below(scores.Shape, 1), scores.Node, Build.Fill(double.NegativeInfinity, scores.Node)));
        if (mask is not null) scores = mask.DType.IsBool ? mask.Where(scores, double.NegativeInfinity) : scores + mask;
        return scores.Softmax().MatMul(value.Cast(wide)).Cast(result);
    }
}
