namespace Tiny.Graph;

/// <summary>Takes a tensor graph; gives the same with numbers in place of variables: in its sizes, and where their values are used.</summary>
static class Binding
{
    /// <summary>The variables that nodes depend on, by name.</summary>
    /// <exception cref="ShapeException">Two of them have one name.</exception>
    public static IReadOnlyList<Variable> Variables(IEnumerable<UOp> nodes)
    {
        var found = new SortedDictionary<string, Variable>(StringComparer.Ordinal);
        foreach (var v in Walk.Topological(nodes).SelectMany(Variables))
            if (!found.TryAdd(v.Name, v) && found[v.Name] != v)
                throw new ShapeException($"two variables have one name: {found[v.Name]} and {v}; a name stands for one pair of bounds");
        return [.. found.Values];
    }

    /// <summary>The node itself depends on no variable.</summary>
    public static bool IsBound(UOp node)
    {
        switch (node.Arg)
        {
            case Variable:
                return false;
            case Edges edges:
                for (int i = 0; i < edges.Count; i++)
                    if (edges[i].Lo.IsSymbolic || edges[i].Hi.IsSymbolic) return false;
                return true;
            case View view:
                return view.Steps.All(IsBound);
            default:
                return node.ShapeOrNull is not { IsSymbolic: true };
        }
    }

    static IEnumerable<Variable> Variables(UOp node) => node.Arg switch
    {
        Variable v => [v],
        Edges edges => edges.SelectMany(e => e.Lo.Variables.Concat(e.Hi.Variables)),
        View view => view.Steps.SelectMany(Variables),
        _ => node.ShapeOrNull?.Variables ?? [],
    };

    public static UOp[] Run(IReadOnlyList<UOp> nodes, IReadOnlyDictionary<Variable, int> values)
    {
        foreach (var (v, value) in values)
            if (value < v.Min || value > v.Max) throw new ShapeException($"{value} is no value of {v}");
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in Walk.Topological(nodes)) done[node] = Bound(node, [.. node.Src.Select(s => done[s])], values);
        return [.. nodes.Select(n => done[n])];
    }

    static UOp Bound(UOp node, System.Collections.Immutable.ImmutableArray<UOp> src, IReadOnlyDictionary<Variable, int> values)
    {
        if (node is { Op: Op.Variable, Arg: Variable v }) return values.TryGetValue(v, out int value) ? UOp.Index(value) : node;
        object? arg = Argument(node.Arg, values);
        if (Equals(arg, node.Arg) && src.SequenceEqual(node.Src)) return node;
        var made = UOp.New(node.Op, node.DType, src, arg);
        made.Origin ??= node.Origin;
        return made;
    }

    /// <summary>An operation's argument with numbers in place of variables.</summary>
    public static object? Argument(object? arg, IReadOnlyDictionary<Variable, int> values) => arg switch
    {
        Shape shape => shape.Bind(values),
        Edges edges => new Edges([.. edges.Select(e => (e.Lo.Bind(values), e.Hi.Bind(values)))]),
        ParamArg param => param with { Shape = param.Shape.Bind(values) },
        View view => view.Bind(values),
        var other => other,
    };
}
