using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>What a scheduled buffer is.</summary>
public enum SlotRole
{
    /// <summary>A parameter of the captured method.</summary>
    Param,
    /// <summary>Memory that exists: a weight or a realised tensor.</summary>
    Stored,
    /// <summary>Memory of a tensor that the program may change: read at entry, written at the end.</summary>
    State,
    /// <summary>A result.</summary>
    Result,
    /// <summary>A temporary, in the arena.</summary>
    Temporary,
}

/// <summary>A buffer of a schedule.</summary>
public sealed record Slot(SlotRole Role, DType DType, Shape Shape)
{
    /// <summary>Which parameter (<see cref="SlotRole.Param"/>).</summary>
    public ParamArg? Param { get; init; }
    /// <summary>The memory (<see cref="SlotRole.Stored"/>).</summary>
    public Storage? Storage { get; init; }
    /// <summary>Whose memory (<see cref="SlotRole.State"/>).</summary>
    internal Cell? State { get; init; }
    /// <summary>Which arena it lies in (<see cref="SlotRole.Temporary"/>).</summary>
    public int Arena { get; init; }
    /// <summary>Place in its arena in bytes (<see cref="SlotRole.Temporary"/>).</summary>
    public long Offset { get; init; }
    /// <summary>The temporary that this one overwrites element by element, and so shares its place with (<see cref="SlotRole.Temporary"/>).</summary>
    public int? InPlaceOf { get; init; }
    /// <summary>How its elements lie in memory, where that is not row-major (<see cref="SlotRole.Temporary"/>, <see cref="SlotRole.Stored"/>).</summary>
    public Layout? Layout { get; init; }
    /// <summary>Its extents in memory.</summary>
    public Shape Memory => Layout?.Memory(Shape) ?? Shape;
    /// <summary>Length in bytes; the largest, where the shape depends on a variable.</summary>
    public long Bytes => (long)Memory.MaxNumel * DType.Size;
}

/// <summary>One launch: a kernel and the buffers it is given, by number, in the order of its parameters.</summary>
public sealed record Launch(Kernel Kernel, ImmutableArray<int> Slots);

/// <summary>
/// A tensor graph as launches in order. <paramref name="Results"/> are slots, one for each result asked for; <paramref name="Arenas"/> the
/// lengths of the arenas: one where there are temporaries, more only where a target's limit asks for it.
/// </summary>
public sealed record KernelSchedule(ImmutableArray<Slot> Slots, ImmutableArray<Launch> Launches, ImmutableArray<int> Results, ImmutableArray<long> Arenas)
{
    /// <summary>Bytes of all arenas.</summary>
    public long ArenaBytes => Arenas.Sum();

    /// <summary>The same with its temporaries in as few arenas as are needed for none to be longer than a target allows.</summary>
    /// <exception cref="TargetException">One temporary alone is longer.</exception>
    public KernelSchedule WithArenasOf(long most)
    {
        if (!Arenas.IsDefaultOrEmpty && Arenas.Max() <= most) return this;
        foreach (var launch in Launches)
            foreach (int s in launch.Slots)
                if (Slots[s] is { Role: SlotRole.Temporary } t && t.Bytes > most)
                    throw new TargetException($"kernel {launch.Kernel.Name} makes a temporary {t.DType}{t.Shape} of {t.Bytes} bytes; "
                        + $"the target has buffers of at most {most}: compute it in parts");
        var (places, bytes) = Schedule.Arenas.Plan([.. Launches.Select(l => l.Slots)],
            s => Slots[s].Role == SlotRole.Temporary ? new(Slots[s].Bytes, Slots[s].InPlaceOf) : null, most);
        return this with
        {
            Slots = [.. Slots.Select((slot, i) => places.TryGetValue(i, out var place) ? slot with { Arena = place.Arena, Offset = place.Offset } : slot)],
            Arenas = [.. bytes],
        };
    }

    /// <summary>One line a launch, with the buffers that it writes and reads; then the memory.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var launch in Launches)
            text.Append(CultureInfo.InvariantCulture, $"{launch.Kernel.Name}: {Buffers(launch, written: true)} <- {Buffers(launch, written: false)}\n");
        long separate = Slots.Where(s => s.Role == SlotRole.Temporary).Sum(s => s.Bytes);
        return text.Append(CultureInfo.InvariantCulture, $"{Launches.Length} launches; temporaries {separate} bytes in {Memory()}\n").ToString();
    }

    string Memory() => Arenas.Length > 1 ? $"{Arenas.Length} arenas of {string.Join(" + ", Arenas)}" : $"an arena of {ArenaBytes}";

    string Buffers(Launch launch, bool written) => string.Join(", ", launch.Slots.Where((_, i) => launch.Kernel.Params[i].Written == written).Select(Describe));

    string Describe(int slot) => $"{Buffer(slot)}{(Slots[slot].Layout is { } layout ? $" ({layout})" : "")}";

    string Buffer(int slot) => Slots[slot] switch
    {
        { Role: SlotRole.Param } s => $"{s.Param!.Name} {s.DType}{s.Shape}",
        { Role: SlotRole.Stored } s => $"{s.Storage!.Name ?? "stored"} {s.DType}{s.Shape}",
        { Role: SlotRole.State } s => $"{s.State!.Name ?? "state"} {s.DType}{s.Shape}",
        { Role: SlotRole.Result } s => $"result{slot} {s.DType}{s.Shape}",
        var s => $"t{slot} {s.DType}{s.Shape} at {(Arenas.Length > 1 ? $"{s.Arena}:" : "")}{s.Offset}{(s.InPlaceOf is { } operand ? $" in place of t{operand}" : "")}",
    };
}
