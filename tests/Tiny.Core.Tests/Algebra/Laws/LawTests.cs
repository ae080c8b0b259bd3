using System.Runtime.CompilerServices;
using NUnit.Framework;
using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Tests.Algebra;

/// <summary>
/// The laws that stand above the arms of the algebra's rules: each is checked on all small numbers, proven by z3 for all, and applied, so that the arm
/// below gives what its law says.
/// </summary>
public sealed class LawTests
{
    static readonly LawFile[] s_files = [.. new[] { "Symbolic", "DivMod" }.Select(n => new LawFile(n, File.ReadAllText(Source(n))))];

    static readonly Lazy<TracedRules> s_rules = new(() => new TracedRules(s_files));

    static IEnumerable<TestCaseData> Laws => s_files.SelectMany(f => f.Laws).Select(l => new TestCaseData(l).SetArgDisplayNames($"{l.File}.{l.Method}: {l.Text}"));

    // Numbers for constants where z3 cannot reason about all: small ones, powers of two and not, large ones.
    static readonly long[] s_constants = [-7, -1, 0, 1, 2, 3, 5, 12, 64, 1000, 65537, 1L << 31];

    [Test]
    public void EveryArmHasALaw()
    {
        Assert.That(s_files.SelectMany(f => f.Lawless), Is.Empty);
        Assert.That(s_files.Sum(f => f.Laws.Count), Is.GreaterThanOrEqualTo(60));
    }

    [TestCaseSource(nameof(Laws))]
    public void HoldsForAllSmallNumbers(object law)
    {
        var (wrong, points) = LawValues.Check((Law)law);
        Assert.That(wrong, Is.Null);
        Assert.That(points, Is.GreaterThan(0), "the condition never holds");
    }

    [TestCaseSource(nameof(Laws))]
    public void IsWhatItsRuleDoes(object parameter)
    {
        var law = (Law)parameter;
        using var table = Interner.Open();
        var random = new Random(5);
        int fired = 0;
        for (int n = 0; n < 40; n++)
        {
            if (LawNodes.Draw(law, random) is not { } nodes) continue;
            var (result, arms) = s_rules.Value.Apply(law, nodes.Left);
            if (result is null) continue;
            if (arms.Contains(law.Arm)) fired++;
            Assert.That(nodes.Canonical(result), Is.SameAs(nodes.Right), () => $"{law}: {IndexFuzzTests.Text(nodes.Left)} became {IndexFuzzTests.Text(result)}");
        }
        Assert.That(fired, Is.GreaterThan(0), "the arm below the law never fired");
    }

    // One process answers for all of them.
    [Test]
    public void HoldForAllNumbers()
    {
        var laws = s_files.SelectMany(f => f.Laws).ToList();
        var wrong = laws.Zip(Answers(laws)).Where(x => x.Second != "unsat").Select(x => $"{x.Second}: {x.First}");
        Assert.That(wrong, Is.Empty);
    }

    // A test of these tests: laws that are nearly right.
    [TestCase("x / C -> K, when K*C <= x <= (K + 1)*C")]
    [TestCase("(x / A) / C -> x / (A + C)")]
    [TestCase("(x % (A + C)) % C -> x % C")]
    [TestCase("(x % A) / C -> (x / C) % A")]
    [TestCase("(x*G + y) / (G*C) -> x / C, when 0 <= y <= G")]
    [TestCase("(x*G + y) % (G*C) -> (x % C)*G + y, when y < G")]
    [TestCase("x*G + y < C*G + D -> x < C, when 0 <= y < D and D < G")]
    [TestCase("x*G + y < C*G -> x < C, when y < G")]
    [TestCase("max(x, y) -> x, when x <= y")]
    [TestCase("x + K < C -> x < C + K")]
    [TestCase("x/C*(C*K) + x%C -> x*K")]
    [TestCase("p & q -> p")]
    [TestCase("!p ? x : y -> p ? x : y")]
    [TestCase("p ? load(m, i, q) : 0 -> load(m, i, q)")]
    [TestCase("load(m, i, p) -> load(m, i)")]
    [TestCase("f * 0.0 -> 0.0")]
    [TestCase("-f -> f * 1.0")]
    public void AWrongLawIsFound(string text)
    {
        var law = Law.Parse(text);
        Assert.That(LawValues.Check(law).Wrong, Is.Not.Null, "small numbers");
        Assert.That(Answers([law])[0], Is.EqualTo("sat"), "z3");
    }

