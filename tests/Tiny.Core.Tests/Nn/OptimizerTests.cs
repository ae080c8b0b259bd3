using System.Runtime.CompilerServices;
using NUnit.Framework;
using Tiny.Diagnostics;
using Tiny.Graph;
using Tiny.Nn;
using Tiny.Tests.Tensors;

namespace Tiny.Tests.Nn;

/// <summary>Each optimizer against the formulas of its paper, written as loops in double precision.</summary>
[TestFixture]
public sealed class OptimizerTests
{
    const double Rate = 0.1;
    const int Taken = 5;

    /// <summary>One parameter's weights, its gradient, how often it was updated with this one, and what is remembered of it: two arrays.</summary>
    delegate void Update(double[] w, double[] g, int step, double[] m, double[] v);

    static double Length(double[] x) => Math.Sqrt(x.Sum(e => e * e));

    static Update Each(Func<double, double, int, double, double, (double W, double M, double V)> update) => (w, g, t, m, v) =>
    {
        for (int i = 0; i < w.Length; i++) (w[i], m[i], v[i]) = update(w[i], g[i], t, m[i], v[i]);
    };

    /// <summary>m' / (sqrt(v') + eps), with the moments written.</summary>
    static double Adam(double g, int t, double b1, double b2, double eps, ref double m, ref double v)
    {
        m = b1 * m + (1 - b1) * g;
        v = b2 * v + (1 - b2) * g * g;
        return m / (1 - Math.Pow(b1, t)) / (Math.Sqrt(v / (1 - Math.Pow(b2, t))) + eps);
    }

    static IEnumerable<TestCaseData> Optimizers()
    {
        TestCaseData Case(string name, Func<IReadOnlyList<Tensor>, Optimizer> make, Update update) => new TestCaseData(make, update).SetArgDisplayNames(name);
        foreach (bool fused in new[] { false, true })
        {
            string form = fused ? ", fused" : "";
            yield return Case("SGD" + form, p => new SGD(p, Rate, fused: fused), Each((w, g, _, _, _) => (w - Rate * g, 0, 0)));
            yield return Case("SGD with momentum" + form, p => new SGD(p, Rate, 0.9, weightDecay: 0.01, fused: fused), Each((w, g, _, m, _) =>
            {
                m = 0.9 * m + g + 0.01 * w;
                return (w - Rate * m, m, 0);
            }));
            yield return Case("SGD with Nesterov's momentum" + form, p => new SGD(p, Rate, 0.9, nesterov: true, fused: fused), Each((w, g, _, m, _) =>
            {
                m = 0.9 * m + g;
                return (w - Rate * (g + 0.9 * m), m, 0);
            }));
            yield return Case("Adam" + form, p => new Adam(p, Rate, fused: fused), Each((w, g, t, m, v) => (w - Rate * Adam(g, t, 0.9, 0.999, 1e-8, ref m, ref v), m, v)));
            yield return Case("Adam with decay" + form, p => new Adam(p, Rate, 0.8, 0.99, 1e-3, 0.1, fused), Each((w, g, t, m, v) =>
                (w - Rate * Adam(g + 0.1 * w, t, 0.8, 0.99, 1e-3, ref m, ref v), m, v)));
            yield return Case("AdamW" + form, p => new AdamW(p, Rate, weightDecay: 0.1, fused: fused), Each((w, g, t, m, v) =>
                (w * (1 - Rate * 0.1) - Rate * Adam(g, t, 0.9, 0.999, 1e-8, ref m, ref v), m, v)));
        }
        yield return Case("LAMB", p => new LAMB(p, Rate, weightDecay: 0.1), (w, g, t, m, v) =>
        {
            double[] u = [.. w.Select((x, i) => Adam(g[i], t, 0.9, 0.999, 1e-6, ref m[i], ref v[i]) + 0.1 * x)];
            double trust = Length(w) > 0 && Length(u) > 0 ? Length(w) / Length(u) : 1;
            for (int i = 0; i < w.Length; i++) w[i] -= Rate * trust * u[i];
        });
        yield return Case("LARS", p => new LARS(p, Rate, 0.9, 0.01, 0.02), (w, g, _, m, _) =>
        {
            double local = Length(w) > 0 && Length(g) > 0 ? 0.02 * Length(w) / (Length(g) + 0.01 * Length(w)) : 1;
            for (int i = 0; i < w.Length; i++) w[i] -= m[i] = 0.9 * m[i] + Rate * local * (g[i] + 0.01 * w[i]);
        });
        foreach (bool nesterov in new[] { true, false })
            yield return Case("Muon" + (nesterov ? "" : " without Nesterov"), p => new Muon([.. p.Where(t => t.Rank > 1)], Rate, nesterov: nesterov), (w, g, _, m, _) =>
            {
                if (w.Length < 12) return;
                for (int i = 0; i < w.Length; i++) m[i] = 0.95 * m[i] + 0.05 * g[i];
                double[] u = Orthogonal([.. g.Select((x, i) => nesterov ? 0.05 * x + 0.95 * m[i] : m[i])], 6, 2);
                for (int i = 0; i < w.Length; i++) w[i] = w[i] * (1 - Rate * 0.1) - Rate * Math.Sqrt(3) * u[i];
            });
    }

