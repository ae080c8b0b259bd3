using Tiny.Cli.Verify;
using Tiny.Tests;

namespace Tiny.Onnx.Tests;

/// <summary>ONNX's conformance suite, and spreads of it. All of it on one target is one command (docs/onnx.md).</summary>
static class Conformance
{
    static readonly string[] s_special =
    [
        "training_op", "training_mode", "ai.onnx.ml", "ai.onnx.preview", "sequence", "optional", "string", "float8", "float4", "int4", "int2", "bfloat16", "image_decoder", "random",
    ];

    /// <summary>Cases of all groups but <c>light</c>, which are whole nets.</summary>
    public static IReadOnlyList<ConformanceCase> Small => [.. CaseSource.Find(Needs.Shared("onnx-conformance")).Where(c => c.Group != "light")];

    /// <summary>It has no flag of what few runtimes have: every target is to pass it.</summary>
    public static bool IsPlain(this ConformanceCase test) => !test.Flags.Overlaps(s_special);

    /// <summary>So many of them, evenly: neighbours test the same operator.</summary>
    public static IReadOnlyList<ConformanceCase> Spread(this IEnumerable<ConformanceCase> cases, int count)
    {
        var all = cases.ToList();
        return [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)])];
    }

    /// <summary>Runs cases, and gives those that do not end as asked, with reasons.</summary>
    public static IReadOnlyList<string> Run(string target, IReadOnlyList<ConformanceCase> cases, Func<CaseResult, bool> isRight) =>
        [.. VerifyTargets.Get(target).Run(cases).Where(r => !isRight(r)).Select(r => $"{r.Case.Name}: {r.Status} {r.Reason}")];
}
