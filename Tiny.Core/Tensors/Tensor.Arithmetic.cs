using Tiny.Graph;

namespace Tiny;

// Operations of two operands: they take the dtype that holds both (see Promotion) and broadcast.
public sealed partial class Tensor
{
    /// <summary>Sum; bools count as int32.</summary>
    public static Tensor operator +(Tensor a, Tensor b) => Arithmetic("Add", Op.Add, a, b);
    /// <summary>Sum with a constant.</summary>
    public static Tensor operator +(Tensor a, Number b) => a + Beside(a, b, "Add");
    /// <summary>Sum with a constant.</summary>
    public static Tensor operator +(Number a, Tensor b) => Beside(b, a, "Add") + b;

    /// <summary>Product; bools count as int32.</summary>
    public static Tensor operator *(Tensor a, Tensor b) => Arithmetic("Mul", Op.Mul, a, b);
    /// <summary>Product with a constant.</summary>
    public static Tensor operator *(Tensor a, Number b) => a * Beside(a, b, "Mul");
    /// <summary>Product with a constant.</summary>
    public static Tensor operator *(Number a, Tensor b) => Beside(b, a, "Mul") * b;

    /// <summary>Difference; bools count as int32.</summary>
    public static Tensor operator -(Tensor a, Tensor b)
    {
        using var scope = Origin.Scope("sub");
        var (x, y) = Operands("Sub", a, b, atLeast: DType.Int32);
        return new Tensor(Build.Sub(x, y));
    }

    /// <summary>Difference with a constant.</summary>
    public static Tensor operator -(Tensor a, Number b) => a - Beside(a, b, "Sub");
    /// <summary>Difference with a constant.</summary>
    public static Tensor operator -(Number a, Tensor b) => Beside(b, a, "Sub") - b;

    /// <summary>Quotient in floating point; integers become float32.</summary>
    public static Tensor operator /(Tensor a, Tensor b) => Arithmetic("Div", Op.Div, a, b, DType.Float32);
    /// <summary>Quotient with a constant.</summary>
    public static Tensor operator /(Tensor a, Number b) => a / Beside(a, b, "Div");
    /// <summary>Quotient with a constant.</summary>
    public static Tensor operator /(Number a, Tensor b) => Beside(b, a, "Div") / b;

    /// <summary>Quotient of integers rounded down; 0 for a divisor of 0.</summary>
    public Tensor FloorDiv(Tensor other) => Arithmetic("FloorDiv", Op.FloorDiv, Integer("FloorDiv", this), Integer("FloorDiv", other));
    /// <summary>Quotient of integers rounded down.</summary>
    public Tensor FloorDiv(Number other) => FloorDiv(Beside(other, "FloorDiv"));

    /// <summary>Quotient of integers rounded towards zero; 0 for a divisor of 0.</summary>
    public Tensor TruncDiv(Tensor other)
    {
        using var scope = Origin.Scope("truncdiv");
        Tensor down = FloorDiv(other);
        if (down.DType.IsUnsigned) return down;
        // Rounded down, a quotient below zero that is not whole is one too small.
        Tensor a = Cast(down.DType), b = other.Cast(down.DType);
        return ((down * b).Ne(a) & b.Ne(0) & a.Lt(0).Ne(b.Lt(0))).Where(down + 1, down);
    }
    /// <summary>Quotient of integers rounded towards zero.</summary>
    public Tensor TruncDiv(Number other) => TruncDiv(Beside(other, "TruncDiv"));

    /// <summary>Remainder of integers, with the sign of the divisor; the dividend for a divisor of 0.</summary>
    public Tensor Mod(Tensor other) => Arithmetic("Mod", Op.FloorMod, Integer("Mod", this), Integer("Mod", other));
    /// <summary>Remainder of integers, with the sign of the divisor.</summary>
    public Tensor Mod(Number other) => Mod(Beside(other, "Mod"));

    /// <summary>The negative; bools count as int32, unsigned integers wrap.</summary>
    public static Tensor operator -(Tensor a)
    {
        NotNull(a);
        using var scope = Origin.Scope("neg");
        return new Tensor(Build.Neg(Build.Cast(a.Node, Promote(a.DType, a.DType.IsBool ? DType.Int32 : a.DType))));
    }

