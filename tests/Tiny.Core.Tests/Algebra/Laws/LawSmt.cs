using System.Text;

namespace Tiny.Tests.Algebra;

/// <summary>A law as a question to z3 whose answer is unsat where the law holds: integers without bounds, all floats of 16 bits
/// (of 32, z3 takes longer than a second for a division).</summary>
sealed class LawSmt
{
    // Of each division, by its operands, the quotient's name; null where SMT's own division is used.
    readonly Dictionary<(string, string), string>? _quotients;
    readonly StringBuilder _facts = new();

    LawSmt(bool quotients) => _quotients = quotients ? [] : null;

    /// <summary>The law for all numbers.</summary>
    public static string Question(Law law) => new LawSmt(quotients: false).Ask(law, new Dictionary<string, long>());

    /// <summary>The law for some constants; a quotient is then the q of q*b &lt;= a &lt; (q + 1)*b, which z3 finds easier.</summary>
    public static string Question(Law law, IReadOnlyDictionary<string, long> constants) => new LawSmt(quotients: true).Ask(law, constants);

    string Ask(Law law, IReadOnlyDictionary<string, long> given)
    {
        var text = new StringBuilder("(declare-fun m (Int) Int)\n");
        foreach (var name in law.Names)
        {
            text.Append($"(declare-const {name.Head} {Sort(name.Kind)})\n");
            if (given.TryGetValue(name.Head, out long n)) text.Append($"(assert (= {name.Head} {Z3.Number(n)}))\n");
        }
        var claim = $"(assert {Term(law.Condition)})\n(assert (not (= {Term(law.Left)} {Term(law.Right)})))\n";
        return text.Append(_facts).Append(claim).ToString();
    }

    string Quotient(string a, string b)
    {
        if (_quotients is null) return $"(fdiv {a} {b})";
        if (_quotients.TryGetValue((a, b), out var name)) return name;
        _quotients[(a, b)] = name = $"quotient{_quotients.Count}";
        _facts.Append($"(declare-const {name} Int)\n(assert (<= (* {b} {name}) {a}))\n(assert (< {a} (+ (* {b} {name}) {b})))\n");
        return name;
    }

    static string Sort(LawKind kind) => kind switch { LawKind.Bool => "Bool", LawKind.Float => "Float16", _ => "Int" };

    string Term(LawTerm t)
    {
        if (t.Head == "#")
            return t.Kind switch
            {
                LawKind.Bool => t.Number != 0 ? "true" : "false",
                LawKind.Float => $"((_ to_fp 5 11) RNE {t.Number:0.0})",
                _ => Z3.Number((long)t.Number),
            };
        string[] s = [.. t.Args.Select(Term)];
        if (t.IsName) return t.Head;
        return t.Head switch
        {
            "load" when s.Length == 3 => $"(ite {s[2]} ({s[0]} {s[1]}) 0)",
            "load" => $"({s[0]} {s[1]})",
            "?" => $"(ite {s[0]} {s[1]} {s[2]})",
            "loop" => "0",
            "int" => s[0],
            "*" when t.Kind == LawKind.Float => $"(fp.mul RNE {s[0]} {s[1]})",
            "/" when t.Kind == LawKind.Float => $"(fp.div RNE {s[0]} {s[1]})",
            "-" when t.Kind == LawKind.Float => $"(fp.neg {s[0]})",
            "/" => Quotient(s[0], s[1]),
            "%" when _quotients is null => $"(fmod {s[0]} {s[1]})",
            "%" => $"(- {s[0]} (* {s[1]} {Quotient(s[0], s[1])}))",
            "min" => $"(ite (<= {s[0]} {s[1]}) {s[0]} {s[1]})",
            "max" => $"(ite (<= {s[0]} {s[1]}) {s[1]} {s[0]})",
            "&" => $"(and {s[0]} {s[1]})",
            "|" => $"(or {s[0]} {s[1]})",
            "!" => $"(not {s[0]})",
            "!=" => $"(distinct {s[0]} {s[1]})",
            _ => $"({t.Head} {string.Join(" ", s)})",
        };
    }
}
