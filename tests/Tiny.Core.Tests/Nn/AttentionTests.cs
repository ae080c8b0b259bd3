using NUnit.Framework;
using Tiny.Nn;
using Tiny.Tests.Tensors;

namespace Tiny.Tests.Nn;

/// <summary>Attention and rotary embedding against plain loops in double precision and the ONNX suite's values.</summary>
[TestFixture]
public sealed class AttentionTests
{
    /// <summary>What the layer should give, written as loops.</summary>
    static float[] Expected(MultiHeadAttention layer, float[] x, int batch, int length, bool causal, Func<int, int, int, bool>? sees = null)
    {
        int f = layer.Features, d = layer.HeadSize, keys = layer.KeyHeads * d;
        float[] w = layer.InProjWeight.Floats(), wo = layer.OutProj.Weight.Floats();
        float[]? b = layer.InProjBias?.Floats(), bo = layer.OutProj.Bias?.Floats();
        var result = new float[x.Length];
        for (int n = 0; n < batch; n++)
        {
            var projected = new double[length][];
            for (int t = 0; t < length; t++)
                projected[t] = [.. Enumerable.Range(0, f + 2 * keys).Select(r => Enumerable.Range(0, f).Sum(i => (double)w[r * f + i] * x[(n * length + t) * f + i]) + (b?[r] ?? 0))];
            for (int t = 0; t < length; t++)
            {
                var joined = new double[f];
                for (int h = 0; h < layer.Heads; h++)
                {
                    int k = f + h / (layer.Heads / layer.KeyHeads) * d, v = k + keys;
                    double[] scores = [.. Enumerable.Range(0, length).Select(s => (causal && s > t) || sees?.Invoke(n, t, s) == false ? double.NegativeInfinity
                        : Enumerable.Range(0, d).Sum(i => projected[t][h * d + i] * projected[s][k + i]) / Math.Sqrt(d))];
                    double[] e = [.. scores.Select(s => Math.Exp(s - scores.Max()))];
                    for (int i = 0; i < d; i++) joined[h * d + i] = Enumerable.Range(0, length).Sum(s => e[s] * projected[s][v + i]) / e.Sum();
                }
                for (int o = 0; o < f; o++)
                    result[(n * length + t) * f + o] = (float)(Enumerable.Range(0, f).Sum(i => wo[o * f + i] * joined[i]) + (bo?[o] ?? 0));
            }
        }
        return result;
    }

    [TestCase(2, 2, true, false), TestCase(4, 2, false, true), TestCase(4, 1, true, true)]
    public void Heads_attend(int heads, int keyHeads, bool bias, bool causal)
    {
        const int Batch = 2, Length = 5, Features = 8;
        var layer = new MultiHeadAttention(Features, heads, keyHeads, bias);
        if (bias) layer.InProjBias = Values.Random(5, layer.InProjBias!.Shape.Extents());
        var x = Values.Random(1, Batch, Length, Features);
        Close.Check(layer.Forward(x, causal).Floats(), Expected(layer, x.Floats(), Batch, Length, causal), 1e-5);
        if (!causal) Assert.That(layer.Forward(x, x, x).Floats(), Is.EqualTo(layer.Forward(x).Floats()).Within(1e-6), "attention to another sequence, which is the same one");
    }

    [TestCase(1), TestCase(4)]
    public void A_mask_hides_positions(int masks)
    {
        const int Batch = 2, Length = 4, Features = 8;
        var layer = new MultiHeadAttention(Features, 4, 2);
        var x = Values.Random(2, Batch, Length, Features);
        // Sample n does not see position n + 1.
        var seen = Tensor.From<bool>([.. Enumerable.Range(0, Batch * Length).Select(i => i % Length != i / Length + 1)], Batch, 1, 1, Length).Expand(Batch, masks, 1, Length);
        var expected = Expected(layer, x.Floats(), Batch, Length, true, (n, _, s) => s != n + 1);
        Close.Check(layer.Forward(x, causal: true, seen).Floats(), expected, 1e-5);
        Close.Check(layer.Forward(x, causal: true, seen.Where(0f, float.NegativeInfinity)).Floats(), expected, 1e-5);
    }

    [TestCase(2), TestCase(4)]
    public void A_mask_of_fewer_axes_broadcasts(int keyHeads)
    {
        var layer = new MultiHeadAttention(8, 4, keyHeads);
        var x = Values.Random(2, 2, 3, 8);
        foreach (int[] shape in new int[][] { [4, 3, 3], [1, 3, 3], [3, 3] })
        {
            var mask = Values.Random(3, shape);
            var whole = mask.Reshape([.. Enumerable.Repeat((Dim)1, 4 - shape.Length), .. mask.Shape.Dims]).Expand(2, 4, 3, 3);
            Close.Check(layer.Forward(x, causal: true, mask).Floats(), layer.Forward(x, causal: true, whole).Floats(), 1e-6, string.Join(", ", shape));
        }
        // A head of its own is hidden in each case.
        var own = Tensor.Zeros(4, 3, 3);
        own[1] = Tensor.From([1f, -2, 3]);
        Assert.That(layer.Forward(x, false, own).Floats(), Is.Not.EqualTo(layer.Forward(x).Floats()));
    }

