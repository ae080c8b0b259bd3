using Tiny.Graph;

namespace Tiny;

// Comparisons give bool. With NaN all are false except Ne, which is true.
public sealed partial class Tensor
{
    /// <summary>a &lt; b.</summary>
    public Tensor Lt(Tensor other) => Compare("Lt", this, other, Less);
    /// <summary>a &lt; b.</summary>
    public Tensor Lt(Number other) => Lt(Beside(other, "Lt"));
    /// <summary>a &gt; b.</summary>
    public Tensor Gt(Tensor other) => Compare("Gt", this, other, static (a, b) => Less(b, a));
    /// <summary>a &gt; b.</summary>
    public Tensor Gt(Number other) => Gt(Beside(other, "Gt"));
    /// <summary>a &lt;= b.</summary>
    public Tensor Le(Tensor other) => Compare("Le", this, other, LessOrEqual);
    /// <summary>a &lt;= b.</summary>
    public Tensor Le(Number other) => Le(Beside(other, "Le"));
    /// <summary>a &gt;= b.</summary>
    public Tensor Ge(Tensor other) => Compare("Ge", this, other, static (a, b) => LessOrEqual(b, a));
    /// <summary>a &gt;= b.</summary>
    public Tensor Ge(Number other) => Ge(Beside(other, "Ge"));
    /// <summary>a == b.</summary>
    public Tensor Eq(Tensor other) => Compare("Eq", this, other, static (a, b) => Build.Not(Build.Binary(Op.CmpNe, a, b)));
    /// <summary>a == b.</summary>
    public Tensor Eq(Number other) => Eq(Beside(other, "Eq"));
    /// <summary>a != b.</summary>
    public Tensor Ne(Tensor other) => Compare("Ne", this, other, static (a, b) => Build.Binary(Op.CmpNe, a, b));
    /// <summary>a != b.</summary>
    public Tensor Ne(Number other) => Ne(Beside(other, "Ne"));

    /// <summary>a &lt; b.</summary>
    public static Tensor operator <(Tensor a, Tensor b) => NotNull(a).Lt(b);
    /// <summary>a &gt; b.</summary>
    public static Tensor operator >(Tensor a, Tensor b) => NotNull(a).Gt(b);
    /// <summary>a &lt;= b.</summary>
    public static Tensor operator <=(Tensor a, Tensor b) => NotNull(a).Le(b);
    /// <summary>a &gt;= b.</summary>
    public static Tensor operator >=(Tensor a, Tensor b) => NotNull(a).Ge(b);
    /// <summary>a &lt; b.</summary>
    public static Tensor operator <(Tensor a, Number b) => NotNull(a).Lt(b);
    /// <summary>a &gt; b.</summary>
    public static Tensor operator >(Tensor a, Number b) => NotNull(a).Gt(b);
    /// <summary>a &lt;= b.</summary>
    public static Tensor operator <=(Tensor a, Number b) => NotNull(a).Le(b);
    /// <summary>a &gt;= b.</summary>
    public static Tensor operator >=(Tensor a, Number b) => NotNull(a).Ge(b);

    /// <summary>True for NaN.</summary>
    public Tensor IsNan() => Classify("isnan", static x => Build.Binary(Op.CmpNe, x, x));
    /// <summary>True for either infinity.</summary>
    public Tensor IsInf() => Classify("isinf", static x => Build.Not(Build.Binary(Op.CmpNe, Magnitude(x), Infinity(x))));
    /// <summary>True for all but NaN and the infinities.</summary>
    public Tensor IsFinite() => Classify("isfinite", static x => Build.Binary(Op.CmpLt, Magnitude(x), Infinity(x)));

    /// <summary>Where this bool tensor is true, an element of <paramref name="a"/>, elsewhere of <paramref name="b"/>.</summary>
    public Tensor Where(Tensor a, Tensor b)
    {
        NotNull(a);
        NotNull(b);
        if (!DType.IsBool) throw new DTypeException($"Where: the condition {Shape} is {DType}, not bool; compare it first");
        using var scope = Origin.Scope("where");
        var dtype = Promote(a.DType, b.DType);
        var shape = BroadcastShape("Where", Shape, BroadcastShape("Where", a.Shape, b.Shape));
        return new Tensor(Build.Where(Build.Broadcast(Node, shape),
            Build.Broadcast(Build.Cast(a.Node, dtype), shape), Build.Broadcast(Build.Cast(b.Node, dtype), shape)));
    }

    /// <summary>Where this bool tensor is true, an element of <paramref name="a"/>, elsewhere a constant.</summary>
    public Tensor Where(Tensor a, Number b) => Where(a, Beside(a, b, "Where"));
    /// <summary>Where this bool tensor is true, a constant, elsewhere an element of <paramref name="b"/>.</summary>
    public Tensor Where(Number a, Tensor b) => Where(Beside(b, a, "Where"), b);
    /// <summary>One of two constants.</summary>
    public Tensor Where(Number a, Number b) => Where(Scalar(a, Promote(a.Natural, b.Natural)), Scalar(b, Promote(a.Natural, b.Natural)));

    static Tensor Compare(string name, Tensor a, Tensor b, Func<UOp, UOp, UOp> compare)
    {
        using var scope = Origin.Scope(name.ToLowerInvariant());
        var (x, y) = Operands(name, a, b, atLeast: DType.Int32);
        return new Tensor(compare(x, y));
    }

    static UOp Less(UOp a, UOp b) => Build.Binary(Op.CmpLt, a, b);

    // Not (b < a) would be true for NaN.
    static UOp LessOrEqual(UOp a, UOp b) => a.DType.IsFloat
        ? Build.Binary(Op.Or, Less(a, b), Build.Not(Build.Binary(Op.CmpNe, a, b)))
        : Build.Not(Less(b, a));

    // Integers and bools are numbers, and finite.
    Tensor Classify(string origin, Func<UOp, UOp> ask)
    {
        using var scope = Origin.Scope(origin);
        return new Tensor(ask(AsFloat()));
    }

    // The bits of |x| and of infinity as integers, which order as the numbers do: a compiler of shaders may take every float for finite.
    static UOp Magnitude(UOp x)
    {
        var bits = Build.Node(Op.Bitcast, BitsOf(x), null, Wide(x));
        return Build.Binary(Op.And, bits, Build.Fill(bits.DType.Size == 4 ? int.MaxValue : long.MaxValue, bits));
    }

    static UOp Infinity(UOp x) => Build.Fill(BitsOf(x).Size == 4 ? 0x7F800000L : 0x7FF0000000000000L, BitsOf(x), x.Shape);
    static UOp Wide(UOp x) => x.DType.Size >= 4 ? x : Build.Cast(x, DType.Float32);
    static DType BitsOf(UOp x) => x.DType.Size == 8 ? DType.Int64 : DType.Int32;
}
