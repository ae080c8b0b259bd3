namespace Tiny.Graph;

/// <summary>
/// How the gradient g of a node y becomes that of one of its operands, operation by operation; null where none goes back (integers, bools, comparisons,
/// rounding, bits). A gradient of zero stays zero: where a derivative may be infinite, or NaN, g chooses before it is multiplied, so that what
/// does not count (the branch not taken of a Where, what a slice leaves out) has no gradient, whatever its value is. Products that are summed are
/// left as they are: there a choice would stand in the innermost loop.
/// </summary>
sealed class GradientRules
{
    const double Ln2 = 0.6931471805599453;

    // Elementwise made of what may be infinite or NaN though all that the program was given is finite.
    readonly HashSet<UOp> _unbounded = new(ReferenceEqualityComparer.Instance);

    /// <param name="order">All nodes of the graph, operands first.</param>
    public GradientRules(IEnumerable<UOp> order)
    {
        foreach (var node in order)
            if (node.Op switch
            {
                Op.Const => node.Float is { } f && !double.IsFinite(f),
                Op.Log2 or Op.Exp or Op.Exp2 or Op.Sqrt => true,
                Op.Div => !IsNonZero(node.Src[1]) || _unbounded.Contains(node.Src[0]),
                Op.Reduce or Op.Update => false,
                _ => node.DType.IsFloat && node.Src.Any(_unbounded.Contains),
            }) _unbounded.Add(node);
    }

    /// <summary>The gradient of operand i.</summary>
    public UOp? Of(UOp y, int i, UOp g) => (y.Op, i) switch
    {
        // d(a + b) = g, g
        (Op.Add, _) => g,
        // d(a * b) = g * b, g * a
        (Op.Mul, _) when _unbounded.Contains(y.Src[1 - i]) && g.Op != Op.Expand => Chosen(g, Times(g, y.Src[1 - i])),
        (Op.Mul, _) => Times(g, y.Src[1 - i]),
        // d(a / b) = g / b, -g * (a / b) / b
        (Op.Div, 0) => IsNonZero(y.Src[1]) ? Over(g, y.Src[1]) : Chosen(g, Over(g, y.Src[1])),
        (Op.Div, _) => Chosen(g, Build.Neg(Over(Times(g, y), y.Src[1]))),
        // d(-x) = -g
        (Op.Neg, _) => Build.Neg(g),
        // d(sqrt x) = g / (2 sqrt x)
        (Op.Sqrt, _) => Chosen(g, Over(g, Scaled(y, 2))),
        // d(e^x) = g * e^x
        (Op.Exp, _) => Chosen(g, Times(g, y)),
        // d(2^x) = g * 2^x * ln 2
        (Op.Exp2, _) => Chosen(g, Times(g, Scaled(y, Ln2))),
        // d(log2 x) = g / (x * ln 2)
        (Op.Log2, _) => Chosen(g, Over(g, Scaled(y.Src[0], Ln2))),
        // d(sin x) = g * cos x
        (Op.Sin, _) => Times(g, new Tensor(y.Src[0]).Cos().Node),
        // d(cast x) = cast g
        (Op.Cast, _) => Build.Cast(g, y.Src[0].DType),
        // d(c ? a : b) = c ? g : 0, c ? 0 : g
        (Op.Where, 1) => Build.Where(y.Src[0], g, Zero(g)),
        (Op.Where, 2) => Build.Where(y.Src[0], Zero(g), g),
        // d(max(a, b)) = g to the one chosen; equal operands have half each, but none beside a constant
        (Op.Max or Op.Min, _) => Extreme(y, y.Src[i], y.Src[1 - i], g),

        // d(movement x) = the movement undone
        (Op.Reshape or Op.Permute or Op.Pad or Op.Shrink or Op.Flip, _) => View.Back(y, g),
        (Op.Expand, _) => Build.Reduce(g, Op.Add, Enumerable.Range(0, y.Shape.Rank).Where(a => !y.Shape[a].Equals(y.Src[0].Shape[a]))),
        (Op.Contiguous, _) => g,
        // d(old with value in some places) = g elsewhere, g there
        (Op.Update, 0) => Build.Where(((View)y.Arg!).Mask(), Zero(g), g),
        (Op.Update, _) when ((View)y.Arg!).Steps.All(s => s.Op != Op.Bitcast) => ((View)y.Arg!).Of(g),

        (Op.Kernel, _) => throw new DTypeException($"the kernel '{y.Origin}' was written by hand and has no gradient; give it one by WithGradient, or Detach what it is given"),
        (Op.Reduce, _) => Reduced(y, (ReduceArg)y.Arg!, g),
        _ => null,
    };

