using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// The price of computing a node again against that of storing it, in units of one arithmetic operation. A launch costs about as much
/// as four thousand operations on the targets measured; a load or store about four.
/// </summary>
sealed class Cost
{
    const double Launch = 4096, Memory = 4, Transcendental = 7, MostInFold = 64, Test = 0.25;
    // Beside a reduction so many times shorter a long one has a kernel of its own.
    const double MuchLonger = 16, Long = 256;
    // Threads, with fewer of which a GPU is better given another launch.
    const double FewestThreads = 128;

    // What a user pays for an element, and what is known of a node that will have been stored: one load, no reduction.
    readonly Dictionary<UOp, double> _weight = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<UOp> _folds = new(ReferenceEqualityComparer.Instance);
    // What computing an element costs, and whether that takes a reduction.
    readonly Dictionary<UOp, (double Weight, bool Folds)> _own = new(ReferenceEqualityComparer.Instance);

    // Reductions that need no loop.
    readonly IReadOnlySet<UOp> _closed;

    // The longest reduction that is computed for an element of a node: what it costs, and its loops' extents.
    readonly Dictionary<UOp, (double Weight, Dim[] Loops)> _longest = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<UOp> _apart = new(ReferenceEqualityComparer.Instance);

    // Sums that a thread computes side by side.
    readonly int _held;

    public Cost(IReadOnlyList<UOp> order, IReadOnlySet<UOp> closed, int held)
    {
        (_closed, _held) = (closed, held);
        var users = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        foreach (var operand in order.SelectMany(n => n.Src.Distinct())) users[operand] = users.GetValueOrDefault(operand) + 1;
        foreach (var node in order)
        {
            bool folds = node.Op == Op.Reduce && !closed.Contains(node) || node.Src.Any(_folds.Contains);
            bool stored = node.Op is Op.Contiguous or Op.Kernel or Op.Update || folds && (users.GetValueOrDefault(node) > 1 && Computes(node) || IsRepeated(node));
            _weight[node] = stored ? 1 : Math.Min(Weight(node), 1e9);
            if (folds && !stored) _folds.Add(node);
            _own[node] = (stored ? Math.Min(Weight(node), 1e9) : _weight[node], folds);
            if (_folds.Contains(node)) KeepApart(node);
        }
    }

    // Two reductions over different loops share a kernel's vectors and its register tile. A long one would be computed in those that suit the short one: it is stored, which
    // costs next to nothing in comparison. So a convolution's gradient is not computed where a pooling's is shared among equals.
    void KeepApart(UOp node)
    {
        if (node.Op == Op.Reduce && !_closed.Contains(node))
        {
            var (x, axes) = (node.Src[0], ((ReduceArg)node.Arg!).Axes);
            // A reduction inside of it will have been stored.
            double each = 1 + (_folds.Contains(x) ? 1 : Math.Min(_weight[x], MostInFold));
            _longest[node] = (Terms(node) * each, [.. axes.Order().Select(a => x.Shape[a]).Where(d => !d.Is(1))]);
            return;
        }
        UOp? longest = null;
        foreach (var s in node.Src)
            if (_longest.TryGetValue(s, out var known) && (longest is null || known.Weight > _longest[longest].Weight)) longest = s;
        if (longest is null) return;
        var (weight, loops) = _longest[longest];
        UOp? other = null;
        foreach (var s in node.Src)
            if (_longest.TryGetValue(s, out var known) && !known.Loops.AsSpan().SequenceEqual(loops) && (other is null || known.Weight > _longest[other].Weight)) other = s;
        if (other is null || weight < Long || weight < MuchLonger * _longest[other].Weight || node.Shape.Size * weight < MuchLonger * Launch)
        {
            _longest[node] = (weight, loops);
            return;
        }
        _longest[node] = _longest[other];
        while (!Computes(longest)) longest = longest.Src[0];
        _apart.Add(longest);
    }

    /// <summary>True for nodes that do arithmetic; movement and leaves never get a buffer of their own.</summary>
    public static bool Computes(UOp node) => node.Op == Op.Reduce || node.Op is >= Op.Neg and <= Op.MulAcc;