    // Right, but not what the rule above it does.
    [TestCase("Symbolic", "Less", "x + K < C -> !(C - K - 1 < x)")]
    [TestCase("Symbolic", "Less", "x*2 < y*2 -> x < y")]
    [TestCase("DivMod", "Div", "(x % (A*C)) / C -> x/C - x/(A*C)*A, when A > 1 and C > 1")]
    [TestCase("DivMod", "Mod", "x % C -> x - x/C*C, when C > 1")]
    [TestCase("Symbolic", "Unequal", "p != true -> !p")]
    [TestCase("Symbolic", "Extremum", "max(x, 3) -> max(3, x)")]
    public void ALawThatItsRuleDoesNotKeepIsFound(string file, string method, string text)
    {
        var law = Law.Parse(text, file, method);
        Assert.That(LawValues.Check(law).Wrong, Is.Null, "the law is right");
        using var table = Interner.Open();
        var random = new Random(5);
        bool kept = Enumerable.Range(0, 40).Select(_ => LawNodes.Draw(law, random)!)
            .Any(n => s_rules.Value.Apply(law, n.Left).Result is { } result && ReferenceEquals(n.Canonical(result), n.Right));
        Assert.That(kept, Is.False);
    }

    [TestCase("x y -> x"), TestCase("x + -> x"), TestCase("x + p -> x"), TestCase("foo(x) -> x"), TestCase("x -> x, when often"), TestCase("x -> p")]
    [TestCase("every sum -> its form")]
    public void ProseIsNoLaw(string text) => Assert.That(() => Law.Parse(text), Throws.TypeOf<FormatException>());

    [Test]
    public void AnArmWithoutALawIsFound()
    {
        const string source = "    new RuleSet().On(Twice, Op.Add);\n    static UOp? Twice(UOp node) => node switch\n    {\n        // x + 0 -> x\n"
            + "        { Src: [var x, { Int: 0 }] } => x,\n        { Src: [{ Int: 0 }, var x] } => x,\n        _ => null,\n    };\n";
        var file = new LawFile("Planted", source);
        Assert.That(file.Laws.Single().Method, Is.EqualTo("Twice"));
        Assert.That(file.Laws[0].Arm, Is.EqualTo(5));
        Assert.That(file.Lawless, Is.EqualTo(new[] { "Planted: { Src: [{ Int: 0 }, var x] } => x," }));
    }

    // For all numbers at once; where that is too hard, for all values of the variables with each of many constants.
    static string[] Answers(List<Law> laws)
    {
        var answers = Z3.Ask([.. laws.Select(l => LawSmt.Question(l))]).ToArray();
        var hard = laws.Zip(answers).Select((x, i) => (Law: x.First, Answer: x.Second, Index: i)).Where(x => x.Answer is not ("sat" or "unsat")).ToList();
        var cases = hard.SelectMany(x => Constants(x.Law).Select(c => (x.Index, Question: LawSmt.Question(x.Law, c)))).ToList();
        foreach (var group in cases.Zip(Z3.Ask([.. cases.Select(c => c.Question)])).GroupBy(x => x.First.Index, x => x.Second))
            answers[group.Key] = group.FirstOrDefault(a => a != "unsat") ?? "unsat";
        if (laws.Count > 1)
            TestContext.Out.WriteLine($"{laws.Count - hard.Count} for all constants, {hard.Count} for {cases.Count} choices of constants: "
                + string.Join("; ", hard.Select(h => h.Law)));
        return answers;
    }

    static IEnumerable<Dictionary<string, long>> Constants(Law law)
    {
        var random = new Random(11);
        string[] names = [.. law.Names.Where(n => n.IsConstant).Select(n => n.Head)];
        for (int i = 0, drawn = 0; i < 2000 && drawn < 30; i++)
        {
            var given = names.ToDictionary(n => n, _ => s_constants[random.Next(s_constants.Length)]);
            if (!MayHold(law.Condition, given)) continue;
            drawn++;
            yield return given;
        }
    }

    // False where a part of the condition that is about constants alone does not hold.
    static bool MayHold(LawTerm condition, Dictionary<string, long> given) => condition.Head == "&" ? condition.Args.All(a => MayHold(a, given))
        : condition.All().Any(t => t.IsName && !t.IsConstant) || LawValues.Holds(condition, given);

    static string Source(string name, [CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "..", "Tiny.Core", "Algebra", name + ".cs");
}
