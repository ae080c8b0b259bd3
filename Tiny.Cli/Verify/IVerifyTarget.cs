using Tiny.Cli.Verify.Browser;

namespace Tiny.Cli.Verify;

/// <summary>Something that cases are run on.</summary>
interface IVerifyTarget
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>Sees that all is there that it needs, before the first case.</summary>
    /// <exception cref="TargetException">Something is missing: a library, a compiler, a browser.</exception>
    void Open();

    /// <summary>Runs cases; each result as soon as it is known, in any order.</summary>
    IEnumerable<CaseResult> Run(IReadOnlyList<ConformanceCase> cases, CancellationToken cancellation = default);
}

/// <summary>What targets may be told.</summary>
/// <param name="NarrowFloat64">Float64 is computed as float32 where there is none.</param>
/// <param name="InBrowser">WebGPU is that of Chromium, not of Dawn's library.</param>
sealed record VerifyOptions(bool NarrowFloat64 = false, bool InBrowser = false);

/// <summary>All targets by name.</summary>
static class VerifyTargets
{
    static readonly Dictionary<string, Func<VerifyOptions, IVerifyTarget>> s_all = new()
    {
        ["cpu"] = _ => new LiveTarget(),
        ["interpreter"] = _ => new InterpreterTarget(),
        ["c"] = _ => new CVerifyTarget(),
        ["webgpu"] = o => o.InBrowser ? new BrowserTarget(o) : new DawnTarget(o),
    };

    public static IEnumerable<string> Names => s_all.Keys;

    public static IVerifyTarget Get(string name, VerifyOptions? options = null) => s_all[name](options ?? new());
}