    /// <summary>True for functions that take several operations of arithmetic.</summary>
    public static bool IsTranscendental(UOp node) => node.Op is Op.Exp2 or Op.Exp or Op.Log2 or Op.Sin;

    /// <summary>True when one store and a load for each use cost less than computing the node at each use.</summary>
    public bool StoreIsCheaper(UOp node, IReadOnlyList<Demand> uses)
    {
        if (_apart.Contains(node)) return true;
        double evaluations = 0;
        var (weight, folds) = _own[node];
        bool insideFold = false;
        foreach (var use in uses)
        {
            double loops = Iterations(use);
            insideFold |= loops > 1;
            double share = folds || loops > 1 || use.Draft.Choosers.Count == 0 ? 1 : Choosers.Share(use.Draft.Choosers, use.Index.Append(use.Gate));
            evaluations += use.Draft.Shape.Size * loops * share;
        }
        // A reduction inside another one's loop is computed by fewer threads than it has results.
        if (insideFold && folds && evaluations * weight > Launch) return !(uses.Count == 1 && weight <= MostInFold && IsHeld(node, uses[0], evaluations));
        return evaluations * weight > evaluations * Memory + node.Shape.Size * (weight + Memory) + Launch;
    }

    /// <summary>
    /// True when a copy that has the padding costs less than testing loads. An element that several outputs are made of is loaded and tested once for so many of them
    /// (<paramref name="outputs"/>), which a register tile holds: a dense convolution's, but not one's of each channel by itself.
    /// </summary>
    public static bool PadIsCheaper(UOp pad, IReadOnlyList<Demand> uses, int outputs) =>
        uses.Sum(u => u.Draft.Shape.Size * Iterations(u) / Math.Min(MadeOfOne(u), outputs)) * Test > pad.Shape.Size * 2 * Memory + Launch;

    // A short reduction inside of another one is computed but once where a thread holds all outputs that are made of it, in a register tile: a convolution of each channel by itself inside
    // of one that mixes them to few. Each element of it is one thread's.
    bool IsHeld(UOp node, Demand use, double evaluations)
    {
        double held = MadeOfOne(use);
        return held <= _held && use.Draft.Shape.Size >= held * FewestThreads && evaluations <= node.Shape.Size * held;
    }

    // Outputs that are made of the same element: those along the axes that its index does not have.
    static double MadeOfOne(Demand use)
    {
        var at = use.Index.SelectMany(e => e.Topological()).ToHashSet();
        return use.Draft.Ranges.Where(r => !at.Contains(r)).Aggregate(1.0, (n, r) => n * (r.Max + 1));
    }

    // A reduction that is repeated along an axis will have been stored before.
    bool IsRepeated(UOp node) => node.Op == Op.Expand && node.Shape.Size > node.Src[0].Shape.Size
        && node.Shape.Size * _weight[node.Src[0]] > Launch;

    /// <summary>Iterations of the reductions around a use that it really depends on; what does not depend on them is hoisted.</summary>
    static double Iterations(Demand use)
    {
        if (use.Open.Length == 0) return 1;
        int deepest = use.Index.Append(use.Gate).SelectMany(e => e.Topological())
            .Select(u => use.Draft.Depth.GetValueOrDefault(u)).DefaultIfEmpty().Max();
        return use.Open.Where(r => use.Draft.Depth[r] <= deepest).Aggregate(1.0, (n, r) => n * (r.Max + 1));
    }

    static double Terms(UOp reduce) => Math.Max(reduce.Src[0].Shape.Size, 1.0) / Math.Max(reduce.Shape.Size, 1);

    double Weight(UOp node)
    {
        double operands = 0;
        foreach (var s in node.Src) operands += _weight[s];
        return node.Op switch
        {
            Op.Const or Op.Variable => 0,
            Op.Param or Op.Buffer => 1,
            Op.Reduce when _closed.Contains(node) => operands,
            Op.Reduce => Terms(node) * (1 + Math.Min(operands, MostInFold)),
            _ when IsTranscendental(node) => operands + Transcendental,
            >= Op.Neg and <= Op.MulAcc => operands + 1,
            _ => operands,
        };
    }
}
