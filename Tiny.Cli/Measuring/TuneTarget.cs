using System.Runtime.InteropServices;
using Tiny.Export.C;
using Tiny.Jit;
using Tiny.Optimize;
using Tiny.Optimize.Search;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Cli.Measuring;

/// <summary>What kernels can be searched for: how a program is scheduled for it, and what measures its kernels.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schedule">What the scheduler may count on.</param>
/// <param name="Open">The kinds of target that this machine runs, the most important first, each with what its time counts and its measurer.</param>
sealed record TuneTarget(string Name, Func<ScheduleProfile> Schedule, Func<CancellationToken, IReadOnlyList<TuneLevel>> Open)
{
    // A lesser kind of processor runs the program too, but hardly ever this one.
    const double Lesser = 0.01;

    /// <summary>All there are.</summary>
    public static IReadOnlyList<TuneTarget> All { get; } =
    [
        new("c", () => new CTarget().Schedule, Compiled),
        // Live programs: the variable TINY_TUNE names what they use.
        new("cpu", () => ScheduleProfile.Of(Device.Get("cpu").Profile), cancellation => [Of("cpu", cancellation)]),
        new("webgpu", () => new WebGpuTarget().Schedule, cancellation => [Of("webgpu", cancellation)]),
    ];

    static IReadOnlyList<TuneLevel> Compiled(CancellationToken cancellation)
    {
        using var probe = new TuneLibrary([], cancellation);
        var levels = CBench.Variants.Where(v => probe.Has(v.Variant)).ToList();
        return [.. levels.Select((l, i) => new TuneLevel(l.Profile, i == 0 ? 1 : Lesser, Processor, memory => new CMeasurer(memory, cancellation)))];
    }

    static TuneLevel Of(string device, CancellationToken cancellation)
    {
        var opened = Device.Get(device);
        return new(opened.Profile, 1, opened is WebGpuDevice gpu ? gpu.Adapter : Processor, memory => new DeviceMeasurer(opened, memory, cancellation));
    }

    /// <summary>The processor's name.</summary>
    static string Processor
    {
        get
        {
            const string model = "model name";
            var line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith(model, StringComparison.Ordinal)) : null;
            var name = line is null ? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            return string.IsNullOrEmpty(name) ? $"{RuntimeInformation.ProcessArchitecture}" : name;
        }
    }
}

/// <summary>A kind of target that this machine runs.</summary>
/// <param name="Profile">What it offers.</param>
/// <param name="Weight">What its time counts.</param>
/// <param name="Machine">What measures.</param>
/// <param name="Measurer">A measurer for the memory of a kernel.</param>
sealed record TuneLevel(TargetProfile Profile, double Weight, string Machine, Func<Func<KernelMemory>, IMeasurer> Measurer);
