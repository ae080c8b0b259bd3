using Tiny.Graph;

namespace Tiny.Tests.Fuzz;

/// <summary>What a run of random programs held: operations by dtype, reductions of which more than one consumer has need, writes, variables.</summary>
sealed class FuzzCoverage
{
    readonly Dictionary<(Op Op, DType DType), int> _programs = [];
    readonly Dictionary<string, int> _named = [];
    int _count, _reused, _several, _written, _symbolic;

    /// <summary>The part of programs that hold a reduction used again.</summary>
    public double Reused => (double)_reused / _count;
    /// <summary>The part of programs that have several results.</summary>
    public double Several => (double)_several / _count;

    /// <summary>The part of programs that write.</summary>
    public double Written => (double)_written / _count;
    /// <summary>The part of programs in which sizes depend on a variable.</summary>
    public double Symbolic => (double)_symbolic / _count;

    public int Programs(DType dtype) => _programs.Where(p => p.Key.DType == dtype && p.Key.Op is Op.Buffer or Op.Param).Sum(p => p.Value);

    public int Programs(Op op) => _programs.Where(p => p.Key.Op == op).Sum(p => p.Value);

    /// <summary>Programs that hold an operator of the library, by what it is called in the graph.</summary>
    public int Programs(string name) => _named.GetValueOrDefault(name);

    public void Add(IReadOnlyList<Tensor> results)
    {
        _count++;
        if (results.Count > 1) _several++;
        var order = Walk.Topological([.. results.Select(r => r.Node)]);
        foreach (var key in order.Select(n => (n.Op, n.DType)).Distinct()) _programs[key] = _programs.GetValueOrDefault(key) + 1;
        foreach (var name in order.Select(n => n.Origin).OfType<string>().Distinct()) _named[name] = _named.GetValueOrDefault(name) + 1;
        if (order.Any(n => n.Op == Op.Update)) _written++;
        if (Binding.Variables(order).Count > 0) _symbolic++;
        if (HoldsReusedReduction(order, results)) _reused++;
    }

    // Movement of a reduction, and arithmetic with constants alone (a mean's division), is the reduction still.
    static bool HoldsReusedReduction(IReadOnlyList<UOp> order, IReadOnlyList<Tensor> results)
    {
        var consumers = new Dictionary<UOp, List<UOp>>(ReferenceEqualityComparer.Instance);
        var constant = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in order)
        {
            if (node.Op == Op.Const || node.Src.Length > 0 && node.Src.All(constant.Contains)) constant.Add(node);
            foreach (var s in node.Src.Distinct())
            {
                if (!consumers.TryGetValue(s, out var list)) consumers[s] = list = [];
                list.Add(node);
            }
        }
        int Uses(UOp node) => (results.Any(r => ReferenceEquals(r.Node, node)) ? 1 : 0)
            + consumers.GetValueOrDefault(node, []).Sum(c => StillTheSame(c, node) ? Uses(c) : 1);
        bool StillTheSame(UOp consumer, UOp node) => consumer.Op is >= Op.Reshape and <= Op.Flip
            || consumer.Op is Op.Mul or Op.Div or Op.Cast && consumer.Src.All(s => ReferenceEquals(s, node) || constant.Contains(s));
        return order.Any(n => n.Op == Op.Reduce && Uses(n) > 1);
    }

    public override string ToString()
    {
        var dtypes = _programs.Keys.Select(k => k.DType).Distinct().OrderBy(d => d.Kind).ToList();
        string Row(string name, IEnumerable<string> cells) => name.PadRight(12) + string.Concat(cells.Select(c => c.PadLeft(9)));
        var rows = _programs.Keys.Select(k => k.Op).Distinct().Order()
            .Select(op => Row(op.ToString(), dtypes.Select(d => _programs.TryGetValue((op, d), out int n) ? $"{n}" : "")));
        return $"{_count} programs; {Reused:P0} hold a reduction that is used again, {Several:P0} have several results, "
            + $"{Written:P0} write, {Symbolic:P0} have symbolic dimensions\n"
            + Row("programs of", dtypes.Select(d => d.ToString())) + "\n" + string.Join('\n', rows)
            + "\nof the library: " + string.Join(", ", RandomLibrary.Names.Select(name => $"{name} {Programs(name)}"));
    }
}