    /// <summary>Five steps of the iteration of Jordan et al. on a matrix of more rows than columns.</summary>
    static double[] Orthogonal(double[] g, int rows, int columns)
    {
        double[] x = [.. g.Select(e => e / (Length(g) + 1e-7))];
        for (int step = 0; step < 5; step++)
        {
            var a = new double[columns * columns];
            for (int i = 0; i < columns; i++)
                for (int j = 0; j < columns; j++)
                    for (int r = 0; r < rows; r++) a[i * columns + j] += x[r * columns + i] * x[r * columns + j];
            double[] b = [.. Enumerable.Range(0, a.Length).Select(k => -4.7750 * a[k]
                + 2.0315 * Enumerable.Range(0, columns).Sum(j => a[k / columns * columns + j] * a[j * columns + k % columns]))];
            x = [.. Enumerable.Range(0, x.Length).Select(k => 3.4445 * x[k]
                + Enumerable.Range(0, columns).Sum(j => x[k / columns * columns + j] * b[j * columns + k % columns]))];
        }
        return x;
    }

    [TestCaseSource(nameof(Optimizers))]
    public void Steps_follow_the_formulas(Func<IReadOnlyList<Tensor>, Optimizer> make, Delegate update)
    {
        // The last one begins at 0, where a norm is 0.
        Tensor[] parameters = [Values.Random(1, 3, 2, 2).Flatten(0, 1).Contiguous(), Values.Random(2, 3), Tensor.Zeros(2)];
        var expected = parameters.Select(p => p.ToArray<float>().Select(v => (double)v).ToArray()).ToArray();
        var (m, v) = (expected.Select(w => new double[w.Length]).ToArray(), expected.Select(w => new double[w.Length]).ToArray());
        var optimizer = make(parameters);
        for (int step = 1; step <= Taken; step++)
        {
            Tensor[] gradients = [.. parameters.Select((p, i) => Values.Random(100 * step + i, p.Shape.Extents()))];
            if (step == 2) gradients[1] = Tensor.Zeros(3);
            for (int i = 0; i < parameters.Length; i++) ((Update)update)(expected[i], [.. gradients[i].ToArray<float>().Select(g => (double)g)], step, m[i], v[i]);
            optimizer.Step([.. gradients.Where((_, i) => optimizer.Parameters.Contains(parameters[i]))]);
        }
        Assert.That(optimizer.Steps.Item<int>(), Is.EqualTo(Taken));
        for (int i = 0; i < parameters.Length; i++)
            if (optimizer.Parameters.Contains(parameters[i])) Close.Check(parameters[i].Floats(), [.. expected[i].Select(w => (float)w)], 1e-5, $"parameter {i}");
    }

    [TestCaseSource(nameof(Optimizers))]
    public void Steps_do_not_keep_one_another(Func<IReadOnlyList<Tensor>, Optimizer> make, Delegate update)
    {
        foreach (bool backward in new[] { false, true })
        {
            Tensor w = Values.Random(1, 6, 2), x = Values.Random(2, 6, 2);
            var optimizer = make([w]);
            // Older ones must not be kept by the newest, which what is remembered belongs to.
            var values = Enumerable.Range(0, 6).Select(_ => Stepped(optimizer, w, x, backward)).ToArray();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            Assert.That(values[..3].Count(v => v.TryGetTarget(out var _)), Is.Zero, backward ? "Backward and Step" : "Step of the loss");
            GC.KeepAlive(optimizer);
            GC.KeepAlive(w);
        }
    }

