namespace Tiny.Cli.Verify;

/// <summary>Something that cases are run on.</summary>
interface IVerifyTarget
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>Runs cases; each result as soon as it is known, in any order.</summary>
    IEnumerable<CaseResult> Run(IReadOnlyList<ConformanceCase> cases);
}

/// <summary>What targets may be told.</summary>
/// <param name="NarrowFloat64">Float64 is computed as float32 where there is none.</param>
sealed record VerifyOptions(bool NarrowFloat64 = false);

/// <summary>All targets by name.</summary>
static class VerifyTargets
{
    static readonly Dictionary<string, Func<VerifyOptions, IVerifyTarget>> s_all = new()
    {
        ["cpu"] = _ => new LiveTarget(),
        ["interpreter"] = _ => new InterpreterTarget(),
        ["c"] = _ => new CVerifyTarget(),
        ["webgpu"] = o => new WebGpuTarget(o.NarrowFloat64),
    };

    public static IEnumerable<string> Names => s_all.Keys;

    public static IVerifyTarget Get(string name, VerifyOptions? options = null) => s_all[name](options ?? new());
}
