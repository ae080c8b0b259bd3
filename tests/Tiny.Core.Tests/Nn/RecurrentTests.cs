using NUnit.Framework;
using Tiny.Nn;
using Tiny.Tests.Tensors;

namespace Tiny.Tests.Nn;

/// <summary>Recurrent cells against plain loops in double precision and the ONNX suite's values.</summary>
[TestFixture]
public sealed class RecurrentTests
{
    static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>Row r of weight[rows, n] times x[n], plus bias[r].</summary>
    static double Row(float[] weight, float[]? bias, int r, double[] x) => x.Select((v, i) => v * weight[r * x.Length + i]).Sum() + (bias?[r] ?? 0);

    [TestCase(true), TestCase(false)]
    public void Lstm(bool bias)
    {
        const int Batch = 2, In = 3, H = 4;
        var cell = new LSTMCell(In, H, bias);
        Assert.That(StateDict.Of(cell).Select(p => p.Key), Is.EqualTo(bias ? new[] { "weight_ih", "weight_hh", "bias_ih", "bias_hh" } : ["weight_ih", "weight_hh"]));
        float[] wi = cell.WeightIh.Floats(), wh = cell.WeightHh.Floats();
        float[]? bi = cell.BiasIh?.Floats(), bh = cell.BiasHh?.Floats();
        var h = Enumerable.Range(0, Batch).Select(_ => new double[H]).ToArray();
        var c = Enumerable.Range(0, Batch).Select(_ => new double[H]).ToArray();
        (Tensor H, Tensor C)? state = null;
        for (int step = 0; step < 3; step++)
        {
            var x = Values.Random(step, Batch, In);
            float[] xs = x.Floats();
            for (int n = 0; n < Batch; n++)
            {
                double[] row = [.. xs[(n * In)..((n + 1) * In)].Select(v => (double)v)];
                double[] gates = [.. Enumerable.Range(0, 4 * H).Select(r => Row(wi, bi, r, row) + Row(wh, bh, r, h[n]))];
                for (int j = 0; j < H; j++) c[n][j] = Sigmoid(gates[H + j]) * c[n][j] + Sigmoid(gates[j]) * Math.Tanh(gates[2 * H + j]);
                h[n] = [.. Enumerable.Range(0, H).Select(j => Sigmoid(gates[3 * H + j]) * Math.Tanh(c[n][j]))];
            }
            state = cell.Forward(x, state);
            Close.Check(state.Value.H.Floats(), [.. h.SelectMany(v => v).Select(v => (float)v)], 1e-5, $"h of step {step}");
            Close.Check(state.Value.C.Floats(), [.. c.SelectMany(v => v).Select(v => (float)v)], 1e-5, $"c of step {step}");
        }
    }

    [TestCase(true), TestCase(false)]
    public void Gru(bool bias)
    {
        const int Batch = 2, In = 3, H = 4;
        var cell = new GRUCell(In, H, bias);
        Assert.That(StateDict.Of(cell).Select(p => p.Key), Is.EqualTo(bias ? new[] { "weight_ih", "weight_hh", "bias_ih", "bias_hh" } : ["weight_ih", "weight_hh"]));
        float[] wi = cell.WeightIh.Floats(), wh = cell.WeightHh.Floats();
        float[]? bi = cell.BiasIh?.Floats(), bh = cell.BiasHh?.Floats();
        var h = Enumerable.Range(0, Batch).Select(_ => new double[H]).ToArray();
        Tensor? state = null;
        for (int step = 0; step < 3; step++)
        {
            var x = Values.Random(step, Batch, In);
            float[] xs = x.Floats();
            for (int n = 0; n < Batch; n++)
            {
                double[] row = [.. xs[(n * In)..((n + 1) * In)].Select(v => (double)v)], before = h[n];
                double A(int r) => Row(wi, bi, r, row);
                double B(int r) => Row(wh, bh, r, before);
                h[n] = [.. Enumerable.Range(0, H).Select(j =>
                {
                    double r = Sigmoid(A(j) + B(j)), z = Sigmoid(A(H + j) + B(H + j)), m = Math.Tanh(A(2 * H + j) + r * B(2 * H + j));
                    return (1 - z) * m + z * before[j];
                })];
            }
            state = cell.Forward(x, state);
            Close.Check(state.Floats(), [.. h.SelectMany(v => v).Select(v => (float)v)], 1e-5, $"step {step}");
        }
    }

    // The suite's gates lie in the order i, o, f, c; its bias is that of the input, then that of the state.
    [TestCase("test_lstm_defaults"), TestCase("test_lstm_with_initial_bias")]
    public void Lstm_of_the_suite(string name)
    {
        var data = OnnxData.Read(name);
        int hidden = data.Inputs[2].Shape[2];
        Tensor Gates(Tensor t)
        {
            var g = t.Split(hidden);
            return Tensor.Cat([g[0], g[2], g[3], g[1]]);
        }
        var cell = new LSTMCell(data.Inputs[0].Shape[2], hidden, bias: false) { WeightIh = Gates(data.Inputs[1][0]), WeightHh = Gates(data.Inputs[2][0]) };
        if (data.Inputs.Count > 3) (cell.BiasIh, cell.BiasHh) = (Gates(data.Inputs[3][0, ..(4 * hidden)]), Gates(data.Inputs[3][0, (4 * hidden)..]));
        Close.Check(cell.Forward(data.Inputs[0][0]).H.Floats(), data.Outputs[0].Floats(), 1e-5);
    }

    // The suite's gates lie in the order z, r, h, and its reset gate is applied before the product: from no state that is the same.
    [TestCase("test_gru_defaults"), TestCase("test_gru_with_initial_bias")]
    public void Gru_of_the_suite(string name)
    {
        var data = OnnxData.Read(name);
        int hidden = data.Inputs[2].Shape[2];
        Tensor Gates(Tensor t)
        {
            var g = t.Split(hidden);
            return Tensor.Cat([g[1], g[0], g[2]]);
        }
        var cell = new GRUCell(data.Inputs[0].Shape[2], hidden, bias: false) { WeightIh = Gates(data.Inputs[1][0]), WeightHh = Gates(data.Inputs[2][0]) };
        if (data.Inputs.Count > 3) cell.BiasIh = Gates(data.Inputs[3][0, ..(3 * hidden)]);
        if (data.Inputs.Count > 3) Assert.That(data.Inputs[3][0, (3 * hidden)..].Floats(), Is.All.Zero, "the state's bias, which the two forms treat differently");
        Close.Check(cell.Forward(data.Inputs[0][0]).Floats(), data.Outputs[0].Floats(), 1e-5);
    }
}
