using System.Globalization;
using System.Text.RegularExpressions;

namespace Tiny.Tests.Algebra;

/// <summary>What a term of a law is.</summary>
enum LawKind { Int, Bool, Float, Memory }

/// <summary>
/// A term of a law: a name, a number or an operation on terms. Comparisons are <c>&lt;</c>, <c>&lt;=</c>, <c>=</c> and <c>!=</c>; the others are read
/// as these. A minus is a negation (-1 argument), a subtraction an addition of one.
/// </summary>
sealed record LawTerm(string Head, LawKind Kind, LawTerm[] Args, double Number = 0)
{
    public bool IsName => Head.Length > 0 && char.IsLetter(Head[0]) && Args.Length == 0;
    public bool IsConstant => IsName && char.IsUpper(Head[0]);

    /// <summary>This term and all below it.</summary>
    public IEnumerable<LawTerm> All() => Args.SelectMany(a => a.All()).Append(this);

    public static LawTerm Name(string name) => new(name, name[0] switch
    {
        'p' or 'q' => LawKind.Bool,
        'f' => LawKind.Float,
        'm' => LawKind.Memory,
        _ => LawKind.Int,
    }, []);

    public static LawTerm Value(double n, LawKind kind = LawKind.Int) => new("#", kind, [], n);
}

/// <summary>Reads the notation of laws; one level of precedence a method, loosest first.</summary>
sealed class LawParser
{
    readonly string[] _tokens;
    int _at;

    LawParser(string text)
    {
        var tokens = Regex.Matches(text, @"\s*(\d+\.\d+|\d+|[A-Za-z]+|<=|>=|!=|[-+*/%<>=!&|?:(),])");
        if (tokens.Sum(t => t.Length) != text.TrimEnd().Length) throw new FormatException($"no law: {text}");
        _tokens = [.. tokens.Select(t => t.Groups[1].Value)];
    }

    public static LawTerm Parse(string text)
    {
        var parser = new LawParser(text);
        var term = parser.Choice();
        return parser._at == parser._tokens.Length ? term : throw new FormatException($"'{parser._tokens[parser._at]}' was not expected in: {text}");
    }

    string Next => _at < _tokens.Length ? _tokens[_at] : "";

    bool Take(params ReadOnlySpan<string> any)
    {
        if (!any.Contains(Next)) return false;
        _at++;
        return true;
    }

    void Expect(string token)
    {
        if (!Take(token)) throw new FormatException($"'{token}' was expected, not '{Next}', in: {string.Join(" ", _tokens)}");
    }

    LawTerm Choice()
    {
        var condition = Disjunction();
        if (!Take("?")) return condition;
        var a = Choice();
        Expect(":");
        return Make("?", a.Kind, condition, a, Choice());
    }

    LawTerm Disjunction()
    {
        var a = Conjunction();
        while (Take("|")) a = Make("|", LawKind.Bool, a, Conjunction());
        return a;
    }

    LawTerm Conjunction()
    {
        var a = Comparison();
        while (Take("&", "and")) a = Make("&", LawKind.Bool, a, Comparison());
        return a;
    }

    // a <= b < c is a <= b & b < c.
    LawTerm Comparison()
    {
        var a = Sum();
        LawTerm? all = null;
        while (Next is var op && Take("<", "<=", ">", ">=", "=", "!="))
        {
            var b = Sum();
            var one = op[0] == '>' ? Make(op.Replace('>', '<'), LawKind.Bool, b, a) : Make(op, LawKind.Bool, a, b);
            all = all is null ? one : Make("&", LawKind.Bool, all, one);
            a = b;
        }
        return all ?? a;
    }

    LawTerm Sum()
    {
        var a = Product();
        while (Next is var op && Take("+", "-"))
            a = Product() is var b && op == "+" ? Make("+", a.Kind, a, b) : Make("+", a.Kind, a, Make("-", a.Kind, b));
        return a;
    }

    LawTerm Product()
    {
        var a = Unary();
        while (Next is var op && Take("*", "/", "%")) a = Make(op, a.Kind, a, Unary());
        return a;
    }

    LawTerm Unary()
    {
        if (Take("!")) return Make("!", LawKind.Bool, Unary());
        if (Take("-") && Unary() is var negated) return Make("-", negated.Kind, negated);
        return Primary();
    }

    LawTerm Primary()
    {
        if (Take("(") && Choice() is var inner)
        {
            Expect(")");
            return inner;
        }
        var token = Next;
        _at++;
        if (token.Length == 0 || !char.IsLetterOrDigit(token[0]))
            throw new FormatException($"a term was expected, not '{token}', in: {string.Join(" ", _tokens)}");
        if (char.IsDigit(token[0]))
            return LawTerm.Value(double.Parse(token, CultureInfo.InvariantCulture), token.Contains('.') ? LawKind.Float : LawKind.Int);
        if (token is "true" or "false") return LawTerm.Value(token == "true" ? 1 : 0, LawKind.Bool);
        if (!Take("(")) return LawTerm.Name(token);
        var arguments = new List<LawTerm> { Choice() };
        while (Take(",")) arguments.Add(Choice());
        Expect(")");
        return (token, arguments.Count) switch
        {
            ("min" or "max", 2) or ("int", 1) or ("load", 2 or 3) => Make(token, LawKind.Int, [.. arguments]),
            ("loop", 1) when arguments[0] is { Head: "#", Number: 1 } => Make(token, LawKind.Int, [.. arguments]),
            _ => throw new FormatException($"{token} of {arguments.Count} arguments in: {string.Join(" ", _tokens)}"),
        };
    }

    static LawTerm Make(string head, LawKind kind, params LawTerm[] args)
    {
        LawKind[] kinds = [.. args.Select(a => a.Kind).Distinct()];
        bool fits = head switch
        {
            "?" => args[0].Kind == LawKind.Bool && args[1].Kind == args[2].Kind,
            "load" => args[0].Kind == LawKind.Memory && args[1].Kind == LawKind.Int && (args.Length == 2 || args[2].Kind == LawKind.Bool),
            "&" or "|" or "!" => kinds is [LawKind.Bool],
            "!=" => kinds is [LawKind.Int] or [LawKind.Bool],
            "*" or "/" or "-" => kinds is [LawKind.Int] or [LawKind.Float],
            _ => kinds is [LawKind.Int],
        };
        return fits ? new(head, kind, args) : throw new FormatException($"{head} of {string.Join(", ", kinds)}");
    }
}
