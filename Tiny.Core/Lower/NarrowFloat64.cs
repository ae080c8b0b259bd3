using System.Collections.Immutable;
using Tiny.Graph;

namespace Tiny.Lower;

/// <summary>
/// Takes a body and its memory arguments; gives them with float32 wherever there was float64, for a target that has none and where its user asks for
/// the narrower type (<see cref="Optimize.TargetProfile.Float64"/>). Constants are rounded.
/// </summary>
static class NarrowFloat64
{
    /// <exception cref="TargetException">There is a float64.</exception>
    public static void Refuse(Kernel kernel, string target)
    {
        if (kernel.Sink.Topological().Exists(u => u.DType.Kind == ScalarKind.Float64))
            throw TargetException.NoFloat64(target, $"kernel {kernel.Name}", kernel);
    }

    /// <exception cref="TargetException">The bits of a float64 are looked at: a float32 has others.</exception>
    public static (UOp Sink, ImmutableArray<KernelParam> Params) Run(UOp sink, ImmutableArray<KernelParam> parameters, string kernel)
    {
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in sink.Topological())
        {
            if (node.Op == Op.Bitcast && (node.DType.Kind == ScalarKind.Float64 || node.Src[0].DType.Kind == ScalarKind.Float64))
                throw new TargetException($"kernel {kernel} takes the bits of float64, which cannot be computed as float32; cast to float32 before");
            done[node] = node.Op == Op.Const && node.DType == DType.Float64 ? UOp.Const(node.Float!.Value, DType.Float32)
                : UOp.New(node.Op, Narrow(node.DType), [.. node.Src.Select(s => done[s])], node.Arg);
        }
        return (done[sink], [.. parameters.Select(p => p with { DType = Narrow(p.DType) })]);
    }

    static DType Narrow(DType type) => type.Kind == ScalarKind.Float64 ? DType.Float32.Vec(type.Lanes) : type;
}
