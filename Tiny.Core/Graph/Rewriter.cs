using System.Collections.Immutable;

namespace Tiny.Graph;

/// <summary>
/// Rewrites a graph bottom-up until no rule matches. Iterative, so depth is bounded by memory only; each distinct
/// node is visited once, and results are kept for later calls on graphs that share nodes.
/// </summary>
public sealed class Rewriter(RuleSet rules)
{
    readonly Dictionary<UOp, UOp> _done = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<UOp, UOp> _forward = new(ReferenceEqualityComparer.Instance);
    readonly Stack<UOp> _stack = new();

    /// <summary>The node in normal form.</summary>
    public UOp Run(UOp root)
    {
        if (_done.TryGetValue(root, out var known)) return known;
        int floor = _stack.Count;
        _stack.Push(root);
        while (_stack.Count > floor) Step(_stack.Peek());
        return _done[root];
    }

    void Step(UOp node)
    {
        if (_done.ContainsKey(node))
        {
            _stack.Pop();
            return;
        }
        if (_forward.TryGetValue(node, out var next))
        {
            // The node was replaced; it is done when its replacement is.
            if (_done.TryGetValue(next, out var result)) Finish(node, result);
            else _stack.Push(next);
            return;
        }
        bool ready = true;
        foreach (var s in node.Src)
        {
            if (_done.ContainsKey(s)) continue;
            _stack.Push(s);
            ready = false;
        }
        if (!ready) return;
        var built = node.WithSrc(Map(node.Src));
        if (!ReferenceEquals(built, node) && _done.TryGetValue(built, out var before)) Finish(node, before);
        else if (rules.Match(built) is { } replaced && !ReferenceEquals(replaced, built))
        {
            _forward[node] = replaced;
            if (!ReferenceEquals(built, node)) _forward[built] = replaced;
        }
        else
        {
            _done[built] = built;
            Finish(node, built);
        }
    }

    void Finish(UOp node, UOp result)
    {
        _done[node] = result;
        _stack.Pop();
    }

    ImmutableArray<UOp> Map(ImmutableArray<UOp> src)
    {
        for (int i = 0; i < src.Length; i++)
        {
            if (ReferenceEquals(_done[src[i]], src[i])) continue;
            var mapped = ImmutableArray.CreateBuilder<UOp>(src.Length);
            foreach (var s in src) mapped.Add(_done[s]);
            return mapped.MoveToImmutable();
        }
        return src;
    }
}
