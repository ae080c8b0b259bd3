namespace Tiny.Cli.Verify;

/// <summary>Something that cases are run on.</summary>
interface IVerifyTarget
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>Runs cases; each result as soon as it is known, in any order.</summary>
    IEnumerable<CaseResult> Run(IReadOnlyList<ConformanceCase> cases);
}

/// <summary>All targets by name.</summary>
static class VerifyTargets
{
    static readonly Dictionary<string, Func<IVerifyTarget>> s_all = new()
    {
        ["cpu"] = () => new LiveTarget(),
        ["interpreter"] = () => new InterpreterTarget(),
        ["c"] = () => new CVerifyTarget(),
        ["webgpu"] = () => new WebGpuTarget(),
    };

    public static IEnumerable<string> Names => s_all.Keys;

    public static IVerifyTarget Get(string name) => s_all[name]();
}
