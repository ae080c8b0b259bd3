using System.Diagnostics;
using Tiny.Optimize.Search;
using Tiny.Runtime;

namespace Tiny.Cli.Measuring;

/// <summary>Measures candidates of one kernel on a device, from launch to result (<see cref="Race"/>).</summary>
sealed class DeviceMeasurer(Device device, Func<KernelMemory> memory, CancellationToken cancellation) : IMeasurer
{
    static readonly Race s_race = new(0.3, 200e-6);

    KernelMemory? _memory;
    DeviceBuffer[]? _buffers;

    /// <inheritdoc/>
    public IReadOnlyList<double?> Measure(IReadOnlyList<Candidate> candidates)
    {
        var host = _memory ??= memory();
        var buffers = _buffers ??= [.. host.Buffers.Select(b => device.Upload(b))];
        var first = new double?[candidates.Count];
        var kernels = new DeviceKernel?[candidates.Count];
        IReadOnlyList<byte[]>? expected = null;
        for (int i = 0; i < candidates.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                kernels[i] = device.Compile(candidates[i].Code);
            }
            // What the device's compiler refuses is no candidate.
            catch (TinyException) when (i > 0)
            {
                continue;
            }
            var written = candidates[i].Code.Params.Select((p, j) => (p.Written, j)).Where(x => x.Written).Select(x => x.j).ToList();
            host.Reset();
            foreach (int j in written) buffers[j].CopyFrom(host.Buffers[j].Span);
            Run(kernels[i]!, buffers, host, 1);
            double seconds = Run(kernels[i]!, buffers, host, 1);
            host.Reset();
            foreach (int j in written) buffers[j].CopyFrom(host.Buffers[j].Span);
            Run(kernels[i]!, buffers, host, 1);
            List<byte[]> results = [.. written.Select(j => Bytes(buffers[j]))];
            expected ??= results;
            if (host.Agree(expected, results)) first[i] = seconds;
        }
        return s_race.Run(first, (i, times) =>
        {
            cancellation.ThrowIfCancellationRequested();
            return Run(kernels[i]!, buffers, host, times);
        });
    }

    double Run(DeviceKernel kernel, DeviceBuffer[] buffers, KernelMemory host, int times)
    {
        device.Synchronize();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < times; i++) kernel.Launch(buffers, host.Sizes);
        device.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / times;
    }

    static byte[] Bytes(DeviceBuffer buffer)
    {
        var bytes = new byte[buffer.Bytes];
        buffer.CopyTo(bytes);
        return bytes;
    }
}
