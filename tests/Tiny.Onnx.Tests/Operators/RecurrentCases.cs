namespace Tiny.Onnx.Tests.Operators;

/// <summary>RNN, GRU and LSTM against loops over steps, sequences and gates, as the standard's equations have them.</summary>
static class RecurrentCases
{
    const int Steps = 4, Batch = 3, Width = 2, Hidden = 3;
    static readonly int[] s_lengths = [4, 2, 3];

    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        Case("lstm_bidirectional_lengths_peepholes_clip", "LSTM", ["Sigmoid", "Tanh", "Tanh"], [false, true], lengths: true, state: true, peepholes: true, clip: 0.4f),
        Case("lstm_reverse_coupled_batch_first", "LSTM", ["Sigmoid", "Tanh", "Tanh"], [true], state: true, layout: true, flag: true),
        Case("lstm_other_activations", "LSTM", ["HardSigmoid", "Softsign", "LeakyRelu"], [false], lengths: true),
        Case("gru_bidirectional_lengths_batch_first", "GRU", ["Sigmoid", "Tanh"], [false, true], lengths: true, state: true, layout: true),
        Case("gru_reverse_linear_before_reset", "GRU", ["Sigmoid", "Tanh"], [true], lengths: true, flag: true, clip: 0.5f),
        Case("gru_other_activations", "GRU", ["Affine", "ScaledTanh"], [false], flag: true, state: true),
        Case("rnn_bidirectional_two_activations", "RNN", ["ThresholdedRelu", "Elu"], [false, true], lengths: true, state: true),
        Case("rnn_reverse_softplus", "RNN", ["Softplus"], [true], clip: 0.3f),
    ];

    // Numbers between -1 and 1 that look random.
    static double[] Numbers(int count, int seed) => [.. Enumerable.Range(0, count).Select(i => (double)(float)(((i * 7919L + seed * 104729L) % 199 - 99) / 99.0))];

    static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    // With the parameters that the cases give: alpha 0.3 and beta 0.6 where one is taken.
    static Func<double, double> Function(string name) => name switch
    {
        "Sigmoid" => Sigmoid,
        "Tanh" => Math.Tanh,
        "HardSigmoid" => x => Math.Clamp(0.3 * x + 0.6, 0, 1),
        "Softsign" => x => x / (1 + Math.Abs(x)),
        "Softplus" => x => Math.Log(1 + Math.Exp(x)),
        "LeakyRelu" => x => x >= 0 ? x : 0.3 * x,
        "ThresholdedRelu" => x => x >= 0.3 ? x : 0,
        "Affine" => x => 0.3 * x + 0.6,
        "ScaledTanh" => x => 0.3 * Math.Tanh(0.6 * x),
        "Elu" => x => x >= 0 ? x : 0.3 * (Math.Exp(x) - 1),
        _ => throw new ArgumentException(name),
    };

    static OperatorCase Case(string name, string op, string[] activations, bool[] turned, bool lengths = false, bool state = false, bool peepholes = false, bool layout = false,
        bool flag = false, float? clip = null)
    {
        int gates = op switch { "LSTM" => 4, "GRU" => 3, _ => 1 }, directions = turned.Length, each = op switch { "LSTM" => 3, "GRU" => 2, _ => 1 };
        // RNN's two names are of two directions.
        string[] all = activations.Length == each * directions ? activations : [.. Enumerable.Repeat(activations, directions).SelectMany(a => a)];
        double[] x = Numbers(Steps * Batch * Width, 1), w = Numbers(directions * gates * Hidden * Width, 2), r = Numbers(directions * gates * Hidden * Hidden, 3);
        double[] b = Numbers(directions * 2 * gates * Hidden, 4), h0 = Numbers(directions * Batch * Hidden, 5), c0 = Numbers(directions * Batch * Hidden, 6), p = Numbers(directions * 3 * Hidden, 7);
        double[] y = new double[Steps * directions * Batch * Hidden], yh = new double[directions * Batch * Hidden], yc = new double[directions * Batch * Hidden];
        for (int d = 0; d < directions; d++)
            for (int n = 0; n < Batch; n++)
            {
                int length = lengths ? s_lengths[n] : Steps, dir = d, seq = n;
                var f = all[(d * each)..((d + 1) * each)].Select(Function).ToArray();
                double Act(int i, double v) => f[i](clip is { } most ? Math.Clamp(v, -most, most) : v);
                double[] h = state ? h0[((d * Batch + n) * Hidden)..][..Hidden] : new double[Hidden], c = state ? c0[((d * Batch + n) * Hidden)..][..Hidden] : new double[Hidden];
                double Peep(int gate, int k) => peepholes ? p[(dir * 3 + gate) * Hidden + k] : 0;
                for (int i = 0; i < length; i++)
                {
                    int t = turned[d] ? length - 1 - i : i;
                    double FromInput(int gate, int k) => Enumerable.Range(0, Width).Sum(j => w[((dir * gates + gate) * Hidden + k) * Width + j] * x[(t * Batch + seq) * Width + j]) + b[dir * 2 * gates * Hidden + gate * Hidden + k];
                    double FromState(int gate, int k, double[] s) => Enumerable.Range(0, Hidden).Sum(j => r[((dir * gates + gate) * Hidden + k) * Hidden + j] * s[j]) + b[(dir * 2 + 1) * gates * Hidden + gate * Hidden + k];
                    double[] next = new double[Hidden], cell = new double[Hidden];
                    for (int k = 0; k < Hidden; k++)
                        if (op == "LSTM")
                        {
                            double ig = Act(0, FromInput(0, k) + FromState(0, k, h) + Peep(0, k) * c[k]);
                            double fg = flag ? 1 - ig : Act(0, FromInput(2, k) + FromState(2, k, h) + Peep(2, k) * c[k]);
                            cell[k] = fg * c[k] + ig * Act(1, FromInput(3, k) + FromState(3, k, h));
                            next[k] = Act(0, FromInput(1, k) + FromState(1, k, h) + Peep(1, k) * cell[k]) * Act(2, cell[k]);
                        }
                        else if (op == "GRU")
                        {
                            double z = Act(0, FromInput(0, k) + FromState(0, k, h));
                            double[] reset = [.. Enumerable.Range(0, Hidden).Select(j => Act(0, FromInput(1, j) + FromState(1, j, h)))];
                            double inner = flag ? reset[k] * FromState(2, k, h) : FromState(2, k, [.. h.Zip(reset, (u, v) => u * v)]);
                            next[k] = (1 - z) * Act(1, FromInput(2, k) + inner) + z * h[k];
                        }
                        else next[k] = Act(0, FromInput(0, k) + FromState(0, k, h));
                    (h, c) = (next, cell);
                    for (int k = 0; k < Hidden; k++) y[((t * directions + d) * Batch + n) * Hidden + k] = h[k];
                }
                h.CopyTo(yh, (d * Batch + n) * Hidden);
                c.CopyTo(yc, (d * Batch + n) * Hidden);
            }
        // With the batch in front: [batch, steps, ...], and [batch, directions, ...].
        CaseData Sequence(double[] v, int inner, int width) => layout ? CaseData.F(inner == 1 ? [Batch, Steps, width] : [Batch, Steps, inner, width], Swapped(v, Steps, inner, Batch, width))
            : CaseData.F(inner == 1 ? [Steps, Batch, width] : [Steps, inner, Batch, width], v);
        CaseData Whole(double[] v) => layout ? CaseData.F([Batch, Steps, directions, Hidden], Swapped(v, Steps, directions, Batch, Hidden)) : CaseData.F([Steps, directions, Batch, Hidden], v);
        CaseData State(double[] v) => layout ? CaseData.F([Batch, directions, Hidden], Swapped(v, 1, directions, Batch, Hidden)) : CaseData.F([directions, Batch, Hidden], v);
        var inputs = new List<CaseData?>
        {
            Sequence(x, 1, Width), CaseData.F([directions, gates * Hidden, Width], w), CaseData.F([directions, gates * Hidden, Hidden], r), CaseData.F([directions, 2 * gates * Hidden], b),
            lengths ? CaseData.I([Batch], s_lengths) : null, state ? State(h0) : null,
        };
        if (op == "LSTM") inputs.AddRange([state ? State(c0) : null, peepholes ? CaseData.F([directions, 3 * Hidden], p) : null]);
        var attributes = new List<(string, object)> { ("hidden_size", (long)Hidden), ("direction", turned.Length == 2 ? "bidirectional" : turned[0] ? "reverse" : "forward"), ("activations", all) };
        string[] first = ["HardSigmoid", "LeakyRelu", "ThresholdedRelu", "Affine", "ScaledTanh", "Elu"], second = ["HardSigmoid", "Affine", "ScaledTanh"];
        if (all.Count(first.Contains) is > 0 and var alphas) attributes.Add(("activation_alpha", Enumerable.Repeat(0.3f, alphas).ToArray()));
        if (all.Count(second.Contains) is > 0 and var betas) attributes.Add(("activation_beta", Enumerable.Repeat(0.6f, betas).ToArray()));
        if (clip is { } limit) attributes.Add(("clip", limit));
        if (layout) attributes.Add(("layout", 1L));
        if (flag) attributes.Add((op == "LSTM" ? "input_forget" : "linear_before_reset", 1L));
        return new(name, op, 14, [.. inputs], op == "LSTM" ? [Whole(y), State(yh), State(yc)] : [Whole(y), State(yh)]) { Attributes = [.. attributes] };
    }

    // [a, b, c, d] to [c, a, b, d].
    static double[] Swapped(double[] v, int a, int b, int c, int d)
    {
        var result = new double[v.Length];
        for (int i = 0; i < a; i++)
            for (int j = 0; j < b; j++)
                for (int k = 0; k < c; k++)
                    for (int l = 0; l < d; l++) result[((k * a + i) * b + j) * d + l] = v[((i * b + j) * c + k) * d + l];
        return result;
    }
}
