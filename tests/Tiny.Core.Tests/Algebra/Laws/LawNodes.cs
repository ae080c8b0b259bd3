using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Tests.Algebra;

/// <summary>A law applied: random nodes for its names, of which the condition is true whatever their values.</summary>
sealed class LawNodes
{
    readonly Dictionary<string, UOp> _nodes = [];
    readonly Rewriter _simplify = Symbolic.Simplifier();

    /// <summary>The left side, its operands in canonical form and its root as the law has it.</summary>
    public UOp Left { get; }
    /// <summary>The right side in canonical form.</summary>
    public UOp Right { get; }

    LawNodes(Law law, IReadOnlyDictionary<string, (long Min, long Max)> bounds)
    {
        foreach (var (name, i) in law.Names.Select((n, i) => (n, i)))
            _nodes[name.Head] = name.Kind switch
            {
                LawKind.Bool => Samples.Condition(i),
                LawKind.Float => UOp.New(Op.Load, DType.Float32, [UOp.New(Op.Pointer, DType.Float32, [], 2), UOp.Index(i)]),
                _ when name.IsConstant => UOp.Index(bounds[name.Head].Min),
                _ => Samples.Atom(i, bounds[name.Head].Min, bounds[name.Head].Max),
            };
        Left = Node(law.Left, root: true);
        Right = _simplify.Run(Node(law.Right, root: false));
    }

    /// <summary>A node in canonical form.</summary>
    public UOp Canonical(UOp node) => _simplify.Run(node);

    /// <summary>Draws bounds and constants, until the condition holds everywhere; null where that does not come about.</summary>
    public static LawNodes? Draw(Law law, Random random)
    {
        var restricted = law.Condition.All().Where(t => t.IsName).Select(t => t.Head).ToHashSet();
        for (int attempt = 0; attempt < 2000; attempt++)
        {
            var bounds = new Dictionary<string, (long Min, long Max)>();
            foreach (var name in law.Names)
                bounds[name.Head] = name.IsConstant ? Same(random.Next(-3, 10)) : !restricted.Contains(name.Head) ? (-1000 - random.Next(9), 1000 + random.Next(9))
                    : random.Next(3) == 0 ? Same(random.Next(-4, 9)) : random.Next(-4, 9) is var lo ? (lo, lo + random.Next(6)) : default;
            if (Everywhere(law, bounds, [.. law.Names.Where(n => restricted.Contains(n.Head))])) return new LawNodes(law, bounds);
        }
        return null;
    }

    static (long, long) Same(long n) => (n, n);

    static bool Everywhere(Law law, Dictionary<string, (long Min, long Max)> bounds, LawTerm[] names)
    {
        var at = new Dictionary<string, long>();
        return Try(0);

        bool Try(int n)
        {
            if (n == names.Length) return LawValues.Holds(law.Condition, at);
            var (min, max) = bounds[names[n].Head];
            for (at[names[n].Head] = min; at[names[n].Head] <= max; at[names[n].Head]++)
                if (!Try(n + 1)) return false;
            return true;
        }
    }

    UOp Node(LawTerm t, bool root)
    {
        if (t.Head == "#") return t.Kind switch
        {
            LawKind.Bool => UOp.Bool(t.Number != 0),
            LawKind.Float => UOp.Const(t.Number, DType.Float32),
            _ => UOp.Index((long)t.Number),
        };
        if (t.Kind == LawKind.Memory) return UOp.New(Op.Pointer, DType.Int32, [], 1);
        if (t.IsName) return _nodes[t.Head];
        UOp[] s = [.. t.Args.Select(a => Node(a, root: false))];
        var made = t.Head switch
        {
            "load" => UOp.New(Op.Load, DType.Int32, [.. s]),
            "loop" => UOp.Range(0, AxisKind.Loop, s[0].Int!.Value),
            "int" => UOp.New(Op.Cast, DType.Int32, [.. s]),
            "?" => s[0].Where(s[1], s[2]),
            "!" => s[0].Not(),
            "-" => -s[0],
            "<" => s[0].Lt(s[1]),
            "!=" => s[0].Ne(s[1]),
            _ => s[0].Alu(t.Head switch
            {
                "+" => Op.Add,
                "*" => Op.Mul,
                "/" => t.Kind == LawKind.Float ? Op.Div : Op.FloorDiv,
                "%" => Op.FloorMod,
                "min" => Op.Min,
                "max" => Op.Max,
                "&" => Op.And,
                "|" => Op.Or,
                _ => throw new InvalidOperationException(t.Head),
            }, s[1]),
        };
        return root ? made : _simplify.Run(made);
    }
}
