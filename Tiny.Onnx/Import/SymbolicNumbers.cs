using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Onnx.Import;

/// <summary>
/// Small tensors of integers that are computed from sizes which are variables, element by element as expressions: what becomes of a shape on its way to the operator that
/// needs it. What is no sum, product or quotient of sizes, and no choice that their bounds decide, has no expression; if it is one number whose bounds are known,
/// it may become a size of its own.
/// </summary>
/// <param name="isInput">The value of a node is given at the call, and not known.</param>
/// <param name="computed">The size that a tensor of one integer is to be, or null.</param>
sealed class SymbolicNumbers(Func<UOp, bool> isInput, Func<Tensor, Dim?> computed)
{
    const int MostElements = 256;
    readonly Dictionary<UOp, Dim?[]?> _done = new(ReferenceEqualityComparer.Instance);

    /// <summary>The elements in row-major order, null for those that have no expression; null if none has.</summary>
    public Dim?[]? Evaluate(UOp root)
    {
        var open = new Stack<UOp>([root]);
        while (open.TryPeek(out var node))
        {
            bool ready = true, small = !node.Shape.IsSymbolic && node.Shape.Size <= MostElements;
            if (!_done.ContainsKey(node) && small && !isInput(node))
                foreach (var source in node.Src)
                    if (!_done.ContainsKey(source))
                    {
                        open.Push(source);
                        ready = false;
                    }
            if (!ready) continue;
            open.Pop();
            if (_done.ContainsKey(node)) continue;
            Dim?[]? value = null;
            if (small && !isInput(node))
            {
                Dim?[]?[] operands = [.. node.Src.Select(s => _done[s])];
                if (!Array.Exists(operands, o => o is null) || node.Op == Op.Where) value = Value(node, operands);
            }
            _done[node] = Computed(node, value);
        }
        return _done[root];
    }

    // One number that has no expression, and no floats: those are bounded by nothing.
    Dim?[]? Computed(UOp node, Dim?[]? value)
    {
        if (value is not null && !Array.Exists(value, v => v is null) || !node.DType.IsInt || node.Shape.IsSymbolic || node.Shape.Size != 1) return value;
        return computed(new Tensor(node)) is { } size ? [size] : value;
    }

    static Dim?[]? Value(UOp node, Dim?[]?[] src) => node.Op switch
    {
        Op.Const => node.Int is { } n ? [n] : node.DType.IsBool ? null : Whole(node.Float),
        Op.Variable => [(Variable)node.Arg!],
        Op.Iota => [.. Enumerable.Range(0, (int)node.Arg!).Select(i => (Dim?)i)],
        Op.Buffer when node.Arg is Runtime.Storage storage && !node.DType.IsFloat => [.. HostNumbers.Integers(storage.ToHost(), node.DType, node.Shape.Numel).Select(i => (Dim?)i)],
        Op.Reshape or Op.Contiguous or Op.WithGradient => src[0],
        Op.Permute or Op.Expand or Op.Pad or Op.Shrink or Op.Flip => Moved(node, src[0]!),
        Op.Cast => node.DType.IsBool ? null : src[0],
        Op.Add => Each(src, (a, b) => a + b),
        Op.Mul => Each(src, (a, b) => a * b),
        Op.FloorDiv => Each(src, (a, b) => a / b),
        Op.FloorMod => Each(src, (a, b) => a % b),
        // Floats hold sizes exactly where they are whole.
        Op.Div => Each(src, (a, b) => a.DividedBy(b)),
        Op.Trunc => src[0],
        Op.Neg => [.. src[0]!.Select(d => 0 - d)],
        Op.Max => Each(src, (a, b) => Decided(() => a > b ? a : b)),
        Op.Min => Each(src, (a, b) => Decided(() => a < b ? a : b)),
        Op.CmpLt => Each(src, (a, b) => Decided(() => a < b ? 1 : 0)),
        Op.CmpNe => Each(src, (a, b) => Decided(() => a != b ? 1 : 0)),
        Op.Where => Chosen(src),
        Op.Reduce => Reduced(node, src[0]!),
        _ => null,
    };

