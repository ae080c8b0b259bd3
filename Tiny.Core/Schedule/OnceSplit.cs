using System.Runtime.InteropServices;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>
/// Takes a captured method's results; gives the same with every largest subgraph that depends on weights alone (no parameter, no state), or that is a table of
/// transcendentals of indices (not a mask: that is computed faster than loaded), replaced by its value, computed on the host. Movement of such a value
/// stays in the graph: it costs nothing there, and an
/// expanded copy would only be larger.
/// </summary>
static class OnceSplit
{
    const long MostOnHost = 1 << 26;

    /// <summary>The new results, and how many subgraphs were computed.</summary>
    public static (UOp[] Results, int Evaluated) Run(IReadOnlyList<UOp> results)
    {
        var order = Walk.Topological(results);
        var (perCall, weights, work, counts) = (Set(), Set(), Set(), Set());
        foreach (var node in order)
        {
            // More than the host can well hold at once is left to the kernels.
            if (node.Op is Op.Param or Op.Variable || node.Arg is Cell || node.Src.Any(perCall.Contains) || node.Shape.IsSymbolic
                || node is { Op: Op.Shrink, Arg: Edges e } && e.Any(p => p.Lo.IsSymbolic) || Cost.Computes(node) && node.Shape.Size > MostOnHost || node.Arg is KernelArg kernel && kernel.Iterations > MostOnHost) perCall.Add(node);
            if (node.Op == Op.Iota || node.Src.Any(counts.Contains)) counts.Add(node);
            if (node.Op == Op.Buffer || Cost.IsTranscendental(node) && counts.Contains(node) || node.Src.Any(weights.Contains)) weights.Add(node);
            if (Cost.Computes(node) || node.Op is Op.Contiguous or Op.Kernel || node.Src.Any(work.Contains)) work.Add(node);
        }
        bool IsOnce(UOp n) => !perCall.Contains(n) && weights.Contains(n) && work.Contains(n);

        var once = new List<UOp>();
        var chosen = Set();
        foreach (var node in order.Where(perCall.Contains).SelectMany(n => n.Src).Concat(results).Where(IsOnce))
        {
            var value = node;
            while (value.Op is >= Op.Reshape and <= Op.Flip) value = value.Src[0];
            if (chosen.Add(value)) once.Add(value);
        }
        if (once.Count == 0) return ([.. results], 0);

        var memory = Interpreter.Evaluate(once);
        var map = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < once.Count; i++)
        {
            var (dtype, held) = Smallest(once[i], memory[i]);
            var storage = new Storage(dtype, once[i].Shape, held) { Name = NameOf(once[i]) };
            map[once[i]] = UOp.New(Op.Buffer, dtype, storage).Cast(once[i].DType);
        }
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in order) done[node] = map.TryGetValue(node, out var to) ? to : node.WithSrc([.. node.Src.Select(s => done[s])]);
        return ([.. results.Select(r => done[r])], once.Count);
    }

    // Whole numbers that were made of bytes, and that bytes can hold, stay bytes.
    static (DType DType, HostMemory Memory) Smallest(UOp value, HostMemory memory)
    {
        if (value.DType != DType.Int32 || !value.Topological().Exists(u => u is { Op: Op.Buffer, DType.Kind: ScalarKind.Int8 or ScalarKind.UInt8 })) return (value.DType, memory);
        var numbers = MemoryMarshal.Cast<byte, int>(memory.Span)[..value.Shape.Numel];
        int least = 0, most = 0;
        foreach (int n in numbers) (least, most) = (Math.Min(least, n), Math.Max(most, n));
        if (least < sbyte.MinValue || most > (least < 0 ? sbyte.MaxValue : byte.MaxValue)) return (value.DType, memory);
        var bytes = new OwnedMemory(numbers.Length);
        var to = bytes.Writable;
        for (int i = 0; i < numbers.Length; i++) to[i] = (byte)numbers[i];
        return (most > sbyte.MaxValue ? DType.UInt8 : DType.Int8, bytes);
    }

    // "norm1.folded" for a value made of norm1.weight, norm1.running_var, ...
    static string? NameOf(UOp value)
    {
        var paths = value.Topological().Where(u => u.Op == Op.Buffer).Select(u => ((Storage)u.Arg!).Name).OfType<string>().ToList();
        if (paths.Count == 0) return null;
        var parts = paths.Select(p => p.Split('.')).ToList();
        int common = parts.Min(p => p.Length - 1);
        while (common > 0 && parts.Exists(p => !p.AsSpan(0, common).SequenceEqual(parts[0].AsSpan(0, common)))) common--;
        return string.Join('.', parts[0].Take(common).Append("folded"));
    }

    static HashSet<UOp> Set() => new(ReferenceEqualityComparer.Instance);
}
