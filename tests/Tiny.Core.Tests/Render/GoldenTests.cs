using NUnit.Framework;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;

namespace Tiny.Core.Tests.Render;

/// <summary>How rendered kernels read.</summary>
public class GoldenTests
{
    static readonly (string File, Func<TargetProfile, LinearKernel> Make, string[] Names)[] s_kernels =
    [
        ("convolution", SampleKernels.Convolution, ["out", "x", "conv1_weight", "conv1_bias"]),
        ("scale_and_sum", SampleKernels.ScaleAndSum, ["out", "total", "x", "scale"]),
        ("pad", SampleKernels.Padded, ["out", "x"]),
        ("largest", SampleKernels.Largest, ["out", "x"]),
    ];

    [Test]
    public void C([Range(0, 3)] int kernel, [Values] bool vectors)
    {
        var (file, make, names) = s_kernels[kernel];
        var text = CRenderer.Render(make(vectors ? CRenderer.Gnu128 : CRenderer.Plain), names);
        Golden.Check($"{file}.{(vectors ? "gnu128" : "plain")}.c", $"{CRenderer.Prologue(text.Helpers)}\n{text.Text}");
    }

    [Test]
    public void Wgsl([Range(0, 3)] int kernel)
    {
        var (file, make, names) = s_kernels[kernel];
        WgslBinding[] bindings = [.. names.Select((n, i) => new WgslBinding(n, ReadWrite: n == "x"))];
        Golden.Check($"{file}.wgsl", WgslRenderer.Render(make(WgslRenderer.Profile), bindings));
    }

    [Test]
    public void RenderingTwiceGivesTheSameText([Range(0, 3)] int kernel)
    {
        var (_, make, names) = s_kernels[kernel];
        Assert.That(CRenderer.Render(make(CRenderer.Plain), names).Text, Is.EqualTo(CRenderer.Render(make(CRenderer.Plain), names).Text));
    }
}
