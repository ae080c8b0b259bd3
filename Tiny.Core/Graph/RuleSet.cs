namespace Tiny.Graph;

/// <summary>
/// A table of rewrite rules by root operation. A rule is a method that takes a node and gives its replacement, or null
/// when no arm of it matches.
/// </summary>
public sealed class RuleSet
{
    static readonly int s_ops = Enum.GetValues<Op>().Length;
    readonly Func<UOp, UOp?>?[] _rules = new Func<UOp, UOp?>?[s_ops];

    /// <summary>Adds a rule for nodes of the given operations, tried after those already there.</summary>
    public RuleSet On(Func<UOp, UOp?> rule, params ReadOnlySpan<Op> ops)
    {
        foreach (var op in ops) _rules[(int)op] = Then(_rules[(int)op], rule);
        return this;
    }

    /// <summary>The rules of a, then those of b.</summary>
    public static RuleSet operator +(RuleSet a, RuleSet b)
    {
        var sum = new RuleSet();
        for (int i = 0; i < s_ops; i++) sum._rules[i] = b._rules[i] is { } rule ? Then(a._rules[i], rule) : a._rules[i];
        return sum;
    }

    /// <summary>The node's replacement by the first rule that has one, or null.</summary>
    public UOp? Match(UOp node) => _rules[(int)node.Op]?.Invoke(node);

    static Func<UOp, UOp?> Then(Func<UOp, UOp?>? first, Func<UOp, UOp?> second) =>
        first is null ? second : node => first(node) ?? second(node);
}
