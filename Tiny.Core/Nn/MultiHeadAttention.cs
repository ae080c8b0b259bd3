namespace Tiny.Nn;

/// <summary>
/// Attention with several heads (Vaswani et al., 2017) over x[n, length, features]. The projections of queries, keys and values are one matrix, one
/// after another. With fewer key heads than heads, each of them serves a group of heads (Ainslie et al., 2023).
/// </summary>
public sealed class MultiHeadAttention : ILayer
{
    /// <summary>Weight[features + 2 key heads * head size, features] of queries, keys and values.</summary>
    public Tensor InProjWeight;
    /// <summary>Bias[features + 2 key heads * head size], or null.</summary>
    public Tensor? InProjBias;
    /// <summary>What the heads' results go through together.</summary>
    public Linear OutProj;
    /// <summary>Turns queries and keys by their positions, or null.</summary>
    public RotaryEmbedding? Rotary;

    /// <summary>A layer of the given sizes.</summary>
    /// <param name="features">Width of what goes in and of the result.</param>
    /// <param name="heads">Heads, each of features / heads.</param>
    /// <param name="keyHeads">Heads of keys and values; as many as heads unless given.</param>
    /// <param name="bias">The projections have a bias.</param>
    /// <param name="rotary">Turns queries and keys by their positions; for heads of features / heads.</param>
    /// <exception cref="ShapeException">The sizes do not divide.</exception>
    public MultiHeadAttention(int features, int heads, int? keyHeads = null, bool bias = true, RotaryEmbedding? rotary = null)
    {
        int groups = keyHeads ?? heads;
        if (heads < 1 || features % heads != 0) throw new ShapeException($"MultiHeadAttention: {features} features do not divide into {heads} heads");
        if (groups < 1 || heads % groups != 0) throw new ShapeException($"MultiHeadAttention: {heads} heads do not divide among {groups} key heads");
        (Features, Heads, KeyHeads, HeadSize) = (features, heads, groups, features / heads);
        int rows = features + 2 * groups * HeadSize;
        InProjWeight = Initial.Glorot(features, rows, rows, features);
        OutProj = new Linear(features, features, bias);
        if (bias) (InProjBias, OutProj.Bias) = (Initial.Full(0, rows), Initial.Full(0, features));
        Rotary = rotary;
    }

    /// <summary>Width of what goes in and of the result.</summary>
    public int Features { get; }
    /// <summary>How many heads there are.</summary>
    public int Heads { get; }
    /// <summary>How many heads keys and values have.</summary>
    public int KeyHeads { get; }
    /// <summary>Features of one head.</summary>
    public int HeadSize { get; }

    /// <summary>Each position attends to all of x[n, length, features].</summary>
    public Tensor Forward(Tensor x) => Forward(x, causal: false);

    /// <summary>Attention within x[n, length, features].</summary>
    /// <param name="x">What attends, and what it attends to.</param>
    /// <param name="causal">A position sees those before it and itself only.</param>
    /// <param name="mask">As <see cref="Tensor.ScaledDotProductAttention"/> takes it: broadcasts with [n, heads, length, positions seen].</param>
    /// <param name="cache">Keys and values seen before; those of x are added. Then positions are counted from <paramref name="start"/>.</param>
    /// <param name="start">The position of x's first element.</param>
    public Tensor Forward(Tensor x, bool causal, Tensor? mask = null, KeyValueCache? cache = null, Dim start = default)
    {
        ArgumentNullException.ThrowIfNull(x);
        CheckInput(x);
        var parts = x.Linear(InProjWeight, InProjBias).Split([Features, KeyHeads * HeadSize, KeyHeads * HeadSize], -1);
        return Attend(parts[0], parts[1], parts[2], causal, mask, cache, start);
    }

    /// <summary>Attention of queries[n, length, features] to keys and values[n, positions, features], each projected by its part of the weight.</summary>
    /// <param name="query">What attends.</param>
    /// <param name="key">What it is compared with.</param>
    /// <param name="value">What is averaged.</param>
    /// <param name="mask">As <see cref="Tensor.ScaledDotProductAttention"/> takes it: broadcasts with [n, heads, length, positions].</param>
    public Tensor Forward(Tensor query, Tensor key, Tensor value, Tensor? mask = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        foreach (var x in new[] { query, key, value }) CheckInput(x);
        int begin = 0;
        Tensor Project(Tensor x, int rows)
        {
            var part = begin..(begin += rows);
            return x.Linear(InProjWeight[part], InProjBias?[part]);
        }
        return Attend(Project(query, Features), Project(key, KeyHeads * HeadSize), Project(value, KeyHeads * HeadSize), false, mask, null, 0);
    }

    Tensor Attend(Tensor query, Tensor key, Tensor value, bool causal, Tensor? mask, KeyValueCache? cache, Dim start)
    {
        using var scope = Origin.Scope("attention");
        var (q, k, v) = (Split(query, Heads), Split(key, KeyHeads), Split(value, KeyHeads));
        if (Rotary is not null) (q, k) = (Rotary.Forward(q, start), Rotary.Forward(k, start));
        if (cache is not null) (k, v) = cache.Append(k, v, start);
        Dim n = q.Shape[0], length = q.Shape[2], seen = k.Shape[2];
        if (causal)
        {
            // Position start + i sees those up to itself.
            var places = Tensor.Arange(checked((int)seen.Max))[Slice.To(seen)];
            var own = Tensor.Arange(checked((int)length.Max))[Slice.To(length)] + Tensor.Of(cache is null ? 0 : start);
            var visible = places.Unsqueeze(0).Le(own.Unsqueeze(1));
            mask = mask is null ? visible : mask.DType.IsBool ? mask & visible : visible.Where(mask, double.NegativeInfinity);
        }
        int group = Heads / KeyHeads;
        if (group > 1)
        {
            // Heads [n, key heads, group, length, size] beside keys [n, key heads, 1, seen, size].
            (q, k, v) = (q.Unflatten(1, KeyHeads, group), k.Unsqueeze(2), v.Unsqueeze(2));
            if (mask is { Rank: 3 }) mask = mask.Unsqueeze(0);
            if (mask is { Rank: 4 }) mask = mask.Shape[1].Is(1) ? mask.Unsqueeze(2) : mask.Unflatten(1, KeyHeads, group);
        }
        var y = Tensor.ScaledDotProductAttention(q, k, v, mask);
        if (group > 1) y = y.Flatten(1, 2);
        return OutProj.Forward(y.Transpose(1, 2).Flatten(2));
    }

    /// <summary>[n, length, heads * size] as [n, heads, length, size].</summary>
    Tensor Split(Tensor x, int heads) => x.Unflatten(2, heads, HeadSize).Transpose(1, 2);

    void CheckInput(Tensor x)
    {
        if (x.Rank != 3 || !x.Shape[2].Is(Features)) throw new ShapeException($"MultiHeadAttention: {x.Shape} is not [n, length, {Features}]");
    }
}
