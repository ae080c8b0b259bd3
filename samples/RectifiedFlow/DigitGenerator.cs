using System.Globalization;
using Tiny;
using Tiny.Formats;
using Tiny.Nn;
using TrainDigitsSample;

namespace RectifiedFlowSample;

/// <summary>
/// A generator of digits by rectified flow (Liu et al., 2022; Lipman et al., 2022): a picture x moves on a straight line from noise at time 0 to a digit at time 1. The net learns where
/// the digit is that a noisy picture belongs to; the velocity is the way there divided by the time left. To generate is to follow the velocity from noise in small steps.
/// </summary>
public sealed class DigitGenerator
{
    /// <summary>Digits in a training step.</summary>
    public const int BatchSize = 128;
    /// <summary>Pictures that are generated together.</summary>
    public const int Generated = 200;
    // The class is left out of so many examples, so that the net also learns digits of any class; and how far a picture is driven from those towards its own.
    const double Unasked = 0.1, Guidance = 2;
    const int FlowSteps = 50;
    // Close to the end of the way the velocity's error would outweigh everything.
    const double LeastTimeLeft = 0.1;

    /// <summary>What is trained.</summary>
    public FlowNet Net;
    /// <summary>Its weights averaged over the last thousand steps: they draw better.</summary>
    [Buffer] public FlowNet Average;
    public Adam Optimizer;

    readonly DigitSet _set;
    readonly Batches _batches;
    readonly Tensor _key;
    readonly int _steps;
    readonly uint _seed;

    /// <summary>A new net, to be trained for a number of steps. The same seed gives the same training.</summary>
    public DigitGenerator(DigitSet set, int steps, uint seed)
    {
        (_set, _steps, _seed, _batches) = (set, steps, seed, new Batches(set.Count, BatchSize, seed));
        _key = Tensor.From([seed]).Reshape(Array.Empty<int>());
        Initial.Seed(seed);
        (Net, Average) = (new FlowNet(), new FlowNet());
        Optimizer = new Adam(StateDict.Parameters(Net), new WarmUpSchedule(100, new CosineSchedule(1e-3, Math.Max(1, steps - 100), 1e-5)), beta2: 0.99);
    }

    /// <summary>Steps taken.</summary>
    public int Steps => Optimizer.Steps.Item<int>();

    /// <summary>The next training step; its loss.</summary>
    public double Step() => Learn(_batches.At(Steps)).Item();

    /// <summary>A whole training step: noise, forward, backward, Adam and the averaged weights.</summary>
    /// <param name="numbers">Which digits.</param>
    [TinyJit]
    public Tensor Learn([Shape(BatchSize, DType = ScalarKind.Int32)] Tensor numbers)
    {
        var step = Optimizer.Steps;
        var digit = (_set.Pixels.Take(numbers).Cast(DType.Float32) / 127.5 - 1).Contiguous();
        var noise = Noise.Normal(digit.Shape, step, _key, 0).Contiguous();
        // Most examples are in the middle of the way, where there is most to learn (Esser et al., 2024).
        var time = Noise.Normal(new Shape(BatchSize, 1), step, _key, 1).Sigmoid().Contiguous();
        var unasked = Noise.Uniform(numbers.Shape, step, _key, 2).Lt(Unasked);
        var label = unasked.Where(FlowNet.AnyClass, _set.Labels.Take(numbers)).Contiguous();
        var guess = Net.Forward(noise * (1 - time) + digit * time, time, label);
        // The error of the velocity (guess - x) / (1 - time).
        var loss = ((guess - digit) / (1 - time).Maximum(LeastTimeLeft)).Square().Mean();
        Optimizer.Step(loss);
        var n = Optimizer.Steps.Cast(DType.Float32);
        var keep = ((n + 1) / (n + 10)).Minimum(0.999);
        foreach (var (average, weight) in StateDict.Of(Average).Zip(StateDict.Of(Net))) average.Value.Assign(average.Value * keep + weight.Value * (1 - keep));
        return loss;
    }

    /// <summary>Pictures a step further on their way to digits.</summary>
    /// <param name="x">The pictures.</param>
    /// <param name="label">The digit asked of each.</param>
    /// <param name="time">Where they are on their way.</param>
    /// <param name="length">Of the step.</param>
    [TinyJit]
    public Tensor Advance([Shape(Generated, DigitSet.Area)] Tensor x, [Shape(Generated, DType = ScalarKind.Int32)] Tensor label, [Shape(1)] Tensor time, [Shape(1)] Tensor length)
    {
        Tensor Velocity(Tensor asked) => (Average.Forward(x, time.Expand(Generated, 1), asked) - x) / (1 - time);
        var (any, own) = (Velocity(label * 0 + FlowNet.AnyClass), Velocity(label));
        // Classifier-free guidance (Ho and Salimans, 2021).
        return x + (any + (own - any) * Guidance) * length;
    }

    /// <summary>Generates digits, as many of each class, classes in turn: pixels from 0 to 255. The same seed gives the same ones.</summary>
    public IReadOnlyList<(int Label, byte[] Pixels)> Generate(uint seed)
    {
        int[] labels = [.. Enumerable.Range(0, Generated).Select(i => i % 10)];
        var (label, x) = (Tensor.From(labels), Tensor.RandN(new Shape(Generated, DigitSet.Area), seed));
        for (int k = 0; k < FlowSteps; k++) x = Advance(x, label, Tensor.From([(float)k / FlowSteps]), Tensor.From([1f / FlowSteps]));
        float[] ink = x.ToArray<float>();
        return [.. labels.Select((l, i) => (l, ink[(i * DigitSet.Area)..((i + 1) * DigitSet.Area)].Select(v => (byte)Math.Clamp(MathF.Round((v + 1) * 127.5f), 0, 255)).ToArray()))];
    }

    /// <summary>Writes all that the next step depends on.</summary>
    public void Save(string path) => this.SaveSafetensors(path, Settings());

    /// <summary>Goes on where a file was written.</summary>
    /// <exception cref="WeightsException">The file is none of this training's.</exception>
    public void Load(string path)
    {
        Checkpoint.Check(path, Settings());
        this.LoadSafetensors(path, copy: true);
    }

    Dictionary<string, string> Settings() => new()
    {
        ["steps"] = _steps.ToString(CultureInfo.InvariantCulture),
        ["seed"] = _seed.ToString(CultureInfo.InvariantCulture),
        ["digits"] = _set.Count.ToString(CultureInfo.InvariantCulture),
    };
}