    [Test]
    public void With_a_cache_steps_give_what_the_whole_gives()
    {
        const int Batch = 2, Length = 6, Features = 16;
        var layer = new MultiHeadAttention(Features, 4, 2, rotary: new RotaryEmbedding(4));
        var x = Values.Random(3, Batch, Length, Features);
        float[] whole = layer.Forward(x, causal: true).Floats();
        var cache = new KeyValueCache(Batch, 2, 8, 4);
        var parts = new List<Tensor>();
        foreach (var (begin, end) in new[] { (0, 3), (3, 4), (4, 6) })
            parts.Add(layer.Forward(x[.., begin..end], causal: true, cache: cache, start: begin).Realize());
        Close.Check(Tensor.Cat(parts, 1).Floats(), whole, 1e-5);
        Assert.That(() => layer.Forward(x, causal: true, cache: cache, start: 3), Throws.TypeOf<ShapeException>().With.Message.Contains("3 to 9 are not within 8"));
    }

    [Test]
    public void Names_are_those_of_files_and_a_cache_is_not_trained()
    {
        var model = new { Attention = new MultiHeadAttention(8, 2), Cache = new KeyValueCache(1, 2, 4, 4) };
        Assert.That(StateDict.Of(model.Attention).Select(p => p.Key), Is.EqualTo(new[] { "in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias" }));
        Assert.That(StateDict.Of(model.Cache).Select(p => p.Key), Is.EqualTo(new[] { "keys", "values" }));
        Assert.That(StateDict.Parameters(model.Cache), Is.Empty);
    }

    [TestCase(8, 8, false), TestCase(8, 8, true), TestCase(8, 4, false), TestCase(8, 4, true)]
    public void Pairs_turn_by_their_positions(int size, int rotated, bool interleaved)
    {
        const int Length = 3, Start = 7;
        var x = Values.Random(4, 2, Length, size);
        float[] xs = x.Floats(), expected = [.. xs];
        for (int row = 0; row < 2 * Length; row++)
            for (int i = 0; i < rotated / 2; i++)
            {
                double angle = (Start + row % Length) * Math.Pow(100, -2.0 * i / rotated);
                int a = row * size + (interleaved ? 2 * i : i), b = row * size + (interleaved ? 2 * i + 1 : i + rotated / 2);
                expected[a] = (float)(xs[a] * Math.Cos(angle) - xs[b] * Math.Sin(angle));
                expected[b] = (float)(xs[b] * Math.Cos(angle) + xs[a] * Math.Sin(angle));
            }
        var layer = new RotaryEmbedding(size, rotated, 100, interleaved);
        Close.Check(layer.Forward(x, Start).Floats(), expected, 1e-5);
        Close.Check(layer.Forward(x, Tensor.From([7, 8, 9])).Floats(), expected, 1e-5);
    }

    [TestCase("test_rotary_embedding", 8, false), TestCase("test_rotary_embedding_interleaved", 8, true)]
    [TestCase("test_rotary_embedding_with_rotary_dim", 4, false), TestCase("test_rotary_embedding_with_interleaved_rotary_dim", 4, true)]
    public void Rotary_embedding_of_the_suite(string name, int rotated, bool interleaved)
    {
        var data = OnnxData.Read(name);
        // [n, heads, length, size], tables by position, positions[n, length].
        var places = data.Inputs[3].Unsqueeze(1);
        var y = new RotaryEmbedding(8, rotated, interleaved: interleaved).Turned(data.Inputs[0], data.Inputs[1].Take(places), data.Inputs[2].Take(places));
        Close.Check(y.Floats(), data.Outputs[0].Floats(), 1e-5);
    }

    // The suite's attention has no projections: here they are the identity.
    [Test]
    public void Attention_of_the_suite()
    {
        var data = OnnxData.Read("test_attention_3d");
        const int Features = 24;
        var identity = Tensor.Ones(Features).Diag();
        var layer = new MultiHeadAttention(Features, 3, bias: false) { InProjWeight = Tensor.Cat([identity, identity, identity]) };
        layer.OutProj.Weight = identity;
        Close.Check(layer.Forward(data.Inputs[0], data.Inputs[1], data.Inputs[2]).Floats(), data.Outputs[0].Floats(), 1e-5);
    }
}
