using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>The passes that turn a scheduled kernel into linear code for a target.</summary>
static class LowerPipeline
{
    public static LinearKernel Run(Kernel kernel, TargetProfile profile)
    {
        foreach (var p in kernel.Params)
            if (profile.Kinds.Count > 0 && !profile.Kinds.Contains(p.DType.Kind))
                throw new TargetException($"{profile.Name} has no {p.DType} in memory (kernel {kernel.Name}); cast the tensor to float32, int32 or uint32");
        lock (kernel.Interner)
        {
            using var table = kernel.Interner.Resume();
            var simplify = Symbolic.Simplifier();
            var body = kernel.Sink;
            foreach (var opt in Heuristic.Choose(body, profile)) body = OptOps.Apply(body, opt, simplify);  // 7 optimize
            body = Expand.Run(body, simplify);                                                              // 8 lower
            if (profile.Grid) body = GridDims.Run(body, simplify);
            body = Vectorize.Run(body, kernel.Params, simplify);
            body = OrderSums.Run(Decompose.Run(body, profile));
            return new LinearKernel(kernel.Name, Linearize.Run(body, profile), kernel.Params, profile);     // 9 linearize
        }
    }
}