    /// <summary>The operands that a gradient may go to: those of the rule for a node that has one, and for memory what it was computed from.</summary>
    public static IEnumerable<UOp> Operands(UOp y) => y.Op == Op.Buffer ? Cell.ComputedFrom(y) is { } from ? [from] : [] : y.Src.Where((_, i) => GoesTo(y, i));

    /// <summary>A gradient may go from a node to its operand i.</summary>
    public static bool GoesTo(UOp y, int i) => y.Op switch
    {
        Op.WithGradient => i > 0 && y.Src[i].DType.IsFloat,
        Op.Trunc or Op.Bitcast => false,
        Op.Where => i > 0,
        _ => y.DType.IsFloat && y.Src[i].DType.IsFloat,
    };

    static UOp Reduced(UOp y, ReduceArg arg, UOp g)
    {
        var x = y.Src[0];
        switch (arg.Op)
        {
            // d(sum x) = g
            case Op.Add:
                return Build.Expand(g, x.Shape);
            // d(prod x) = g * the product of the others: without zeros it is prod / x; with one it is that of the rest, at the zero; with more it is 0
            case Op.Mul:
                UOp isZero = Equal(x, Zero(x)), one = Build.Fill(1.0, x);
                var rest = Build.Reduce(Build.Where(isZero, one, x), Op.Mul, arg.Axes);
                var zeros = Build.Reduce(Build.Where(isZero, one, Zero(x)), Op.Add, arg.Axes);
                UOp none = Zero(zeros), whole = Times(g, rest);
                UOp atZero = Build.Where(Equal(zeros, Build.Fill(1.0, zeros)), whole, none), others = Build.Where(Equal(zeros, none), whole, none);
                return Build.Where(isZero, Build.Expand(atZero, x.Shape), Over(Build.Expand(others, x.Shape), Build.Where(isZero, one, x)));
            // d(max x) = g to the largest, shared equally by equals
            default:
                var hit = Equal(x, Build.Expand(y, x.Shape));
                var count = Build.Reduce(Build.Where(hit, Build.Fill(1.0, x), Zero(x)), Op.Add, arg.Axes);
                return Build.Where(hit, Build.Expand(Over(g, count), x.Shape), Zero(x));
        }
    }

    static UOp Extreme(UOp y, UOp x, UOp other, UOp g)
    {
        // Seen from the result, which is kept more often than the operand.
        if (IsConstant(other)) return Build.Where(Less(y.Op, other, y), g, Zero(g));
        return Build.Where(Less(y.Op, other, x), g, Build.Where(Equal(x, other), Scaled(g, 0.5), Zero(g)));

        static UOp Less(Op op, UOp a, UOp b) => op == Op.Max ? Build.Binary(Op.CmpLt, a, b) : Build.Binary(Op.CmpLt, b, a);
    }

    /// <summary>A value where a gradient differs from zero, else zero.</summary>
    public static UOp Chosen(UOp g, UOp value) => IsNonZero(g) ? value : Build.Where(Build.Binary(Op.CmpNe, g, Zero(g)), value, Zero(g));
    static UOp Times(UOp g, UOp factor) => Constant(g) is 1 ? factor : Build.Binary(Op.Mul, g, factor);
    static UOp Over(UOp g, UOp divisor) => Build.Binary(Op.Div, g, divisor);
    static UOp Scaled(UOp x, double factor) => Build.Binary(Op.Mul, x, Build.Fill(factor, x));
    static UOp Zero(UOp like) => Build.Fill(0.0, like);
    static UOp Equal(UOp a, UOp b) => Build.Not(Build.Binary(Op.CmpNe, a, b));

    static bool IsConstant(UOp x) => Constant(x) is not null;
    static bool IsNonZero(UOp x) => Constant(x) is { } value && value != 0 && double.IsFinite(value);

    // The one number that stands in every element.
    static double? Constant(UOp x)
    {
        while (x.Op is Op.Expand or Op.Reshape) x = x.Src[0];
        return x.Float;
    }
}