    /// <summary>What a parameter became in a step.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference<UOp> Stepped(Optimizer optimizer, Tensor w, Tensor x, bool backward)
    {
        var loss = (w * x).Square().Sum();
        if (backward)
        {
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
        }
        else optimizer.Step(loss);
        return new(w.Node);
    }

    [Test]
    public void A_group_takes_its_steps_in_one_run()
    {
        Tensor a = Values.Random(1, 4, 3), b = Values.Random(2, 3), x = Values.Random(3, 5, 4);
        var group = new OptimizerGroup(new Muon([a], 0.1), new Adam([b], 0.1));
        var loss = (x.MatMul(a) + b).Square().Sum();
        var (written, before) = (new StringWriter(), Debugging.Out);
        try
        {
            (Debugging.Level, Debugging.Out) = (2, written);
            group.Step(loss);
            Assert.That(new[] { a, b, loss }.Select(t => t.Storage), Has.None.Null);
        }
        finally
        {
            (Debugging.Level, Debugging.Out) = (0, before);
        }
        Assert.That(written.ToString().Split("arena").Length - 1, Is.EqualTo(1), written.ToString());
    }

    [Test]
    public void A_group_without_a_gradient_changes_nothing()
    {
        Tensor a = Tensor.Ones(2), b = Tensor.Ones(2);
        var group = new OptimizerGroup(new SGD([a], 0.1), new SGD([b], 0.1));
        a.Square().Sum().Backward();
        Assert.That(group.Step, Throws.TypeOf<GradientException>().With.Message.Contains("parameter 0"));
        Assert.That(a.Floats(), Is.EqualTo(new[] { 1f, 1 }));
        Assert.That(group.Optimizers[0].Steps.Item<int>(), Is.Zero);
        b.Sum().Backward();
        group.Step();
        Assert.That(a.Floats().Concat(b.Floats()), Is.EqualTo(new[] { 0.8f, 0.8f, 0.9f, 0.9f }));
    }

    [Test]
    public void Adam_is_exact_in_its_first_step_and_after_many()
    {
        // 1 - 0.999^t in float32 would lose half of its digits at first.
        var w = Tensor.Zeros(1);
        var adam = new Adam([w], 1e-3);
        adam.Step([Tensor.From([1e-3f])]);
        Assert.That(w.Item(), Is.EqualTo(-1e-3f * (1e-3 / (1e-3 + 1e-8))).Within(2e-7).Percent.Or.EqualTo(-1e-3f * (float)(1e-3 / (1e-3 + 1e-8))).Within(1).Ulps);
        adam.Steps.Assign(100_000);
        adam.Step([Tensor.From([1e-3f])]);
        Assert.That(adam.Steps.Item<int>(), Is.EqualTo(100_001));
        Assert.That(float.IsFinite(w.Item()));
    }

    [Test]
    public void Gradients_are_clipped()
    {
        Tensor[] gradients = [Values.Random(1, 4, 3) * 3, Values.Random(2, 5)];
        double norm = Math.Sqrt(gradients.Sum(g => g.Floats().Sum(x => (double)x * x)));
        Assert.That(gradients.Norm().Item(), Is.EqualTo((float)norm).Within(1e-5).Percent.Or.EqualTo((float)norm).Within(1e-5f));
        var clipped = gradients.ClipNorm(0.5);
        for (int i = 0; i < 2; i++) Close.Check(clipped[i].Floats(), [.. gradients[i].Floats().Select(g => (float)(g * 0.5 / (norm + 1e-6)))], 1e-6);
        Assert.That(gradients.ClipNorm(100)[0].Floats(), Is.EqualTo(gradients[0].Floats()));
        Assert.That(gradients.ClipValue(0.25)[0].Floats(), Is.EqualTo(gradients[0].Floats().Select(g => Math.Clamp(g, -0.25f, 0.25f))));
    }

