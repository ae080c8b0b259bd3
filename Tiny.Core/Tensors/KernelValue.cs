using Tiny.Graph;

namespace Tiny;

/// <summary>
/// A value inside a kernel that is written by hand (<see cref="Tensor.Kernel"/>): one number, computed anew for each iteration of the loops that it depends on. Operands
/// have one dtype, as in C: <see cref="Cast"/> says where it changes. Constants take the dtype of what they stand beside; indices and loop variables are int32.
/// </summary>
public sealed class KernelValue
{
    internal KernelValue(UOp node) => Node = node;

    internal UOp Node { get; }

    /// <summary>The value's dtype.</summary>
    public DType DType => Node.DType;

    /// <summary>Sum; integers wrap.</summary>
    public static KernelValue operator +(KernelValue a, KernelValue b) => Both("+", Op.Add, a, b);
    /// <summary>Sum with a constant.</summary>
    public static KernelValue operator +(KernelValue a, Number b) => a + Beside(a, b);
    /// <summary>Difference; integers wrap.</summary>
    public static KernelValue operator -(KernelValue a, KernelValue b) => Both("-", Op.Add, a, -b);
    /// <summary>Difference with a constant.</summary>
    public static KernelValue operator -(KernelValue a, Number b) => a - Beside(a, b);
    /// <summary>The negative.</summary>
    public static KernelValue operator -(KernelValue a) => new(Checked(a, "-").DType.IsBool ? throw new DTypeException("Kernel: - takes a number, not a bool") : -a.Node);
    /// <summary>Product; integers wrap.</summary>
    public static KernelValue operator *(KernelValue a, KernelValue b) => Both("*", Op.Mul, a, b);
    /// <summary>Product with a constant.</summary>
    public static KernelValue operator *(KernelValue a, Number b) => a * Beside(a, b);
    /// <summary>Quotient; of integers, rounded down.</summary>
    public static KernelValue operator /(KernelValue a, KernelValue b) => Both("/", Checked(a, "/").DType.IsFloat ? Op.Div : Op.FloorDiv, a, b);
    /// <summary>Quotient by a constant; of integers, rounded down.</summary>
    public static KernelValue operator /(KernelValue a, Number b) => a / Beside(a, b);
    /// <summary>Remainder of integers, with the sign of the divisor.</summary>
    public static KernelValue operator %(KernelValue a, KernelValue b) => Both("%", Op.FloorMod, a, b, floats: false);
    /// <summary>Remainder of integers by a constant.</summary>
    public static KernelValue operator %(KernelValue a, Number b) => a % Beside(a, b);
    /// <summary>And: of bools, or of bits.</summary>
    public static KernelValue operator &(KernelValue a, KernelValue b) => Both("&", Op.And, a, b, floats: false);
    /// <summary>Or: of bools, or of bits.</summary>
    public static KernelValue operator |(KernelValue a, KernelValue b) => Both("|", Op.Or, a, b, floats: false);
    /// <summary>Exclusive or of bits.</summary>
    public static KernelValue operator ^(KernelValue a, KernelValue b) => Both("^", Op.Xor, a, b, floats: false);
    /// <summary>a is less.</summary>
    public static KernelValue operator <(KernelValue a, KernelValue b) => Both("<", Op.CmpLt, a, b);
    /// <summary>a is greater.</summary>
    public static KernelValue operator >(KernelValue a, KernelValue b) => b < a;
    /// <summary>a is less.</summary>
    public static KernelValue operator <(KernelValue a, Number b) => a < Beside(a, b);
    /// <summary>a is greater.</summary>
    public static KernelValue operator >(KernelValue a, Number b) => a > Beside(a, b);
    /// <summary>The opposite of a bool.</summary>
    public static KernelValue operator !(KernelValue a) => new(Checked(a, "!").DType.IsBool ? a.Node.Not() : throw new DTypeException($"Kernel: ! takes a bool, not {a.DType}"));