    /// <summary>And: of bools, or of the bits of integers.</summary>
    public static Tensor operator &(Tensor a, Tensor b) => Bits("And", Op.And, a, b);
    /// <summary>Or: of bools, or of the bits of integers.</summary>
    public static Tensor operator |(Tensor a, Tensor b) => Bits("Or", Op.Or, a, b);
    /// <summary>Exclusive or: of bools, or of the bits of integers.</summary>
    public static Tensor operator ^(Tensor a, Tensor b) => Bits("Xor", Op.Xor, a, b);
    /// <summary>Bits moved up by b places, the lowest filled with 0; 0 unless 0 &lt;= b &lt; the number of bits. Bools count as int32.</summary>
    public static Tensor operator <<(Tensor a, Tensor b) => Shift("LShift", Op.Shl, a, b);
    /// <summary>Bits moved up by a constant number of places.</summary>
    public static Tensor operator <<(Tensor a, Number b) => a << Beside(a, b, "LShift");
    /// <summary>Bits moved down by b places, the highest filled with the sign (0 for unsigned integers); all of them unless
    /// 0 &lt;= b &lt; the number of bits. Bools count as int32.</summary>
    public static Tensor operator >>(Tensor a, Tensor b) => Shift("RShift", Op.Shr, a, b);
    /// <summary>Bits moved down by a constant number of places.</summary>
    public static Tensor operator >>(Tensor a, Number b) => a >> Beside(a, b, "RShift");
    /// <summary>The opposite of a bool tensor.</summary>
    public static Tensor operator !(Tensor a)
    {
        NotNull(a);
        if (!a.DType.IsBool) throw new DTypeException($"Not: {a.Shape} is {a.DType}, not bool; compare it first");
        using var scope = Origin.Scope("not");
        return new Tensor(Build.Not(a.Node));
    }

    /// <summary>The larger of both, element by element; NaN where either is NaN.</summary>
    public static Tensor Maximum(Tensor a, Tensor b) => Extreme("Maximum", Op.Max, a, b);
    /// <summary>The larger of both, element by element; NaN where either is NaN.</summary>
    public Tensor Maximum(Tensor other) => Maximum(this, other);
    /// <summary>The larger of the element and a constant.</summary>
    public Tensor Maximum(Number other) => Maximum(this, Beside(other, "Maximum"));

    /// <summary>The smaller of both, element by element; NaN where either is NaN.</summary>
    public static Tensor Minimum(Tensor a, Tensor b) => Extreme("Minimum", Op.Min, a, b);
    /// <summary>The smaller of both, element by element; NaN where either is NaN.</summary>
    public Tensor Minimum(Tensor other) => Minimum(this, other);
    /// <summary>The smaller of the element and a constant.</summary>
    public Tensor Minimum(Number other) => Minimum(this, Beside(other, "Minimum"));

    static Tensor Extreme(string name, Op op, Tensor a, Tensor b)
    {
        using var scope = Origin.Scope(name.ToLowerInvariant());
        var (x, y) = Operands(name, a, b);
        // The larger of two bools is their "or", the smaller their "and".
        if (x.DType.IsBool) op = op == Op.Max ? Op.Or : Op.And;
        return new Tensor(Build.Binary(op, x, y));
    }

    static Tensor Bits(string name, Op op, Tensor a, Tensor b)
    {
        using var scope = Origin.Scope(name.ToLowerInvariant());
        var (x, y) = Operands(name, a, b);
        if (x.DType.IsFloat) throw new DTypeException($"{name}: takes bools or integers, not {a.DType} {a.Shape} and {b.DType} {b.Shape}");
        return new Tensor(Build.Binary(op, x, y));
    }

    static Tensor Shift(string name, Op op, Tensor a, Tensor b) => Arithmetic(name, op, Integer(name, a), Integer(name, b));

    static Tensor Arithmetic(string name, Op op, Tensor a, Tensor b, DType? atLeast = null)
    {
        using var scope = Origin.Scope(name.ToLowerInvariant());
        var (x, y) = Operands(name, a, b, atLeast ?? DType.Int32);
        return new Tensor(Build.Binary(op, x, y));
    }

    static Tensor Integer(string name, Tensor t) =>
        NotNull(t, name).DType.IsFloat ? throw new DTypeException($"{name}: takes integers, {t.Shape} is {t.DType}; divide and use Floor") : t;

    /// <summary>
    /// Both operands in one dtype and shape. With <paramref name="atLeast"/> int32 only bools are raised (uint8 stays);
    /// with a float everything below is.
    /// </summary>
    static (UOp A, UOp B) Operands(string operation, Tensor a, Tensor b, DType? atLeast = null)
    {
        NotNull(a, operation);
        NotNull(b, operation);
        var dtype = Promote(a.DType, b.DType);
        if (atLeast is { } least && (least.IsFloat ? !dtype.IsFloat : dtype.IsBool)) dtype = least;
        var shape = BroadcastShape(operation, a.Shape, b.Shape);
        // Converted before it is broadcast: less to convert.
        return (Build.Broadcast(Build.Cast(a.Node, dtype), shape), Build.Broadcast(Build.Cast(b.Node, dtype), shape));
    }
}
