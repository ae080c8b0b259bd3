using Tiny.Graph;

namespace Tiny;

/// <summary>
/// An extent, offset or count: a number, or an expression over <see cref="Variable"/>s with bounds. Arithmetic keeps it exact. A comparison
/// is decided by the bounds, and where they leave it open it is an error, so that code never takes a branch that is right only for some values.
/// </summary>
public readonly struct Dim : IEquatable<Dim>, IEquatable<int>
{
    readonly long _number;
    readonly Polynomial? _expression;

    Dim(long number) => _number = number;

    internal Dim(Polynomial value)
    {
        if (value.Number is { } n) _number = n;
        else _expression = value;
    }

    /// <summary>True where the value depends on a variable.</summary>
    public bool IsSymbolic => _expression is not null;
    /// <summary>The least value that it can have.</summary>
    public long Min => _expression?.Min ?? _number;
    /// <summary>The largest value that it can have.</summary>
    public long Max => _expression?.Max ?? _number;
    /// <summary>The variables that the value depends on, by name.</summary>
    public IEnumerable<Variable> Variables => _expression?.Variables ?? [];
    internal Polynomial Expression => _expression ?? Polynomial.Of(_number);

    /// <summary>True for this number, whatever variables are; false for all others and for what depends on a variable.</summary>
    internal bool Is(long number) => _expression is null && _number == number;

    /// <summary>A number.</summary>
    public static implicit operator Dim(int number) => new((long)number);
    /// <summary>A number.</summary>
    public static implicit operator Dim(long number) => new(number);
    /// <summary>A variable.</summary>
    public static implicit operator Dim(Variable variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return new(Polynomial.Of(new Factor(variable)));
    }

    /// <summary>The number.</summary>
    /// <exception cref="ShapeException">The value depends on a variable.</exception>
    public static implicit operator int(Dim d) => checked((int)(long)d);
    /// <summary>The number.</summary>
    /// <exception cref="ShapeException">The value depends on a variable.</exception>
    public static explicit operator long(Dim d) => d._expression is null ? d._number
        : throw new ShapeException($"a number is needed here, but {d} depends on {d.Names()} and is known only at the call");

    /// <summary>a + b.</summary>
    public static Dim operator +(Dim a, Dim b) => AreNumbers(a, b) ? new(checked(a._number + b._number)) : new(a.Expression.Plus(b.Expression, 1));
    /// <summary>a - b.</summary>
    public static Dim operator -(Dim a, Dim b) => AreNumbers(a, b) ? new(checked(a._number - b._number)) : new(a.Expression.Plus(b.Expression, -1));
    /// <summary>a * b.</summary>
    public static Dim operator *(Dim a, Dim b) => AreNumbers(a, b) ? new(checked(a._number * b._number)) : new(a.Expression.Times(b.Expression));
    /// <summary>a / n rounded down, for a positive number n.</summary>
    /// <exception cref="ShapeException">The divisor is no positive number.</exception>
    public static Dim operator /(Dim a, Dim n) => n is { IsSymbolic: false, _number: > 0 }
        ? a._expression is { } x ? new(x.Quotient(n._number)) : new(Algebra.Numbers.FloorDiv(a._number, n._number))
        : throw new ShapeException($"{a} / {n}: a size can be divided by a positive number only");
    /// <summary>a - n * (a / n), for a positive number n.</summary>
    /// <exception cref="ShapeException">The divisor is no positive number.</exception>
    public static Dim operator %(Dim a, Dim n) => a - a / n * n;

    /// <summary>a = b for all values of the variables.</summary>
    /// <exception cref="ShapeException">It holds for some values and not for others.</exception>
    public static bool operator ==(Dim a, Dim b) => a.Equals(b) || !Apart(a, b, "==");
    /// <summary>a differs from b for all values of the variables.</summary>
    /// <exception cref="ShapeException">It holds for some values and not for others.</exception>
    public static bool operator !=(Dim a, Dim b) => !a.Equals(b) && Apart(a, b, "!=");
    /// <summary>a &lt; b for all values of the variables.</summary>
    /// <exception cref="ShapeException">It holds for some values and not for others.</exception>
    public static bool operator <(Dim a, Dim b) => (a - b) is var d && d.Max < 0 || (d.Min >= 0 ? false : throw Open(a, "<", b));
    /// <summary>a &gt; b for all values of the variables.</summary>
    /// <exception cref="ShapeException">It holds for some values and not for others.</exception>
    public static bool operator >(Dim a, Dim b) => (a - b) is var d && d.Min > 0 || (d.Max <= 0 ? false : throw Open(a, ">", b));
    /// <summary>a &lt;= b for all values of the variables.</summary>
    /// <exception cref="ShapeException">It holds for some values and not for others.</exception>
    public static bool operator <=(Dim a, Dim b) => (a - b) is var d && d.Max <= 0 || (d.Min > 0 ? false : throw Open(a, "<=", b));
    /// <summary>a &gt;= b for all values of the variables.</summary>
    /// <exception cref="ShapeException">It holds for some values and not for others.</exception>
    public static bool operator >=(Dim a, Dim b) => (a - b) is var d && d.Min >= 0 || (d.Max < 0 ? false : throw Open(a, ">=", b));

    static bool AreNumbers(Dim a, Dim b) => a._expression is null && b._expression is null;

    // True where the two are never equal; where they sometimes are, the question has no answer.
    static bool Apart(Dim a, Dim b, string comparison) => a - b is not { Min: <= 0, Max: >= 0 } ? true : throw Open(a, comparison, b);

    static ShapeException Open(Dim a, string comparison, Dim b) =>
        new($"{a} {comparison} {b} depends on {string.Join(" and ", a.Variables.Concat(b.Variables).Distinct())}: "
            + "it holds for some values and not for others, and one program serves them all; narrow the bounds, or compute with tensors (Where, Maximum, ...)");

    string Names() => string.Join(" and ", Variables);

    /// <summary>The value when variables are known; what others are in it stays.</summary>
    public Dim Bind(IReadOnlyDictionary<Variable, int> values) => _expression is null ? this : new(_expression.Bind(values));

    /// <summary>This divided by another without rest, null where that is not so for all values of the variables.</summary>
    public Dim? DividedBy(Dim other) =>
        !other.Is(0) && Expression.DividedBy(other.Expression) is { } q ? new Dim(q) : default(Dim?);

    /// <summary>The value as an index: a constant, or a node over <see cref="Op.Variable"/>s.</summary>
    internal UOp ToUOp() => _expression?.ToUOp() ?? UOp.Index(_number);

    /// <summary>
    /// The value in the operators that C# shares with other languages: <paramref name="name"/> says how a variable is written, and
    /// <paramref name="divide"/> the quotient, rounded down, of an expression that is not negative by a positive number.
    /// </summary>
    public string Text(Func<Variable, string> name, Func<string, long, string> divide) => Expression.Text(name, divide);

    /// <summary>The expression that a node over variables stands for.</summary>
    internal static Dim Of(UOp node) => node.Int is { } n ? n : node.Op switch
    {
        Op.Variable => (Variable)node.Arg!,
        Op.Add => Of(node.Src[0]) + Of(node.Src[1]),
        Op.Mul => Of(node.Src[0]) * Of(node.Src[1]),
        Op.FloorDiv => Of(node.Src[0]) / Of(node.Src[1]),
        Op.FloorMod => Of(node.Src[0]) % Of(node.Src[1]),
        _ => throw new InvalidOperationException($"{node} is no size"),
    };

    /// <summary>The same expression; never an error. Use <c>==</c> for values.</summary>
    public bool Equals(Dim other) => _number == other._number && object.Equals(_expression, other._expression);
    /// <summary>True for this number.</summary>
    public bool Equals(int other) => Is(other);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Dim d ? Equals(d) : obj is int n && Is(n);
    /// <inheritdoc/>
    public override int GetHashCode() => _expression?.GetHashCode() ?? _number.GetHashCode();
    /// <summary><c>64</c>, <c>t</c> or <c>2*t + 1</c>.</summary>
    public override string ToString() => _expression?.ToString() ?? _number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
