using System.Diagnostics;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Bench;

/// <summary>What a replayed call costs beside its kernels: 100 kernels of one element, and the same compiled code in a bare loop.</summary>
sealed class Replaying() : Measure("replay of 100 kernels, less the bare loop", goal: 0.022)
{
    const int Kernels = 100, Calls = 20, Times = 2000;

    static readonly Tensor[] s_weights = [.. Enumerable.Range(1, 8).Select(i => Tensor.From([i / 36f]).Realize())];

    static Tensor Forward(Tensor x)
    {
        // With so many buffers that no two become one kernel: each reads other weights than the one before.
        for (int i = 0; i < Kernels; i++)
            x = Tensor.Kernel("add", [(DType.Float32, new Shape(1))], [x, .. i % 2 == 0 ? s_weights[..4] : s_weights[4..]], static k =>
            {
                var place = k.Range(1);
                k.Outputs[0].Write(k.Inputs.Select(input => input[place]).Aggregate((a, b) => a + b), place);
            })[0];
        return x;
    }

    public override IReadOnlyList<double>? Run(out string? whyNot)
    {
        whyNot = Device.Default is CpuDevice ? null : "the live device is not the CPU";
        if (whyNot is not null) return null;
        var replay = TinyJit.Of<Func<Tensor, Tensor>>(Forward);
        var x = Tensor.Ones(1).Contiguous().Realize();
        var loop = Loop(x);
        if (Math.Abs(replay(x).Item() - Forward(x).Item()) > 1e-3) throw new InvalidOperationException("the replay is wrong");
        for (int i = 0; i < 5000; i++)
        {
            replay(x);
            loop();
        }
        return [.. Enumerable.Range(0, Times).Select(_ => Each(() => replay(x)) - Each(loop))];
    }

    // So short that other processes seldom come between.
    static double Each(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Calls; i++) work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / Calls;
    }

    // The compiled kernels with the addresses of memory that is always the same.
    static unsafe Action Loop(Tensor x)
    {
        var schedule = Scheduler.Run([Forward(x).Node]);
        if (schedule.Launches.Length != Kernels) throw new InvalidOperationException($"{schedule.Launches.Length} kernels");
        OwnedMemory[] memory = [.. schedule.Slots.Select(s => new OwnedMemory(s.Bytes))];
        IlKernel[] code = [.. schedule.Launches.Select(l => CpuKernelCache.Get(l.Kernel.Lower(Device.Default.Profile)))];
        // After the addresses come the first iteration and the one after the last, as in a launch.
        nint[][] pointers = [.. schedule.Launches.Select(l => (nint[])[.. l.Slots.Select(s => (nint)memory[s].Pointer), 0, 0])];
        return () =>
        {
            for (int k = 0; k < Kernels; k++)
                fixed (nint* p = pointers[k]) code[k](p);
            GC.KeepAlive(memory);
        };
    }
}
