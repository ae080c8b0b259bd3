using Tiny.Lower;
using Tiny.Optimize;

namespace Tiny.Runtime;

/// <summary>The live CPU: kernels become IL.</summary>
public sealed class CpuDevice : Device
{
    /// <inheritdoc/>
    public override string Name => "cpu";
    /// <inheritdoc/>
    public override TargetProfile Profile { get; } = new("cpu");
    /// <inheritdoc/>
    public override DeviceBuffer Allocate(long bytes) => throw new NotSupportedException();
    /// <inheritdoc/>
    public override DeviceBuffer Upload(HostMemory host) => throw new NotSupportedException();
    /// <inheritdoc/>
    public override DeviceKernel Compile(LinearKernel kernel) => throw new NotSupportedException();
}
