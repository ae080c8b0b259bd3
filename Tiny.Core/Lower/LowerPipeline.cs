using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>The passes that turn a scheduled kernel into linear code.</summary>
static class LowerPipeline
{
    public static LinearKernel Run(Kernel kernel, TargetProfile profile) => throw new NotSupportedException($"{kernel.Name} {profile.Name}");
}
