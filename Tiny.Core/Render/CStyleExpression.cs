namespace Tiny.Render;

/// <summary>How strongly an operator binds, weakest first; C and WGSL agree on the order.</summary>
enum Precedence : byte
{
    Conditional, LogicalOr, LogicalAnd, Or, Xor, And, Equality, Relational, Shift, Additive, Multiplicative, Unary, Primary,
}

/// <summary>The text of an expression and how strongly its outermost operator binds.</summary>
readonly record struct Expression(string Text, Precedence Precedence)
{
    /// <summary>A name, a number, a call, an element.</summary>
    public static Expression Primary(string text) => new(text, Precedence.Primary);

    /// <summary>A call of a function.</summary>
    public static Expression Call(string function, params ReadOnlySpan<Expression> arguments)
    {
        var texts = new string[arguments.Length];
        // WGSL takes "f(a < b, c > d)" for a list of template arguments.
        bool opened = false, closed = false;
        foreach (var a in arguments)
        {
            closed |= opened && a.Precedence <= Precedence.Shift && a.Text.Contains('>');
            opened |= a.Precedence <= Precedence.Relational && a.Text.Contains(" < ", StringComparison.Ordinal);
        }
        for (int i = 0; i < texts.Length; i++) texts[i] = closed && arguments[i].Precedence <= Precedence.Shift ? $"({arguments[i].Text})" : arguments[i].Text;
        return Primary($"{function}({string.Join(", ", texts)})");
    }

    /// <summary>A prefix operator; a second one of the same sign gets parentheses, so that <c>--</c> never arises.</summary>
    public static Expression Prefix(string op, Expression x) =>
        new(op + (x.Precedence < Precedence.Unary || x.Text.StartsWith(op[^1]) ? $"({x.Text})" : x.Text), Precedence.Unary);

    /// <summary>An operator between two operands.</summary>
    public static Expression Binary(Expression a, string op, Expression b)
    {
        var p = PrecedenceOf(op);
        return new($"{Operand(p, a, right: false)} {op} {Operand(p, b, right: true)}", p);
    }

    /// <summary><c>c ? a : b</c>.</summary>
    public static Expression Conditional(Expression c, Expression a, Expression b) =>
        new($"{(c.Precedence == Precedence.Conditional ? $"({c.Text})" : c.Text)} ? {a.Text} : {b.Text}", Precedence.Conditional);

    static string Operand(Precedence outer, Expression x, bool right) => NeedsParentheses(outer, x.Precedence, right) ? $"({x.Text})" : x.Text;

    // Beside what the grammar of C asks for: where WGSL forbids a mixture, and where compilers warn and readers stumble
    // (shifts, bitwise operators, && within ||, comparisons of comparisons).
    static bool NeedsParentheses(Precedence outer, Precedence inner, bool right)
    {
        if (inner >= Precedence.Unary) return false;
        return outer switch
        {
            Precedence.Shift => true,
            Precedence.And or Precedence.Or or Precedence.Xor => inner != outer,
            Precedence.LogicalAnd or Precedence.LogicalOr => inner != outer && inner < Precedence.Equality,
            Precedence.Equality or Precedence.Relational => inner <= Precedence.Relational,
            _ => right ? inner <= outer : inner < outer,
        };
    }

    static Precedence PrecedenceOf(string op) => op switch
    {
        "||" => Precedence.LogicalOr,
        "&&" => Precedence.LogicalAnd,
        "|" => Precedence.Or,
        "^" => Precedence.Xor,
        "&" => Precedence.And,
        "==" or "!=" => Precedence.Equality,
        "<" or ">" or "<=" or ">=" => Precedence.Relational,
        "<<" or ">>" => Precedence.Shift,
        "+" or "-" => Precedence.Additive,
        "*" or "/" or "%" => Precedence.Multiplicative,
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "no such operator"),
    };
}