    /// <summary>They differ.</summary>
    public KernelValue Ne(KernelValue other) => Both("Ne", Op.CmpNe, this, other);
    /// <summary>It differs from a constant.</summary>
    public KernelValue Ne(Number other) => Ne(Beside(this, other));
    /// <summary>They are equal.</summary>
    public KernelValue Eq(KernelValue other) => !Ne(other);
    /// <summary>It equals a constant.</summary>
    public KernelValue Eq(Number other) => !Ne(other);
    /// <summary>The larger.</summary>
    public KernelValue Max(KernelValue other) => Both("Max", Op.Max, this, other);
    /// <summary>The smaller.</summary>
    public KernelValue Min(KernelValue other) => Both("Min", Op.Min, this, other);
    /// <summary>Where this bool is true, a, else b.</summary>
    public KernelValue Where(KernelValue a, KernelValue b)
    {
        if (!DType.IsBool || Checked(a, "Where").DType != Checked(b, "Where").DType) throw new DTypeException($"Kernel: Where of {DType}, {a.DType} and {b.DType}; it takes a bool and two of one dtype");
        return new(UOp.New(Op.Where, a.DType, null, Node, a.Node, b.Node));
    }

    /// <summary>Square root.</summary>
    public KernelValue Sqrt() => One(Op.Sqrt);
    /// <summary>e to the x.</summary>
    public KernelValue Exp() => One(Op.Exp);
    /// <summary>2 to the x.</summary>
    public KernelValue Exp2() => One(Op.Exp2);
    /// <summary>Logarithm to base 2.</summary>
    public KernelValue Log2() => One(Op.Log2);
    /// <summary>Sine of radians.</summary>
    public KernelValue Sin() => One(Op.Sin);
    /// <summary>Rounded towards zero.</summary>
    public KernelValue Trunc() => One(Op.Trunc);
    /// <summary>Converted: floats to integers by truncation and saturation, to bool by "differs from zero".</summary>
    public KernelValue Cast(DType dtype) => dtype == DType ? this : dtype.IsBool ? Ne(0) : new(UOp.New(Op.Cast, dtype, null, Node));

    internal static KernelValue Beside(KernelValue value, Number constant) => new(constant.CheckFits(Checked(value, "constant").DType, "Kernel").ToConst(value.DType));

    KernelValue One(Op op) => DType.IsFloat ? new(Node.Alu(op)) : throw new DTypeException($"Kernel: {op} takes a float, not {DType}");

    static KernelValue Both(string name, Op op, KernelValue a, KernelValue b, bool floats = true)
    {
        UOp x = Checked(a, name), y = Checked(b, name);
        if (x.DType != y.DType || !floats && x.DType.IsFloat || x.DType.IsBool && op is not (Op.And or Op.Or or Op.Xor or Op.CmpNe))
            throw new DTypeException($"Kernel: {name} of {x.DType} and {y.DType}{(x.DType != y.DType ? "; Cast one of them" : "")}");
        return new(UOp.New(op, op is Op.CmpLt or Op.CmpNe ? DType.Bool : x.DType, null, x, y));
    }

    static UOp Checked(KernelValue? value, string operation) => (value ?? throw new ArgumentNullException(nameof(value), $"Kernel: an operand of {operation} is null")).Node;
}

/// <summary>One index of an element in a kernel: a value, or a number.</summary>
public readonly struct KernelIndex
{
    readonly KernelValue? _value;

    KernelIndex(KernelValue value) => _value = value;

    internal KernelValue Value => _value ?? throw new ShapeException("Kernel: an index is missing");

    /// <summary>A value, of integers.</summary>
    public static implicit operator KernelIndex(KernelValue value) => new(value);
    /// <summary>A whole number.</summary>
    public static implicit operator KernelIndex(int value) => new(new KernelValue(UOp.Index(value)));
}