    static IEnumerable<TestCaseData> Schedules()
    {
        TestCaseData Case(string name, RateSchedule schedule, Func<int, double> rate) => new TestCaseData(schedule, rate).SetArgDisplayNames(name);
        double Cosine(double a, double b, double part) => b + (a - b) * (1 + Math.Cos(Math.PI * part)) / 2;
        yield return Case("constant", 0.3, _ => 0.3);
        yield return Case("step", new StepSchedule(0.3, 7, 0.5), n => 0.3 * Math.Pow(0.5, n / 7));
        yield return Case("multi-step", new MultiStepSchedule(0.3, [3, 10, 11]), n => 0.3 * Math.Pow(0.1, new[] { 3, 10, 11 }.Count(m => n >= m)));
        yield return Case("exponential", new ExponentialSchedule(0.3, 0.9), n => 0.3 * Math.Pow(0.9, n));
        yield return Case("cosine", new CosineSchedule(0.3, 20, 0.01), n => Cosine(0.3, 0.01, Math.Min(1, n / 20.0)));
        yield return Case("one cycle", new OneCycleSchedule(0.3, 30), n => n <= 8 ? Cosine(0.3 / 25, 0.3, n / 8.0) : Cosine(0.3, 0.3 / 25 / 1e4, Math.Min(1, (n - 8) / 21.0)));
        yield return Case("warm-up", new WarmUpSchedule(10, new CosineSchedule(0.3, 20), 0.1), n => n < 10 ? 0.3 * (0.1 + 0.9 * n / 10) : Cosine(0.3, 0, Math.Min(1, (n - 10) / 20.0)));
    }

    [TestCaseSource(nameof(Schedules))]
    public void Rates_follow_the_schedule(RateSchedule schedule, Func<int, double> rate)
    {
        int[] steps = [.. Enumerable.Range(0, 40)];
        Close.Check(schedule.At(Tensor.From(steps)).Floats(), [.. steps.Select(n => (float)rate(n))], 1e-6);
        Assert.That(schedule.First, Is.EqualTo(rate(0)).Within(1e-7));
        var w = Tensor.Zeros(1);
        var sgd = new SGD([w], schedule);
        double expected = 0;
        for (int n = 0; n < 12; n++)
        {
            sgd.Step([Tensor.Ones(1)]);
            expected -= rate(n);
            Assert.That(sgd.LearningRate.Item(), Is.EqualTo(rate(n)).Within(1e-6), $"step {n}");
        }
        Assert.That(w.Item(), Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void A_plateau_lowers_the_rate()
    {
        var sgd = new SGD([Tensor.Zeros(1)], 1);
        var plateau = new ReduceOnPlateau(sgd, 0.5, patience: 2, least: 0.2);
        double[] losses = [3, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1];
        float[] rates = [.. losses.Select(l => { plateau.Step(l); return sgd.LearningRate.Item(); })];
        Assert.That(rates, Is.EqualTo(new[] { 1, 1, 1, 1, 0.5f, 0.5f, 0.5f, 0.5f, 0.25f, 0.25f, 0.25f, 0.2f, 0.2f, 0.2f }));
    }

    [Test]
    public void On_a_plateau_NaN_is_no_better_and_below_zero_less_is()
    {
        var sgd = new SGD([Tensor.Zeros(1)], 1);
        var plateau = new ReduceOnPlateau(sgd, 0.5, patience: 1, threshold: 0.1);
        double[] values = [double.NaN, double.PositiveInfinity, 2, double.NaN, 1.9, -1, -1.05, -1.2];
        bool[] lowered = [.. values.Select(plateau.Step)];
        Assert.That(lowered, Is.EqualTo(new[] { false, true, false, false, true, false, false, false }));
        Assert.That((plateau.Best, plateau.Waited), Is.EqualTo((-1.2, 0)));
    }

    [Test]
    public void Misuse_is_said()
    {
        Assert.That(() => new SGD([], 1), Throws.ArgumentException.With.Message.Contains("no parameters"));
        Assert.That(() => new SGD([Tensor.From([1])], 1), Throws.TypeOf<DTypeException>().With.Message.Contains("int32"));
        Assert.That(() => new Muon([Tensor.Zeros(3)], 1), Throws.TypeOf<ShapeException>().With.Message.Contains("OptimizerGroup"));
        Assert.That(() => new SGD([Tensor.Zeros(3)], 1).Step([Tensor.Zeros(2)]), Throws.TypeOf<ShapeException>().With.Message.Contains("gradient 0 is [2], the parameter [3]"));
        Assert.That(() => new SGD([Tensor.Zeros(3)], 1).Step([]), Throws.ArgumentException.With.Message.Contains("0 gradients for 1"));
    }
}
