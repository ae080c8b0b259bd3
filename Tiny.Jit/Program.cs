using System.Collections.Immutable;
using Tiny.Lower;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Jit;

/// <summary>What a buffer of a program is for.</summary>
public enum BufferRole
{
    /// <summary>The caller's, read.</summary>
    Input,
    /// <summary>The caller's, written.</summary>
    Output,
    /// <summary>Weights and whatever was computed once from them.</summary>
    Constant,
    /// <summary>A place in the arena.</summary>
    Arena,
    /// <summary>A tensor that entry points change: it keeps its value between calls.</summary>
    State,
}

/// <summary>
/// A row-major buffer of a program. <paramref name="Offset"/> is its place in its arena in bytes, a multiple of 256
/// (arena buffers), or in the memory of all states; <paramref name="Data"/> its bytes (constants only). A weight that the program
/// reads in another order than it was given has the shape and the bytes of that order. Names are unique.
/// </summary>
public sealed record ProgramBuffer(int Id, string Name, DType DType, Shape Shape, BufferRole Role, long Offset = 0, HostMemory? Data = null)
{
    /// <summary>Which arena it lies in (arena buffers only).</summary>
    public int Arena { get; init; }
    /// <summary>The arena buffer that this one overwrites element by element, at the same place.</summary>
    public int? InPlaceOf { get; init; }
    /// <summary>The order that a weight's bytes are in, where it is not the one that it was given in, and the shape that it was given in.</summary>
    public (Layout? Layout, Shape Given)? Arranged { get; init; }
    /// <summary>The constant that a state holds before the first call.</summary>
    public int? Initial { get; init; }
    /// <summary>Length in bytes; the largest, where the shape depends on a variable.</summary>
    public long Bytes => (long)Shape.MaxNumel * DType.Size;
}

/// <summary>A named input or output of an entry point.</summary>
public sealed record Port(string Name, int Buffer)
{
    /// <summary>What a caller has to know of it besides dtype and shape, in words that may stand in any comment; or null.</summary>
    public string? Note { get; init; }
}

/// <summary>One launch: kernel number, and buffer ids in the order of <see cref="Kernel.Params"/>.</summary>
public sealed record ProgramCall(int Kernel, ImmutableArray<int> Buffers);

/// <summary>A captured method: launches in order.</summary>
public sealed record EntryPoint(string Name, ImmutableArray<Port> Inputs, ImmutableArray<Port> Outputs, ImmutableArray<ProgramCall> Calls)
{
    /// <summary>The numbers that shapes and kernels depend on, by name; given at each call.</summary>
    public ImmutableArray<Variable> Variables { get; init; } = [];
}

/// <summary>
/// A captured model, complete: the only thing an exporter sees. <paramref name="Name"/> is an identifier in lower case.
/// Entry points share weights and the arenas, of which <paramref name="Arenas"/> are the lengths: at most one as captured. <paramref name="OnceEvaluated"/> counts
/// subgraphs of weights alone that were computed on the host, once.
/// </summary>
public sealed record Program(
    string Name,
    ImmutableArray<ProgramBuffer> Buffers,
    ImmutableArray<Kernel> Kernels,
    ImmutableArray<EntryPoint> Entries,
    ImmutableArray<long> Arenas,
    int OnceEvaluated)
{
    /// <summary>Length of the memory of all states, which entry points share.</summary>
    public long StateBytes { get; init; }
    /// <summary>The buffers that keep their values between calls.</summary>
    public IEnumerable<ProgramBuffer> States => Buffers.Where(b => b.Role == BufferRole.State);

    /// <summary>Bytes of all arenas.</summary>
    public long ArenaBytes => Arenas.Sum();

    /// <summary>The same with its temporaries in as few arenas as are needed for none to be longer than a target allows.</summary>
    /// <exception cref="TargetException">One temporary alone is longer.</exception>
    public Program WithArenasOf(long most)
    {
        if (Arenas.All(a => a <= most)) return this;
        if (Buffers.FirstOrDefault(b => b.Role == BufferRole.Arena && b.Bytes > most) is { } large)
            throw new TargetException($"the temporary '{large.Name}' {large.DType}{large.Shape} has {large.Bytes} bytes; the target has buffers of at most {most}: "
                + "compute it in parts");
        var buffers = Buffers.ToArray();
        var lengths = new List<long>();
        // Entry points run one at a time, each in the same arenas.
        foreach (var entry in Entries)
        {
            var (places, bytes) = Schedule.Arenas.Plan([.. entry.Calls.Select(c => c.Buffers)],
                b => Buffers[b].Role == BufferRole.Arena ? new(Buffers[b].Bytes, Buffers[b].InPlaceOf) : null, most);
            foreach (var (b, place) in places) buffers[b] = buffers[b] with { Arena = place.Arena, Offset = place.Offset };
            for (int i = 0; i < bytes.Length; i++)
                if (i == lengths.Count) lengths.Add(bytes[i]);
                else lengths[i] = Math.Max(lengths[i], bytes[i]);
        }
        return this with { Buffers = [.. buffers], Arenas = [.. lengths] };
    }
}
