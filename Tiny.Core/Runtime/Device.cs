using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Schedule;

namespace Tiny.Runtime;

/// <summary>Something that runs kernels. Devices are registered by name; capture and export use none.</summary>
public abstract class Device
{
    static readonly Lock s_lock = new();
    static readonly Dictionary<string, Func<Device>> s_factories = new(StringComparer.OrdinalIgnoreCase);
    static readonly Dictionary<string, Device> s_open = new(StringComparer.OrdinalIgnoreCase);

    static Device()
    {
        Register("cpu", static () => new CpuDevice());
        Register("webgpu", static () => new WebGpuDevice());
    }

    /// <summary>The name it is registered under.</summary>
    public abstract string Name { get; }
    /// <summary>What its kernels are lowered for.</summary>
    public abstract TargetProfile Profile { get; }

    /// <summary>What has been compiled to realise tensors here.</summary>
    internal RealizePrograms RealizePrograms { get; }

    /// <summary>A device on which nothing has been compiled yet.</summary>
    protected Device() => RealizePrograms = new(this);

    /// <summary>The most bytes of one piece of memory.</summary>
    public virtual long MaxBufferBytes => MemoryPlan.Unlimited;

    /// <summary>Zeroed memory on the device.</summary>
    public abstract DeviceBuffer Allocate(long bytes);
    /// <summary>Memory on the device that is written before it is read; what it holds until then is unknown.</summary>
    public virtual DeviceBuffer AllocateUnwritten(long bytes) => Allocate(bytes);
    /// <summary>Host bytes on the device. The CPU uses them where they lie.</summary>
    public abstract DeviceBuffer Upload(HostMemory host);
    /// <summary>Makes a kernel ready to launch.</summary>
    public abstract DeviceKernel Compile(LinearKernel kernel);
    /// <summary>Returns once all kernels launched before have run. Needed only to measure: reads wait by themselves.</summary>
    public virtual void Synchronize() { }

    /// <summary>Makes a device known; a later registration of the same name replaces an earlier one.</summary>
    public static void Register(string name, Func<Device> factory)
    {
        lock (s_lock)
        {
            s_factories[name] = factory;
            s_open.Remove(name);
        }
    }

    /// <summary>Names of all registered devices.</summary>
    public static IReadOnlyList<string> Names
    {
        get { lock (s_lock) return [.. s_factories.Keys]; }
    }

    /// <summary>The device of that name, opened at first use.</summary>
    /// <exception cref="TargetException">No device of that name is registered.</exception>
    public static Device Get(string name)
    {
        lock (s_lock)
        {
            if (s_open.TryGetValue(name, out var open)) return open;
            if (!s_factories.TryGetValue(name, out var make))
                throw new TargetException($"no device '{name}'; there are: {string.Join(", ", s_factories.Keys)}");
            return s_open[name] = make();
        }
    }

    /// <summary>The device that live tensors run on: the CPU unless the variable TINY_DEVICE names another.</summary>
    public static Device Default => Get(Environment.GetEnvironmentVariable("TINY_DEVICE") ?? "cpu");
}

/// <summary>Memory on a device, or a part of it.</summary>
public abstract class DeviceBuffer
{
    /// <summary>Where it lies.</summary>
    public abstract Device Device { get; }
    /// <summary>Length in bytes.</summary>
    public abstract long Bytes { get; }
    /// <summary>A part that shares the memory.</summary>
    public abstract DeviceBuffer Slice(long offset, long bytes);
    /// <summary>Fills it from the host.</summary>
    public abstract void CopyFrom(ReadOnlySpan<byte> host);
    /// <summary>Copies it to the host, once all kernels launched before have run.</summary>
    public abstract void CopyTo(Span<byte> host);
    /// <summary>Gives the memory back where that can be done at once, and not when the object is found to be unreachable. Nothing may use it any more.</summary>
    internal virtual void Free() { }
}

/// <summary>A kernel ready to run on its device.</summary>
public abstract class DeviceKernel
{
    static readonly Dictionary<Variable, int> s_none = [];

    /// <summary>Runs it on buffers in the order of <see cref="LinearKernel.Params"/>, with values in the order of <see cref="LinearKernel.Variables"/>.</summary>
    public abstract void Launch(ReadOnlySpan<DeviceBuffer> buffers, ReadOnlySpan<int> variables = default);

    /// <summary>The values by variable, checked.</summary>
    private protected static IReadOnlyDictionary<Variable, int> Values(LinearKernel kernel, ReadOnlySpan<int> variables)
    {
        if (variables.Length != kernel.Variables.Length)
            throw new ArgumentException($"kernel {kernel.Name} takes {kernel.Variables.Length} variables, not {variables.Length}");
        if (variables.IsEmpty) return s_none;
        var values = new Dictionary<Variable, int>();
        for (int i = 0; i < variables.Length; i++)
        {
            var v = kernel.Variables[i];
            values[v] = variables[i] >= v.Min && variables[i] <= v.Max ? variables[i]
                : throw new ArgumentException($"kernel {kernel.Name}: {variables[i]} is no value of {v}");
        }
        return values;
    }
}
