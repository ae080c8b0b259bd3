using Tiny.Graph;
using Tiny.Optimize;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>What the scheduler knows of the targets that a program is for.</summary>
/// <param name="MostBuffers">Buffers that one kernel may be given.</param>
/// <param name="Arranges">Temporaries lie along the axis that suits the vectors of the kernels around them; else they are row-major.</param>
/// <param name="Dots">Weights that are bytes lie as <see cref="Op.Dot"/> takes them.</param>
/// <param name="Stages">A kernel may fill memory of its own in some of its loops, for what the loops inside read of it.</param>
public sealed record ScheduleProfile(int MostBuffers, bool Arranges, bool Dots = false, bool Stages = false)
{
    /// <summary>Operations are computed by the form that takes least, though weights may be larger in it (<see cref="FasterForms"/>).</summary>
    public bool FasterForms { get; init; }
    /// <summary>Where it is not 0, what is padded and then read many times gets memory with its padding, so that no load has to be tested (<see cref="TargetProfile.OutputsOfTest"/>).</summary>
    public int OutputsOfTest { get; init; }

    /// <summary>Sums that a thread of a grid may hold side by side, so that what all of them are made of is computed once; 0 where there is no grid.</summary>
    public int Held { get; init; }

    /// <summary>What every target takes.</summary>
    public static ScheduleProfile Any { get; } = new(Scheduler.MostBuffers, false);

    /// <summary>What suits a target.</summary>
    public static ScheduleProfile Of(TargetProfile target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return new(target.MostBuffers, true, target.Dots, !target.Grid) { Held = target.Grid ? GridHeuristic.MostAccumulators : 0, FasterForms = target.FasterForms, OutputsOfTest = target.OutputsOfTest };
    }

    /// <summary>Chooses the layouts of weights, except for those given, and of temporaries.</summary>
    internal Func<Fusion, IReadOnlyDictionary<UOp, Layout>> Layouts(IReadOnlySet<Storage>? excepted = null) => fusion => LayoutPass.Choose(fusion, Arranges, true, Dots, excepted);

    /// <summary>Chooses the layouts of temporaries alone, for a program that is given other memory each time.</summary>
    internal IReadOnlyDictionary<UOp, Layout> OfTemporaries(Fusion fusion) => LayoutPass.Choose(fusion, Arranges, false, Dots);
}
