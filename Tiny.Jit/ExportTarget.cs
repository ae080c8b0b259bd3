using Tiny.Optimize;
using Tiny.Schedule;

namespace Tiny.Jit;

/// <summary>Writes a program out for one kind of machine.</summary>
public abstract class ExportTarget
{
    /// <summary>Short name, also the export's folder: <c>webgpu</c>, <c>c</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What the scheduler may count on; what every machine takes unless the target says otherwise.</summary>
    public virtual ScheduleProfile Schedule => ScheduleProfile.Any;

    /// <summary>
    /// Writes all files of the export into <see cref="ExportContext.Directory"/>, an empty folder that the caller moves into place
    /// when everything has succeeded. The same program gives the same bytes.
    /// </summary>
    public abstract void Export(Program program, ExportContext context);
}

/// <summary>Where and with what settings an export is written.</summary>
public sealed record ExportContext(string Directory, string ProjectDirectory)
{
    /// <summary>See <see cref="TinyExportAttribute.Page"/>.</summary>
    public string? Page { get; init; }
    /// <summary>
    /// What float64 is on a target that has none: float64, the default, makes using it an error; float32 computes and stores that instead,
    /// of inputs and results too.
    /// </summary>
    public ScalarKind Float64 { get; init; } = ScalarKind.Float64;
    /// <summary>
    /// The same model scheduled for what another target offers, for an export that holds programs of several; null where there is but the one that is
    /// exported.
    /// </summary>
    public Func<ScheduleProfile, Program>? Scheduled { get; init; }
    /// <summary>Kernels stay plain loops: small and slow, to read or to look for errors in.</summary>
    public bool PlainLoops { get; init; }
    /// <summary>Choices that a search has found, which take the place of the optimiser's own; null for none.</summary>
    public Tuning? Tuning { get; init; }
    /// <summary>Cancels a long export.</summary>
    public CancellationToken Cancellation { get; init; }
}