    static Dim?[]? Whole(double? number) => number is { } n && n == Math.Truncate(n) && Math.Abs(n) < 1L << 53 ? [(long)n] : null;

    // One element each; what the operation has no expression for has none here.
    static Dim?[] Each(Dim?[]?[] src, Func<Dim, Dim, Dim?> operation) =>
        [.. src[0]!.Zip(src[1]!, (a, b) => a is { } x && b is { } y ? Decided(() => operation(x, y)) : null)];

    // Null where the answer depends on a variable, or is no whole number.
    static Dim? Decided(Func<Dim?> question)
    {
        try
        {
            return question();
        }
        catch (Exception e) when (e is ShapeException or OverflowException)
        {
            return null;
        }
    }

    // The side that is not chosen may have no expression.
    static Dim?[]? Chosen(Dim?[]?[] src) => src[0] is not { } condition ? null
        : [.. condition.Select((c, i) => c is { IsSymbolic: false } known ? src[known.Is(0) ? 2 : 1]?[i] : null)];

    static Dim?[]? Reduced(UOp node, Dim?[] x)
    {
        var arg = (ReduceArg)node.Arg!;
        if (arg.Op is not (Op.Add or Op.Mul or Op.Max or Op.Min)) return null;
        int[] from = node.Src[0].Shape.Extents(), to = node.Shape.Extents();
        var parts = Enumerable.Range(0, x.Length).ToLookup(i => Place(i, from, to), i => x[i]);
        return [.. Enumerable.Range(0, node.Shape.Numel).Select(at => parts[at].Any() ? parts[at].Aggregate((a, b) => a is { } p && b is { } q ? Decided(() => Combined(arg.Op, p, q)) : null) : null)];
    }

    static Dim Combined(Op op, Dim a, Dim b) => op switch
    {
        Op.Add => a + b,
        Op.Mul => a * b,
        Op.Max => a > b ? a : b,
        _ => a < b ? a : b,
    };

    // Where element i of one shape is in another of the same rank, whose extents are the same or 1.
    static int Place(int i, int[] from, int[] to)
    {
        int at = 0, stride = 1;
        for (int a = from.Length - 1; a >= 0; i /= from[a], stride *= to[a], a--) at += i % from[a] % to[a] * stride;
        return at;
    }

    static Dim?[]? Moved(UOp node, Dim?[] x)
    {
        int[] from = node.Src[0].Shape.Extents(), to = node.Shape.Extents();
        var result = new Dim?[node.Shape.Numel];
        for (int i = 0; i < result.Length; i++)
        {
            var at = new int[to.Length];
            for (int a = to.Length - 1, rest = i; a >= 0; rest /= to[a], a--) at[a] = rest % to[a];
            if (Source(node, at, from) is not { } source) return null;
            int place = 0;
            bool inside = true;
            for (int a = 0; a < from.Length; a++)
            {
                inside &= source[a] >= 0 && source[a] < from[a];
                place = place * from[a] + source[a];
            }
            result[i] = inside ? x[place] : 0;
        }
        return result;
    }

    // Where an element of the result comes from; outside of the operand for padding.
    static int[]? Source(UOp node, int[] at, int[] from)
    {
        switch (node.Op)
        {
            case Op.Permute:
                var source = new int[at.Length];
                for (int i = 0; i < at.Length; i++) source[((Axes)node.Arg!)[i]] = at[i];
                return source;
            case Op.Expand: return [.. at.Select((p, i) => from[i] == 1 ? 0 : p)];
            case Op.Flip: return [.. at.Select((p, i) => ((Axes)node.Arg!).Contains(i) ? from[i] - 1 - p : p)];
            default:
                var edges = (Edges)node.Arg!;
                if (edges.Any(e => e.Lo.IsSymbolic)) return null;
                return [.. at.Select((p, i) => node.Op == Op.Pad ? p - (int)edges[i].Lo : p + (int)edges[i].Lo)];
        }
    }
}
