using Tiny.Jit;
using Tiny.Render;

namespace Tiny.Export.WebGpu;

/// <summary>
/// Where a program's buffers lie in the memory of its WebAssembly modules, in bytes: what is written first, then constants. Nothing lies at its ends
/// (<see cref="WasmModule.Guard"/>).
/// </summary>
internal sealed class WasmPlan
{
    const int Alignment = 64; // a line of the cache

    readonly Dictionary<int, long> _places = [];

    /// <param name="program">The program.</param>
    /// <param name="stages">Bytes of the stages of one kernel, at most.</param>
    public WasmPlan(Program program, long stages)
    {
        long end = WasmModule.Guard;
        long Take(long bytes)
        {
            long place = end;
            end += (bytes + Alignment - 1) / Alignment * Alignment;
            return place;
        }
        Stages = Take(stages);
        foreach (var b in program.Buffers)
            if (b.Role is BufferRole.Input or BufferRole.Output or BufferRole.State) _places[b.Id] = Take(b.Bytes);
        long[] arenas = [.. program.Arenas.Select(Take)];
        foreach (var b in program.Buffers)
            if (b.Role == BufferRole.Arena) _places[b.Id] = arenas[b.Arena] + b.Offset;
        Written = end;
        foreach (var b in program.Buffers)
            if (b.Role == BufferRole.Constant) _places[b.Id] = Take(b.Bytes);
        Bytes = end + WasmModule.Guard;
    }

    /// <summary>Where a buffer begins.</summary>
    public long this[int buffer] => _places[buffer];

    /// <summary>Where the running kernel's stages begin.</summary>
    public long Stages { get; }
    /// <summary>Behind this lies what is never written.</summary>
    public long Written { get; }
    /// <summary>Length of the memory.</summary>
    public long Bytes { get; }
}
