namespace Tiny.Graph;

/// <summary>Iterative walks over graphs.</summary>
public static class Walk
{
    /// <summary>All nodes reachable from the roots, each once, operands before users; a stable order.</summary>
    /// <param name="roots">Where to start.</param>
    /// <param name="children">The operands to follow; all of <see cref="UOp.Src"/> unless given.</param>
    public static List<UOp> Topological(IEnumerable<UOp> roots, Func<UOp, IEnumerable<UOp>>? children = null)
    {
        var order = new List<UOp>();
        var seen = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<(UOp Node, bool Ready)>();
        foreach (var root in roots)
        {
            stack.Push((root, false));
            while (stack.TryPop(out var top))
            {
                if (top.Ready)
                {
                    order.Add(top.Node);
                    continue;
                }
                if (!seen.Add(top.Node)) continue;
                stack.Push((top.Node, true));
                if (children is null)
                    for (int i = top.Node.Src.Length - 1; i >= 0; i--) Visit(top.Node.Src[i]);
                else
                    foreach (var c in children(top.Node).Reverse()) Visit(c);
            }
        }
        return order;

        void Visit(UOp child)
        {
            if (!seen.Contains(child)) stack.Push((child, false));
        }
    }

    /// <summary>All nodes reachable from the root, operands before users.</summary>
    public static List<UOp> Topological(this UOp root) => Topological([root]);

    /// <summary>The graph with some nodes replaced by others; replacements are not searched again.</summary>
    public static UOp Substitute(this UOp root, IReadOnlyDictionary<UOp, UOp> map)
    {
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in root.Topological())
            done[node] = map.TryGetValue(node, out var to) ? to : node.WithSrc([.. node.Src.Select(s => done[s])]);
        return done[root];
    }
}
