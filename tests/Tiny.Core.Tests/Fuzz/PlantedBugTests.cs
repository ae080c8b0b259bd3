using NUnit.Framework;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Schedule;

namespace Tiny.Tests.Fuzz;

/// <summary>
/// A test of the fuzzer itself: each of these wrong rules, tried before the right ones while programs are scheduled, and each mistake of a pass that carries out writes,
/// is found. None of them
/// can make a kernel read outside of its buffers: it must be the comparison that finds them.
/// </summary>
public sealed class PlantedBugTests
{
    const int Programs = 5000;

    static readonly TestCaseData[] s_rules =
    [
        Rule("(x + k) % c -> x % c", n => n.Src[1].Int is > 1 && n.Src[0].DType.IsInt && LinearForm.Of(n.Src[0]) is { Constant: not 0 } form
            ? form.Add(-form.Constant).ToUOp() % n.Src[1].Int!.Value : null, Op.FloorMod),
        Rule("(x % (a*c)) / c -> x % a", n => n is { Src: [{ Op: Op.FloorMod, Src: [var x, { Int: > 0 and { } m }] }, { Int: > 1 and { } c }] } && m % c == 0
            ? x % (m / c) : null, Op.FloorDiv),
        Rule("(x / a) / c -> x / (a*c + 1)", n => n is { Src: [{ Op: Op.FloorDiv, Src: [var x, { Int: > 1 and < 1000 and { } a }] }, { Int: > 1 and < 1000 and { } c }] }
            && n.DType == DType.Int32 ? x / (a * c + 1) : null, Op.FloorDiv),
        Rule("gate ? load(p, i, gate) : 0 -> load(p, gate ? i : 0)", n => n is { Src: [var c, { Op: Op.Load, Src: [var p, var i, var gate] }, { IsNothing: true }] }
            && ReferenceEquals(c, gate) ? UOp.New(Op.Load, n.DType, [p, gate.Where(i, UOp.Index(0))]) : null, Op.Where),
        Rule("!c ? a : b -> c ? a : b", n => n is { Src: [{ Op: Op.CmpNe, Src: [{ DType.IsBool: true } c, { Int: 1 }] }, var a, var b] }
            ? c.Where(a, b) : null, Op.Where),
        Rule("a maximum is folded as a minimum", n => n.Arg is FoldArg { Op: Op.Max } fold
            ? UOp.New(Op.Fold, n.DType, n.Src, fold with { Op = Op.Min }) : null, Op.Fold),
        Rule("max(a, b) -> a, when a may be larger", n => n.DType.IsInt && n.Src[0].Max >= n.Src[1].Max ? n.Src[0] : null, Op.Max),
        Rule("x ^ x -> x", n => ReferenceEquals(n.Src[0], n.Src[1]) ? n.Src[0] : null, Op.Xor),
        Rule("cast(x, int32) -> bitcast(x, int32), when x is float32", n => n.DType == DType.Int32 && n.Src[0].DType == DType.Float32
            ? UOp.New(Op.Bitcast, n.DType, [n.Src[0]]) : null, Op.Cast),
        Rule("x >> k -> x >> (k + 1)", n => n.Src[1].Int is > 0 and < 7 and { } k ? UOp.New(Op.Shr, n.DType, [n.Src[0], UOp.Const(k + 1L, n.Src[1].DType)]) : null, Op.Shr),
        Rule("a reduction over a variable ends at the least value of that", n => n.Src.FirstOrDefault(r => r.Op == Op.Range && r.Src[0] is { Int: null, Min: > 1 }) is { } range
            ? n.Substitute(new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance) { [range] = UOp.Range(((Axis)range.Arg!).Id, AxisKind.Reduce, range.Src[0].Min) }) : null, Op.Fold),
        Rule("-(-x) -> -x", n => n.Src[0].Op == Op.Neg ? n.Src[0] : null, Op.Neg),
    ];

    [TestCaseSource(nameof(s_rules))]
    public void AWrongRuleIsFound(Func<UOp, UOp?> rule, Op op)
    {
        int fired = 0;
        var rules = new RuleSet().On(node =>
        {
            var wrong = rule(node);
            if (wrong is not null) fired++;
            return wrong;
        }, op) + Symbolic.Rules;
        int found = Enumerable.Range(0, Programs).FirstOrDefault(seed => FuzzRun.Difference(RandomProgram.Make(seed), rules) is not null, -1);
        TestContext.Out.WriteLine($"found by program {found}, fired {fired} times");
        Assert.That(found, Is.Not.Negative);
    }

    static readonly Dictionary<string, (string Pass, Func<List<KernelBody>, List<KernelBody>?> Alter)> s_mistakes = new()
    {
        ["a kernel reads memory before it has been written"] = ("order kernels", Hurried),
        ["of writes that are grouped the last is lost"] = ("group writes", bodies => Each(bodies, b => b.Sink.Src.Length > 1, WithoutLast)),
    };

    static IEnumerable<string> Mistakes => s_mistakes.Keys;

    // A kernel that reads what an update writes comes before that.
    static List<KernelBody>? Hurried(List<KernelBody> bodies)
    {
        for (int update = 0; update < bodies.Count; update++)
        {
            if (!bodies[update].IsUpdate) continue;
            int reader = bodies.FindIndex(update + 1, b => !b.IsUpdate && bodies[update].Outputs.Any(o => b.Reads.Contains(o.Node)));
            if (reader < 0) continue;
            List<KernelBody> altered = [.. bodies];
            altered.RemoveAt(reader);
            altered.Insert(update, bodies[reader]);
            return altered;
        }
        return null;
    }

    static List<KernelBody>? Each(List<KernelBody> bodies, Predicate<KernelBody> which, Func<KernelBody, KernelBody> alter) =>
        bodies.Exists(which) ? [.. bodies.Select(b => which(b) ? alter(b) : b)] : null;

    static KernelBody WithoutLast(KernelBody body) => body with { Sink = body.Sink.WithSrc(body.Sink.Src[..^1]), Outputs = body.Outputs[..^1] };

    [TestCaseSource(nameof(Mistakes))]
    public void AMistakeOfAPassIsFound(string mistake)
    {
        var (pass, alter) = s_mistakes[mistake];
        int fired = 0;
        List<KernelBody> Alter(string name, List<KernelBody> bodies)
        {
            if (name != pass || alter(bodies) is not { } altered) return bodies;
            fired++;
            return altered;
        }
        int found = Enumerable.Range(0, Programs).FirstOrDefault(seed => FuzzRun.Difference(RandomProgram.Make(seed), alter: Alter) is not null, -1);
        TestContext.Out.WriteLine($"found by program {found}, fired {fired} times");
        Assert.That(found, Is.Not.Negative);
    }

    [Test]
    public void NothingIsFoundWhereNothingIsWrong() =>
        Assert.That(Enumerable.Range(0, 300).Where(seed => FuzzRun.Problem(RandomProgram.Make(seed), Symbolic.Rules) is not null), Is.Empty);

    static TestCaseData Rule(string law, Func<UOp, UOp?> rule, Op op) => new TestCaseData(rule, op).SetArgDisplayNames(law);
}
