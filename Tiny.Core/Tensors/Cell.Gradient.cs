using System.Runtime.CompilerServices;
using Tiny.Graph;

namespace Tiny;

// What gradients need to know of a place: which nodes of graphs were its value, in which version, and the gradient collected for it.
sealed partial class Cell
{
    static readonly ConditionalWeakTable<UOp, List<(WeakReference<Cell> Cell, int Version)>> s_versions = new();

    static readonly ConditionalWeakTable<UOp, UOp> s_computedFrom = new();
    static volatile bool s_anyRequired;

    WeakReference<Cell>? _weak;
    bool _requiresGrad;
    Tensor? _grad;
    /// <summary>Counts writes; realising changes the node, not the version.</summary>
    public int Version { get; private set; }

    /// <summary>Backward collects a gradient here, and goes no further back.</summary>
    public bool RequiresGrad
    {
        get => _requiresGrad;
        set
        {
            _requiresGrad = value;
            if (!value) return;
            s_anyRequired = true;
            Remember(Passing);
        }
    }

    /// <summary>What memory was computed from, where that depends on a tensor that requires a gradient; else null.</summary>
    public static UOp? ComputedFrom(UOp memory) => memory.Op == Op.Buffer && s_computedFrom.TryGetValue(memory, out var value) ? value : null;

    /// <summary>Those of the nodes that depend on a tensor that requires a gradient: once they lie in memory, it shall be known what they were computed from.</summary>
    public static IReadOnlySet<UOp> RequiringGrad(IReadOnlyList<UOp> nodes)
    {
        var requiring = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        if (!s_anyRequired) return requiring;
        var known = new Dictionary<UOp, bool>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<UOp>(nodes);
        while (stack.TryPeek(out var node))
        {
            int depth = stack.Count;
            bool requires = false;
            if (!known.ContainsKey(node))
            {
                requires = ComputedFrom(node) is not null || IsRequired(node);
                for (int i = 0; i < node.Src.Length && !requires; i++)
                    if (GradientRules.GoesTo(node, i) && !known.TryGetValue(node.Src[i], out requires)) stack.Push(node.Src[i]);
                if (stack.Count > depth && !requires) continue;
                known[node] = requires;
            }
            while (stack.Count >= depth) stack.Pop();
        }
        foreach (var node in nodes)
            if (known[node]) requiring.Add(node);
        return requiring;
    }

    static bool IsRequired(UOp node)
    {
        if (node.Arg is not Cell && !s_versions.TryGetValue(node, out _)) return false;
        foreach (var (cell, _) in Of(node))
            if (cell.RequiresGrad) return true;
        return false;
    }

    /// <summary>Memory was computed from a node, through which gradients go on.</summary>
    public static void Keep(UOp memory, UOp from)
    {
        if (memory.Op == Op.Buffer && !Of(memory).Any(v => v.Cell.RequiresGrad)) s_computedFrom.AddOrUpdate(memory, from);
    }

    /// <summary>The gradient collected; inside a capture, for a place from outside, that of the capture.</summary>
    public Tensor? Grad
    {
        get => Scope is { } scope && scope.Gradients.TryGetValue(this, out var grad) ? grad : _grad;
        set
        {
            if (Scope is { } scope) scope.Gradients[this] = value;
            else _grad = value;
        }
    }

    /// <summary>The places of which a node is or was the value, and which version each had then.</summary>
    public static IEnumerable<(Cell Cell, int Version)> Of(UOp node)
    {
        if (node.Arg is Cell memory && !s_versions.TryGetValue(node, out _)) yield return (memory, memory.Version);
        if (!s_versions.TryGetValue(node, out var list)) yield break;
        lock (list)
            foreach (var (weak, version) in list.ToArray())
                if (weak.TryGetTarget(out var cell)) yield return (cell, version);
    }

    void Become(UOp value, bool isNew)
    {
        Remember(Value);
        if (isNew) Version++;
        Value = value;
        if (_requiresGrad) Remember(value);
    }

    void Remember(UOp node)
    {
        var list = s_versions.GetValue(node, static _ => []);
        lock (list)
        {
            list.RemoveAll(v => !v.Cell.TryGetTarget(out var cell) || ReferenceEquals(cell, this));
            list.Add((_weak ??= new(this), Version));
        }
    }
}
