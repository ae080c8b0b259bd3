using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tiny.Diagnostics;
using Tiny.Jit;
using Tiny.Runtime;
using TrainDigitsSample;

namespace Tiny.Bench;

/// <summary>
/// A training step of samples/TrainDigits: its goal is three times what its floating-point operations would take at half of one core's measured peak. That no step
/// after the first compiles anything is checked on the way.
/// </summary>
sealed class TrainingStep() : Measure("train: step of TrainDigits, batch 64", null)
{
    readonly Lazy<double> _operations = new(() =>
    {
        var trainer = new Trainer(DigitSet.Load().Training, 5, 1);
        var program = ProgramCapture.Capture("train", trainer, [typeof(Trainer).GetMethod(nameof(Trainer.Learn))!]);
        return program.Entries[0].Calls.Sum(c => Work.Of(program.Kernels[c.Kernel].Sink));
    });

    public override double Operations => _operations.Value;
    public override double? Goal => 3 * Operations / (0.5 * Peak.FlopsPerSecond) * 1e3;

    public override IReadOnlyList<double>? Run(out string? whyNot)
    {
        var trainer = new Trainer(DigitSet.Load().Training, 5, 1);
        trainer.Step();
        int compiled = CpuKernelCache.Compiled, captures = Replay.Captures;
        double[] times = [.. Enumerable.Range(0, 60).Select(_ => Clock.Of(() => trainer.Step()))];
        whyNot = CpuKernelCache.Compiled != compiled ? "a step after the first compiled kernels" : Replay.Captures != captures ? "the step was captured again" : null;
        return whyNot is null ? times[10..] : null;
    }
}

/// <summary>Graphs built by tensor operations, and built, scheduled and run, as outside of captured methods.</summary>
static class Eager
{
    public static Action Build(int nodes) => () => Chain(Tensor.Ones(64).Contiguous(), nodes);

    public static Action Run(int nodes)
    {
        var x = Tensor.Ones(64).Contiguous().Realize();
        return () => Chain(x, nodes).Realize();
    }

    static Tensor Chain(Tensor x, int nodes)
    {
        for (int i = 0; i < nodes; i++) x += x;
        return x;
    }
}

/// <summary>What one core can do: fused multiply-adds of the widest vectors in registers.</summary>
static class Peak
{
    static readonly Lazy<double> s_measured = new(() => Enumerable.Range(0, 60).Max(_ => Once()));

    /// <summary>Float32 operations in a second, a fused multiply-add being two.</summary>
    public static double FlopsPerSecond => s_measured.Value;

    static double Once()
    {
        const int Turns = 200_000;
        long start = Stopwatch.GetTimestamp();
        double lanes = Vector512.IsHardwareAccelerated ? Wide(Turns) : Narrow(Turns);
        return lanes * 2 * 12 * Turns / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static double Wide(int turns)
    {
        var x = Vector512.Create(0.999f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int n = 0; n < turns; n++)
        {
            (a, b, c, d) = (Vector512.FusedMultiplyAdd(a, x, x), Vector512.FusedMultiplyAdd(b, x, x), Vector512.FusedMultiplyAdd(c, x, x), Vector512.FusedMultiplyAdd(d, x, x));
            (e, f, g, h) = (Vector512.FusedMultiplyAdd(e, x, x), Vector512.FusedMultiplyAdd(f, x, x), Vector512.FusedMultiplyAdd(g, x, x), Vector512.FusedMultiplyAdd(h, x, x));
            (i, j, k, l) = (Vector512.FusedMultiplyAdd(i, x, x), Vector512.FusedMultiplyAdd(j, x, x), Vector512.FusedMultiplyAdd(k, x, x), Vector512.FusedMultiplyAdd(l, x, x));
        }
        return float.IsNaN((a + b + c + d + e + f + g + h + i + j + k + l)[0]) ? 0 : 16;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static double Narrow(int turns)
    {
        var x = new Vector<float>(0.999f);
        Vector<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int n = 0; n < turns; n++)
        {
            (a, b, c, d) = (Vector.FusedMultiplyAdd(a, x, x), Vector.FusedMultiplyAdd(b, x, x), Vector.FusedMultiplyAdd(c, x, x), Vector.FusedMultiplyAdd(d, x, x));
            (e, f, g, h) = (Vector.FusedMultiplyAdd(e, x, x), Vector.FusedMultiplyAdd(f, x, x), Vector.FusedMultiplyAdd(g, x, x), Vector.FusedMultiplyAdd(h, x, x));
            (i, j, k, l) = (Vector.FusedMultiplyAdd(i, x, x), Vector.FusedMultiplyAdd(j, x, x), Vector.FusedMultiplyAdd(k, x, x), Vector.FusedMultiplyAdd(l, x, x));
        }
        return float.IsNaN((a + b + c + d + e + f + g + h + i + j + k + l)[0]) ? 0 : Vector<float>.Count;
    }
}
