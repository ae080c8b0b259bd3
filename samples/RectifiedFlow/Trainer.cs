using Tiny;
using Tiny.Nn;
using TrainDigitsSample;

namespace RectifiedFlowSample;

public sealed class Trainer
{
    public const int BatchSize = 128;
    public FlowNet Net, Average;
    public Adam Optimizer;
    readonly DigitSet _set;
    readonly Tensor _key;

    public Trainer(DigitSet set, int steps, long seed)
    {
        _set = set;
        _key = Tensor.From<uint>([(uint)seed]).Reshape(Array.Empty<int>());
        Initial.Seed(seed);
        Net = new FlowNet();
        Average = new FlowNet();
        foreach (var (a, w) in StateDict.Parameters(Average).Zip(StateDict.Parameters(Net))) a.Assign(w);
        Optimizer = new Adam(StateDict.Parameters(Net), new WarmUpSchedule(100, new CosineSchedule(1e-3, steps, 1e-5)), beta2: 0.99);
    }

    [TinyJit]
    public Tensor Learn([Shape(BatchSize, DType = ScalarKind.Int32)] Tensor numbers)
    {
        var step = Optimizer.Steps;
        var picture = (_set.Pixels.Take(numbers).Cast(DType.Float32) / 127.5 - 1).Contiguous();
        var label = _set.Labels.Take(numbers);
        var (noise, _) = Random.Normal(BatchSize * 784, step, _key, 0);
        noise = noise.Reshape(BatchSize, 784).Contiguous();
        var (z, u) = Random.Normal(BatchSize, step, _key, 1);
        var t = z.Sigmoid().Reshape(BatchSize, 1).Contiguous();
        label = u.Lt(0.1).Where(FlowNet.AnyClass, label).Contiguous();
        var x = (noise * (1 - t) + picture * t).Contiguous();
        var guess = Net.Forward(x, t, label);
        var loss = ((guess - picture) / (1 - t).Maximum(0.1)).Square().Mean();
        Optimizer.Step(loss);
        var keep = (1 - 1 / (Optimizer.Steps.Cast(DType.Float32) * 0.1 + 1)).Minimum(0.999);
        foreach (var (a, w) in StateDict.Parameters(Average).Zip(StateDict.Parameters(Net))) a.Assign(a * keep + w * (1 - keep));
        return loss;
    }

    [TinyJit]
    public Tensor Advance([Shape(200, 784)] Tensor x, [Shape(200, DType = ScalarKind.Int32)] Tensor label, [Shape(1)] Tensor t, [Shape(1)] Tensor dt)
    {
        var time = t.Expand(200, 1);
        Tensor V(Tensor l) => (Average.Forward(x, time, l) - x) / (1 - t);
        var (asked, any) = (V(label), V(label * 0 + FlowNet.AnyClass));
        return x + (any + (asked - any) * 2) * dt;
    }
}

static class Random
{
    public static (Tensor Normal, Tensor Uniform) Normal(int count, Tensor step, Tensor key, int stream)
    {
        var (a, b) = Tensor.Threefry2x32(Tensor.Arange(count).Cast(DType.UInt32), Tensor.Scalar(stream, DType.UInt32), step.Cast(DType.UInt32), key);
        var u = ((a >> 8).Cast(DType.Float32) + 0.5f) * (1f / (1 << 24));
        var v = (b >> 8).Cast(DType.Float32) * (1f / (1 << 24));
        return ((u.Log() * -2).Sqrt() * (v * (2 * Math.PI)).Cos(), v);
    }
}
