using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Export.WebGpu;

/// <summary>
/// How a constant of the WebAssembly program comes from one of the weights file: copied, or element by element in the order of nested loops, each with
/// its extent and the step that it makes in the source.
/// </summary>
internal sealed record WasmConstant(ProgramBuffer Target, ProgramBuffer Source, IReadOnlyList<(int Extent, long Step)> Loops);

/// <summary>
/// The weights of a bundle lie in its file as the WebGPU program has them. The WebAssembly program may have them in another order; what cannot be
/// moved there by loops of constant steps is in the file once more.
/// </summary>
internal static class WasmConstants
{
    public static IReadOnlyList<WasmConstant> Of(Program program, Program wasm)
    {
        var known = program.Buffers.Where(b => b.Role == BufferRole.Constant).ToDictionary(b => b.Name, StringComparer.Ordinal);
        return [.. wasm.Buffers.Where(b => b.Role == BufferRole.Constant).Select(b => (known.TryGetValue(b.Name, out var source) ? Moved(b, source) : null)
            ?? new(b, ReferenceEquals(program, wasm) ? b : b with { Name = $"{b.Name} for wasm" }, []))];
    }

    // Names are the weights' own; what was computed may have another one's here, so the bytes decide.
    static WasmConstant? Moved(ProgramBuffer target, ProgramBuffer source)
    {
        if (target.DType != source.DType || target.Bytes != source.Bytes) return null;
        if (target.Data!.Span.SequenceEqual(source.Data!.Span)) return new(target, source, []);
        if (target.DType.Size != 4 || target.Arranged is not var (to, shape) || source.Arranged is not var (from, given) || !shape.SequenceEqual(given)) return null;
        return Loops(shape, from, to) is { } loops && Follows(loops, source.Data, target.Data) ? new(target, source, loops) : null;
    }

    // The target's axes from the slowest to the fastest. An axis that either has in blocks is two loops.
    static List<(int Extent, long Step)>? Loops(Shape shape, Layout? from, Layout? to)
    {
        int[] cuts = [.. Enumerable.Range(0, shape.Rank).Select(_ => 1)];
        foreach (var layout in new[] { from, to })
            if (layout is { BlockAxis: >= 0 }) cuts[layout.BlockAxis] = layout.Block;
        if (Enumerable.Range(0, shape.Rank).Any(a => (int)shape[a] % cuts[a] != 0)
            || from is { BlockAxis: >= 0 } f && f.Block != cuts[f.BlockAxis] || from is { PadTo: > 1 } || to is { PadTo: > 1 }) return null;
        var (source, steps) = (Parts(from), new Dictionary<(int Axis, bool Inner), long>());
        long step = 1;
        foreach (var part in Enumerable.Reverse(source))
        {
            steps[part] = step;
            step *= Extent(part);
        }
        return [.. Parts(to).Select(p => (Extent(p), steps[p])).Where(l => l.Item1 > 1)];

        int Extent((int Axis, bool Inner) part) => part.Inner ? cuts[part.Axis] : (int)shape[part.Axis] / cuts[part.Axis];

        List<(int Axis, bool Inner)> Parts(Layout? layout)
        {
            var parts = new List<(int, bool)>();
            foreach (int axis in layout is null ? Enumerable.Range(0, shape.Rank) : layout.Order)
            {
                parts.Add((axis, false));
                if (axis != layout?.BlockAxis) parts.Add((axis, true));
            }
            if (layout is { BlockAxis: >= 0 and var cut }) parts.Add((cut, true));
            return parts;
        }
    }

    static bool Follows(List<(int Extent, long Step)> loops, HostMemory source, HostMemory target)
    {
        ReadOnlySpan<byte> from = source.Span, to = target.Span;
        if (loops.Aggregate(1L, (n, l) => n * l.Extent) * 4 != to.Length) return false;
        int[] at = new int[loops.Count];
        long place = 0;
        for (int i = 0; i < to.Length; i += 4)
        {
            if (!from.Slice((int)place * 4, 4).SequenceEqual(to.Slice(i, 4))) return false;
            for (int axis = loops.Count - 1; axis >= 0; axis--)
            {
                place += loops[axis].Step;
                if (++at[axis] < loops[axis].Extent) break;
                place -= loops[axis].Step * loops[axis].Extent;
                at[axis] = 0;
            }
        }
        GC.KeepAlive(source);
        GC.KeepAlive(target);
        return true;
    }
}
