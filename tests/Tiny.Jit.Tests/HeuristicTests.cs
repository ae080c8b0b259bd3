using NUnit.Framework;
using Tiny.Jit;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>What the heuristic chooses for kernels of sizes that the suites' are too small for can be applied, for every target.</summary>
public sealed class HeuristicTests
{
    sealed class Large
    {
        readonly Tensor _memory = Tensor.Zeros(1024, 1024).Realize();

        public Tensor Bools([Shape(4096, 64)] Tensor x, [Shape(64, 4)] Tensor w) => x.MatMul(w) > 0;
        public Tensor Bools8([Shape(4096, 64)] Tensor x, [Shape(64, 8)] Tensor w) => x.MatMul(w) > 0;
        public Tensor Bools12([Shape(4096, 64)] Tensor x, [Shape(64, 12)] Tensor w) => x.MatMul(w) > 0;
        public Tensor Bools16([Shape(4096, 64)] Tensor x, [Shape(64, 16)] Tensor w) => x.MatMul(w) > 0;
        public Tensor Bytes([Shape(4096, 64)] Tensor x, [Shape(64, 4)] Tensor w) => x.MatMul(w).Cast(DType.UInt8);
        public Tensor Halves([Shape(4096, 64)] Tensor x, [Shape(64, 8)] Tensor w) => x.MatMul(w).Cast(DType.Float16);
        public Tensor InPlace([Shape(512, 512)] Tensor a)
        {
            _memory[..512] = a.MatMul(_memory[512..]);
            return _memory[0];
        }
    }

    [Test]
    public void WhatIsChosenCanBeApplied()
    {
        foreach (var kernel in Capturing.Of("large", new Large()).Kernels)
            foreach (var profile in new[] { Device.Get("cpu").Profile, CRenderer.Gnu128, CRenderer.Plain, WgslRenderer.Profile })
            {
                Assert.That(() => kernel.Lower(profile), Throws.Nothing, $"{kernel.Name} for {profile.Name}");
                if (kernel.Params.All(p => profile.Memory(p.DType) == p.DType))
                    Assert.That(Heuristic.Choose(kernel.Sink, profile).Where(o => o.Kind == OptKind.Upcast).Select(o => o.Axis), Is.Unique, $"{kernel.Name} for {profile.Name}");
            }
    }
}
