using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators;

/// <summary>Attention and what belongs to it.</summary>
static class Attention
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Attention", Attend),
        new("FlexAttention", n => Flexible(n), Domain: "ai.onnx.preview"),
        new("LinearAttention", Linear),
        new("CausalConvWithState", CausalConv),
        new("RotaryEmbedding", n => Rotate(n)),
        new("SwiGLU", n => n[0] * (n[0] * n.Float("alpha", 1)).Sigmoid() * n[1]),
    ];

    /// <summary>[batch, length, heads * size] as [batch, heads, length, size].</summary>
    static Tensor Heads(Tensor x, long heads) => x.Rank == 4 ? x : heads < 1 ? throw NodeContext.Bad($"{heads} heads")
        : x.Reshape([x.Shape[0], x.Shape[1], heads, -1]).Transpose(1, 2);

    static Tensor Joined(Tensor x) => x.Transpose(1, 2).Reshape([x.Shape[0], x.Shape[2], -1]);

    static Results Attend(NodeContext n)
    {
        Tensor q = Heads(n[0], n.Integer("q_num_heads", 0)), k = Heads(n[1], n.Integer("kv_num_heads", 0)), v = Heads(n[2], n.Integer("kv_num_heads", 0));
        // The scale goes half to each factor, so that neither overflows a short float.
        double scale = Math.Sqrt(n.HasAttribute("scale") ? n.Float("scale", 1) : 1 / Math.Sqrt((int)q.Shape[3]));
        Dim before = n.Has(4) ? n[4].Shape[2] : 0, queries = q.Shape[2];
        if (n.Optional(4) is { } pastKey) k = Tensor.Cat([pastKey, k], 2);
        if (n.Optional(5) is { } pastValue) v = Tensor.Cat([pastValue, v], 2);
        var (presentKey, presentValue, keys) = (k, v, k.Shape[2]);
        // Groups of queries share a key.
        int group = (int)(q.Shape[1] / k.Shape[1]);
        if (group > 1) (k, v) = (k.RepeatInterleave(group, 1), v.RepeatInterleave(group, 1));

        var scores = (q * scale).MatMul((k * scale).Transpose());
        float cap = n.Float("softcap", 0);
        var capped = cap > 0 ? (scores / cap).Tanh() * cap : scores;
        var filled = n.Optional(6);
        // The place of the first query among the keys: behind those that are remembered.
        var offset = filled is null || n.Has(4) ? Tensor.Of(before) : (filled.Cast(DType.Int32) - Tensor.Of(queries)).Reshape([-1, 1, 1, 1]);
        var bias = Bias(n, Mask(n.Optional(3), keys, q.DType), offset, queries, keys, q.DType);
        if (filled is not null) bias = Also(bias, Tensor.Arange(keys).Lt(filled.Cast(DType.Int32).Reshape([-1, 1, 1, 1])), q.DType);
        var biased = bias is null ? capped : capped + bias;

        var precision = n.HasAttribute("softmax_precision") ? n.Type("softmax_precision", OnnxType.Float32).Carrier() : biased.DType;
        var weights = biased.Cast(precision).Softmax();
        // A query that sees no key has no weights; its scores may be anything.
        if (bias is not null) weights = bias.Max(-1, true).Eq(double.NegativeInfinity).Where(weights.ZerosLike(), weights);
        var y = weights.Cast(q.DType).MatMul(v);
        var seen = n.Integer("qk_matmul_output_mode", 0) switch { 0 => scores, 1 => capped, 2 => biased, 3 => weights, var other => throw NodeContext.Bad($"qk_matmul_output_mode {other}") };
        return new(n[0].Rank == 3 ? Joined(y) : y, presentKey, presentValue, seen.Cast(q.DType));
    }

    // What is added to scores. A mask may be shorter than the keys: those behind it are not seen.
    static Tensor? Mask(Tensor? mask, Dim keys, DType dtype)
    {
        if (mask is null) return null;
        var missing = keys - mask.Shape[mask.Rank - 1];
        var edges = new (Dim, Dim)[mask.Rank];
        edges[^1] = (0, missing.Max > 0 ? missing : 0);
        return mask.DType.IsBool ? Seen(mask.Pad(edges, false), dtype) : mask.Pad(edges, double.NegativeInfinity);
    }

    static Tensor Seen(Tensor allowed, DType dtype) => allowed.Where(Tensor.Scalar(0.0, dtype), Tensor.Scalar(double.NegativeInfinity, dtype));

    static Tensor Also(Tensor? bias, Tensor allowed, DType dtype) => Seen(allowed, dtype) is var more && bias is null ? more : bias! + more;

    static Tensor? Bias(NodeContext n, Tensor? bias, Tensor offset, Dim queries, Dim keys, DType dtype)
    {
        long left = n.Integer("left_window_size", -1), right = n.Integer("right_window_size", -1);
        // How far a key lies behind its query.
        var behind = Tensor.Arange(queries).Unsqueeze(1) + offset - Tensor.Arange(keys);
        if (n.Flag("is_causal")) bias = Also(bias, behind.Ge(0), dtype);
        if (left >= 0) bias = Also(bias, behind.Le(left), dtype);
        if (right >= 0) bias = Also(bias, behind.Ge(-right), dtype);
        return bias;
    }

    // Scores and weights go through subgraphs of the node.
    static Tensor Flexible(NodeContext n)
    {
        var (q, k, v) = (n[0], n[1], n[2]);
        if (q.Rank != 4 || k.Rank != 4 || v.Rank != 4 || !(q.Shape[1] % k.Shape[1]).Is(0)) throw NodeContext.Bad($"{q.Shape}, {k.Shape} and {v.Shape} are not [batch, heads, length, size]");
        double scale = Math.Sqrt(n.HasAttribute("scale") ? n.Float("scale", 1) : 1 / Math.Sqrt((int)q.Shape[3]));
        int group = (int)(q.Shape[1] / k.Shape[1]);
        if (group > 1) (k, v) = (k.RepeatInterleave(group, 1), v.RepeatInterleave(group, 1));
        var precision = n.HasAttribute("softmax_precision") ? n.Type("softmax_precision", OnnxType.Float32).Carrier() : q.DType.IsShortFloat ? DType.Float32 : q.DType;
        Tensor Through(string graph, Tensor x) => !n.HasAttribute(graph) ? x : n.Run(graph, new TensorValue(x)) is [TensorValue { Tensor: var y }] ? y.Cast(precision)
            : throw NodeContext.Bad($"the subgraph '{graph}' does not give one tensor");
        var scores = Through("score_mod", (q * scale).MatMul((k * scale).Transpose()).Cast(precision));
        return Through("prob_mod", scores.Softmax()).MatMul(v.Cast(precision)).Cast(n[2].DType);
    }

    // A state [batch, heads, key, value] that fades, learns each key's value, and is read by each query.
    static Results Linear(NodeContext n)
    {
        long heads = n.Integer("kv_num_heads"), readers = n.Integer("q_num_heads");
        if (heads < 1 || readers < 1 || readers % heads != 0) throw NodeContext.Bad($"{readers} heads of queries, {heads} of keys");
        var rule = n.Text("update_rule", "gated_delta");
        bool fades = rule is "gated" or "gated_delta", corrects = rule is "delta" or "gated_delta";
        if (rule is not ("linear" or "gated" or "delta" or "gated_delta")) throw NodeContext.Bad($"update_rule '{rule}'");
        Tensor Wide(Tensor x, long h) => Heads(x, h).Cast(DType.Float32);
        Tensor q = Wide(n[0], readers), k = Wide(n[1], heads), v = Wide(n[2], heads);
        var (length, keySize) = ((int)q.Shape[2], k.Shape[3]);
        var state = n.Optional(3)?.Cast(DType.Float32) ?? Tensor.Zeros(new Shape(q.Shape[0], heads, keySize, v.Shape[3]), DType.Float32);
        var decay = fades ? Wide(n[4], heads).Exp() : null;
        var beta = corrects ? n[5].Reshape([n[5].Shape[0], n[5].Shape[1], n[5].Shape[2], 1]).Transpose(1, 2).Cast(DType.Float32) : null;
        double scale = n.Float("scale", 0) is var given && given != 0 ? given : 1 / Math.Sqrt((int)keySize);
        n.LayOut(8L * length);
        var outputs = new Tensor[length];
        for (int t = 0; t < length; t++)
        {
            Tensor At(Tensor x) => Movement.Part(x, 2, t, t + 1).Squeeze(2);
            Tensor key = At(k).Unsqueeze(-1), value = At(v);
            if (decay is not null) state *= At(decay).Unsqueeze(-1);
            if (beta is not null) value = At(beta) * (value - (state * key).Sum(-2));
            state = (state + key * value.Unsqueeze(-2)).Contiguous();
            var read = readers == heads ? state : state.RepeatInterleave((int)(readers / heads), 1);
            outputs[t] = (At(q).Unsqueeze(-1) * read).Sum(-2) * scale;
        }
        return (Joined(Tensor.Stack(outputs, 2)).Cast(n[0].DType), state.Cast(n.Has(3) ? n[3].DType : n[0].DType));
    }

    static Results CausalConv(NodeContext n)
    {
        var (x, weight) = (n[0], n[1]);
        int channels = x.Shape[1], before = (int)weight.Shape[2] - 1;
        var padded = n.Optional(3) is { } past ? Tensor.Cat([past, x], 2) : x.Pad([(0, 0), (0, 0), (before, 0)]);
        var y = padded.Conv1d(weight, n.Optional(2), groups: channels);
        y = n.Text("activation", "none") switch
        {
            "none" => y,
            "silu" or "swish" => y.Silu(),
            var other => throw NodeContext.Bad($"activation '{other}'"),
        };
        return (y.Cast(x.DType), Movement.Part(padded, 2, padded.Shape[2] - before, padded.Shape[2]));
    }

    static Tensor Rotate(NodeContext n)
    {
        var given = n[0];
        // [batch, length, heads, size].
        var x = given.Rank == 4 ? given.Transpose(1, 2) : given.Reshape([given.Shape[0], given.Shape[1], n.Integer("num_heads"), -1]);
        Dim size = x.Shape[3], turned = n.Integer("rotary_embedding_dim", 0) is > 0 and var d ? d : size, half = turned / 2;
        Tensor Angles(Tensor table) => (n.Optional(3) is { } place ? table.Take(Indexing.FromFront(place, table.Shape[0])) : table).Unsqueeze(2);
        Tensor cos = Angles(n[1]), sin = Angles(n[2]), rotated = Movement.Part(x, 3, 0, turned);
        bool pairs = n.Flag("interleaved");
        // Pairs stand side by side, or the second ones behind all first ones.
        var split = pairs ? rotated.Reshape([.. x.Shape.Dims[..3], half, 2]) : rotated.Reshape([.. x.Shape.Dims[..3], 2, half]).Transpose();
        Tensor a = Movement.Part(split, 4, 0, 1).Squeeze(4), b = Movement.Part(split, 4, 1, 2).Squeeze(4);
        var joined = Tensor.Stack([cos * a - sin * b, sin * a + cos * b], pairs ? 4 : 3).Reshape(rotated.Shape);
        var y = turned.Equals(size) ? joined : Tensor.Cat([joined, Movement.Part(x, 3, turned, size)], 3);
        return given.Rank == 4 ? y.Transpose(1, 2) : y.Reshape(given.Shape);
    }
}
