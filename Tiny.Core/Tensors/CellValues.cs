using Tiny.Graph;

namespace Tiny;

/// <summary>The places whose values stand in a graph that leads to a result: as which nodes, and in which version each. One walk serves all questions.</summary>
sealed class CellValues
{
    readonly HashSet<UOp> _nodes = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Cell, List<(UOp Node, int Version)>> _values = [];

    /// <param name="result">Whose operands are searched, as far as gradients go back.</param>
    public CellValues(UOp result)
    {
        foreach (var node in Walk.Topological([result], GradientRules.Operands))
        {
            _nodes.Add(node);
            foreach (var (cell, version) in Cell.Of(node))
            {
                if (!_values.TryGetValue(cell, out var values)) _values[cell] = values = [];
                values.Add((node, version));
            }
        }
    }

    /// <summary>Places that require a gradient, in the order in which the walk met them, with all nodes that are or were their values.</summary>
    public IReadOnlyList<(Cell Cell, IReadOnlyList<UOp> Nodes)> Requiring =>
        [.. _values.Where(v => v.Key.RequiresGrad).Select(v => (v.Key, (IReadOnlyList<UOp>)[.. v.Value.Select(n => n.Node)]))];

    /// <summary>The nodes that are the newest of a place's values in the graph.</summary>
    /// <param name="cell">The place.</param>
    /// <param name="now">Its value now, which it may not have been asked for before.</param>
    public IReadOnlyList<UOp> Newest(Cell cell, UOp now)
    {
        List<(UOp Node, int Version)> values = [.. _values.GetValueOrDefault(cell, [])];
        if (_nodes.Contains(now)) values.Add((now, cell.Version));
        int last = values.Count == 0 ? 0 : values.Max(v => v.Version);
        return [.. values.Where(v => v.Version == last).Select(v => v.Node).Distinct()];
    }
}
