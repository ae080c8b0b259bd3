using System.Runtime.InteropServices;
using Tiny.Graph;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Cli.Verify;

/// <summary>Graphs with float32 wherever there was float64, for a target that has none: what <c>--f64=f32</c> asks for.</summary>
static class Narrowed
{
    /// <summary>Some node of the graphs is float64.</summary>
    public static bool Concerns(IEnumerable<UOp> roots) => Walk.Topological([.. roots]).Any(u => u.DType == DType.Float64);

    /// <summary>The graphs, narrower. Memory in them is rounded.</summary>
    public static UOp[] Of(IReadOnlyList<UOp> roots)
    {
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in Walk.Topological(roots))
            done[node] = node.DType != DType.Float64 && node.Src.All(s => ReferenceEquals(done[s], s)) ? node : Of(node, [.. node.Src.Select(s => done[s])]);
        return [.. roots.Select(r => done[r])];
    }

    static UOp Of(UOp node, UOp[] operands)
    {
        if (node.Op == Op.Bitcast && (node.DType == DType.Float64 || node.Src[0].DType == DType.Float64))
            throw new TargetException("the bits of float64 are taken, which cannot be computed as float32");
        var dtype = node.DType == DType.Float64 ? DType.Float32 : node.DType;
        return node switch
        {
            { Op: Op.Const } => UOp.Const(node.Float!.Value, dtype),
            { Op: Op.Buffer, Arg: Storage storage } => UOp.New(Op.Buffer, dtype, [], new Storage(dtype, storage.Shape, Rounded(storage.ToHost())) { Name = storage.Name }),
            { Op: Op.Cast } when operands[0].DType == dtype => operands[0],
            _ => UOp.New(node.Op, dtype, [.. operands], node.Arg),
        };
    }

    /// <summary>Numbers of 64 bits in 32.</summary>
    public static HostMemory Rounded(HostMemory memory)
    {
        float[] numbers = [.. MemoryMarshal.Cast<byte, double>(memory.Span).ToArray().Select(d => (float)d)];
        GC.KeepAlive(memory);
        return OwnedMemory.Of<float>(numbers);
    }

    /// <summary>Numbers of 32 bits in 64.</summary>
    public static HostMemory Widened(HostMemory memory)
    {
        double[] numbers = [.. MemoryMarshal.Cast<byte, float>(memory.Span).ToArray().Select(f => (double)f)];
        GC.KeepAlive(memory);
        return OwnedMemory.Of<double>(numbers);
    }
}
