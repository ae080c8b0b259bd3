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
    /// <summary>Place in the arena in bytes (<see cref="SlotRole.Temporary"/>).</summary>
    public long Offset { get; init; }
    /// <summary>The temporary that this one overwrites element by element, and so shares its place with (<see cref="SlotRole.Temporary"/>).</summary>
    public int? InPlaceOf { get; init; }
    /// <summary>Length in bytes; the largest, where the shape depends on a variable.</summary>
    public long Bytes => (long)Shape.MaxNumel * DType.Size;
}

/// <summary>One launch: a kernel and the buffers it is given, by number, in the order of its parameters.</summary>
public sealed record Launch(Kernel Kernel, ImmutableArray<int> Slots);

/// <summary>A tensor graph as launches in order. <paramref name="Results"/> are slots, one for each result asked for.</summary>
public sealed record KernelSchedule(ImmutableArray<Slot> Slots, ImmutableArray<Launch> Launches, ImmutableArray<int> Results, long ArenaBytes)
{
    /// <summary>One line a launch, with the buffers that it writes and reads; then the memory.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var launch in Launches)
            text.Append(CultureInfo.InvariantCulture, $"{launch.Kernel.Name}: {Buffers(launch, written: true)} <- {Buffers(launch, written: false)}\n");
        long separate = Slots.Where(s => s.Role == SlotRole.Temporary).Sum(s => s.Bytes);
        return text.Append(CultureInfo.InvariantCulture, $"{Launches.Length} launches; temporaries {separate} bytes in an arena of {ArenaBytes}\n").ToString();
    }

    string Buffers(Launch launch, bool written) => string.Join(", ", launch.Slots.Where((_, i) => launch.Kernel.Params[i].Written == written).Select(Describe));

    string Describe(int slot) => Slots[slot] switch
    {
        { Role: SlotRole.Param } s => $"{s.Param!.Name} {s.DType}{s.Shape}",
        { Role: SlotRole.Stored } s => $"{s.Storage!.Name ?? "stored"} {s.DType}{s.Shape}",
        { Role: SlotRole.Result } s => $"result{slot} {s.DType}{s.Shape}",
        var s => $"t{slot} {s.DType}{s.Shape} at {s.Offset}{(s.InPlaceOf is { } operand ? $" in place of t{operand}" : "")}",
    };
}
