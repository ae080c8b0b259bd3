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
    public void Wasm([Range(0, 3)] int kernel, [Values] bool called)
    {
        var (file, make, _) = s_kernels[kernel];
        // Called several times, a kernel is given the addresses; else they are part of it.
        var linear = make(WasmModule.Relaxed);
        var module = new WasmModule(1 << 20);
        module.Kernel(linear, called ? null : [.. linear.Params.Select((_, i) => WasmModule.Guard + 4096L * i)], WasmModule.Guard / 2);
        Golden.Check($"{file}.{(called ? "called" : "once")}.wat", WasmText.Of(module.ToArray()));
    }

    [Test]
    public void RenderingTwiceGivesTheSameText([Range(0, 3)] int kernel)
    {
        var (_, make, names) = s_kernels[kernel];
        Assert.That(CRenderer.Render(make(CRenderer.Plain), names).Text, Is.EqualTo(CRenderer.Render(make(CRenderer.Plain), names).Text));
    }
}
