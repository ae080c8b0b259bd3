using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tiny.Graph;

/// <summary>
/// A node of the graph: an operation, its dtype, its operands and an argument. Immutable. Inside a compilation
/// (<see cref="Interner"/>) nodes are hash-consed, so equal nodes are one object and are compared by reference;
/// tensor-graph nodes made outside of one are plain objects and are merged when a compilation takes them in.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class UOp
{
    internal UOp(Op op, DType dtype, ImmutableArray<UOp> src, object? arg, int hash, Shape? shape)
    {
        Op = op;
        DType = dtype;
        Src = src;
        Arg = arg;
        Hash = hash;
        ShapeOrNull = shape;
        (Min, Max) = Algebra.Bounds.Infer(op, dtype, src, arg);
        IsUniform = dtype.IsInt && dtype.Lanes == 1 && (op is Op.Const or Op.Variable || op is >= Op.Neg and <= Op.MulAcc && src.All(s => s.IsUniform));
    }

    /// <summary>The operation.</summary>
    public Op Op { get; }
    /// <summary>The value's type; <see cref="DType.Void"/> for statements.</summary>
    public DType DType { get; }
    /// <summary>Operands.</summary>
    public ImmutableArray<UOp> Src { get; }
    /// <summary>The operation's argument, documented at <see cref="Graph.Op"/>; compared by value.</summary>
    public object? Arg { get; }
    internal int Hash { get; }
    /// <summary>True for an integer made of <see cref="Op.Variable"/>s and constants alone: known at the call, the same in every iteration.</summary>
    internal bool IsUniform { get; }
    /// <summary>A lower bound of an integer or bool value, over all lanes and iterations.</summary>
    public long Min { get; }
    /// <summary>An upper bound of an integer or bool value, over all lanes and iterations.</summary>
    public long Max { get; }
    /// <summary>Position in the compilation's table: a stable order of nodes, the same in every run.</summary>
    internal int Serial { get; init; }
    internal Shape? ShapeOrNull { get; }

    /// <summary>The tensor's shape (tensor-graph nodes only).</summary>
    public Shape Shape => ShapeOrNull ?? throw new InvalidOperationException($"{Op} has no shape: it is not a tensor-graph node");

    /// <summary>What the node was made for ("conv2d", "relu"), for kernel names; no part of its identity.</summary>
    public string? Origin { get; internal set; }

    /// <summary>The user's line that made the node, kept where an error may have to name it; no part of its identity.</summary>
    internal UserLine? Line { get; set; }

    /// <summary>The integer (or bool) of a constant, null for anything else; a broadcast constant counts. A uint64 beyond the longs wraps.</summary>
    public long? Int => Op == Op.Const && !DType.IsFloat ? ((Constant)Arg!).Bits : Op == Op.Broadcast ? Src[0].Int : null;
    /// <summary>The number of a float constant, null for anything else; a broadcast constant counts.</summary>
    public double? Float => Op == Op.Const && DType.IsFloat ? ((Constant)Arg!).Double : Op == Op.Broadcast ? Src[0].Float : null;
    /// <summary>True for a constant 0 of an integer type, or false.</summary>
    public bool IsZero => Int == 0;
    /// <summary>True for the constant that a false gate reads: 0 of any type with no bit set.</summary>
    public bool IsNothing => IsZero || Float is { } f && BitConverter.DoubleToInt64Bits(f) == 0;
    /// <summary>True for a constant 1 of any type, or true.</summary>
    public bool IsOne => Int == 1 || Float == 1;

    // ---- construction

    /// <summary>A node, hash-consed if a compilation is under way on this thread.</summary>
    public static UOp New(Op op, DType dtype, ImmutableArray<UOp> src, object? arg = null)
    {
        int hash = HashOf(op, dtype, src, arg);
        return Interner.Current is { } interner
            ? interner.Intern(op, dtype, src, arg, hash)
            : new UOp(op, dtype, src, arg, hash, Shapes.Infer(op, src, arg));
    }

    /// <summary>A node with the given operands.</summary>
    public static UOp New(Op op, DType dtype, object? arg, params ReadOnlySpan<UOp> src) => New(op, dtype, [.. src], arg);

    /// <summary>A float constant, rounded to the dtype.</summary>
    public static UOp Const(double value, DType dtype) => dtype.IsFloat
        ? New(Op.Const, dtype, [], Constant.Of(FloatFormat.Round(value, dtype.Kind)))
        : Const(checked((long)value), dtype);

    /// <summary>An integer or bool constant, wrapped to the dtype (or converted, for a float dtype).</summary>
    public static UOp Const(long value, DType dtype) => dtype.Kind switch
    {
        ScalarKind.Bool => New(Op.Const, dtype, [], new Constant(value != 0 ? 1 : 0)),
        ScalarKind.Int8 => New(Op.Const, dtype, [], new Constant((sbyte)value)),
        ScalarKind.UInt8 => New(Op.Const, dtype, [], new Constant((byte)value)),
        ScalarKind.Int16 => New(Op.Const, dtype, [], new Constant((short)value)),
        ScalarKind.UInt16 => New(Op.Const, dtype, [], new Constant((ushort)value)),
        ScalarKind.Int32 => New(Op.Const, dtype, [], new Constant((int)value)),
        ScalarKind.UInt32 => New(Op.Const, dtype, [], new Constant((uint)value)),
        ScalarKind.Int64 or ScalarKind.UInt64 => New(Op.Const, dtype, [], new Constant(value)),
        _ => Const((double)value, dtype),
    };

    /// <summary>An index constant.</summary>
    public static UOp Index(long value) => Const(value, DType.Index);
    /// <summary>The bool true or false.</summary>
    public static UOp Bool(bool value) => Const(value ? 1L : 0L, DType.Bool);

    /// <summary>A loop variable from 0 to <paramref name="extent"/> - 1.</summary>
    public static UOp Range(int id, AxisKind kind, Dim extent) => Range(id, kind, extent.ToUOp());
    /// <summary>A loop variable from 0 to <paramref name="extent"/> - 1.</summary>
    public static UOp Range(int id, AxisKind kind, UOp extent) => New(Op.Range, DType.Index, [extent], new Axis(id, kind));

    /// <summary>The same node with other operands; itself when they are the same.</summary>
    public UOp WithSrc(ImmutableArray<UOp> src) => Same(src) ? this : Copy(New(Op, DType, src, Arg));

    UOp Copy(UOp made)
    {
        made.Origin ??= Origin;
        made.Line ??= Line;
        return made;
    }

    bool Same(ImmutableArray<UOp> src)
    {
        if (src.Length != Src.Length) return false;
        for (int i = 0; i < src.Length; i++)
            if (!ReferenceEquals(src[i], Src[i])) return false;
        return true;
    }

    // ---- operators, for rules and lowering; operands have one dtype

    /// <summary>Elementwise node with the dtype of its first operand.</summary>
    public UOp Alu(Op op, UOp other) => New(op, DType, [this, other]);
    /// <summary>Elementwise node of one operand.</summary>
    public UOp Alu(Op op) => New(op, DType, [this]);
    /// <summary>a + b.</summary>
    public static UOp operator +(UOp a, UOp b) => a.Alu(Op.Add, b);
    /// <summary>a + n.</summary>
    public static UOp operator +(UOp a, long n) => a + Const(n, a.DType.Scalar).Splat(a.DType.Lanes);
    /// <summary>a * b.</summary>
    public static UOp operator *(UOp a, UOp b) => a.Alu(Op.Mul, b);
    /// <summary>a * n.</summary>
    public static UOp operator *(UOp a, long n) => a * Const(n, a.DType.Scalar).Splat(a.DType.Lanes);
    /// <summary>-a: a multiplication for integers, a sign change for floats.</summary>
    public static UOp operator -(UOp a) => a.DType.IsFloat ? a.Alu(Op.Neg) : a * -1;
    /// <summary>a - b.</summary>
    public static UOp operator -(UOp a, UOp b) => a + -b;
    /// <summary>a / n rounded down.</summary>
    public static UOp operator /(UOp a, long n) => a.Alu(Op.FloorDiv, Const(n, a.DType.Scalar).Splat(a.DType.Lanes));
    /// <summary>a - n * floor(a / n).</summary>
    public static UOp operator %(UOp a, long n) => a.Alu(Op.FloorMod, Const(n, a.DType.Scalar).Splat(a.DType.Lanes));
    /// <summary>a and b.</summary>
    public static UOp operator &(UOp a, UOp b) => a.Alu(Op.And, b);
    /// <summary>a or b.</summary>
    public static UOp operator |(UOp a, UOp b) => a.Alu(Op.Or, b);
    /// <summary>a &lt; b.</summary>
    public UOp Lt(UOp b) => New(Op.CmpLt, DType.Bool.Vec(DType.Lanes), [this, b]);
    /// <summary>a != b.</summary>
    public UOp Ne(UOp b) => New(Op.CmpNe, DType.Bool.Vec(DType.Lanes), [this, b]);
    /// <summary>The negation of a bool.</summary>
    public UOp Not() => Ne(Bool(true).Splat(DType.Lanes));
    /// <summary>This condition chooses between two values.</summary>
    public UOp Where(UOp a, UOp b) => New(Op.Where, a.DType, [this, a, b]);
    /// <summary>The value converted to another dtype; itself when it has it.</summary>
    public UOp Cast(DType dtype) => dtype == DType ? this : New(Op.Cast, dtype, [this]);
    /// <summary>The bits seen as another dtype of the same size.</summary>
    public UOp Bitcast(DType dtype) => dtype == DType ? this : New(Op.Bitcast, dtype, [this]);
    /// <summary>The scalar in every lane of a vector; itself for one lane.</summary>
    public UOp Splat(int lanes) => lanes == 1 || DType.Lanes == lanes ? this : New(Op.Broadcast, DType.Vec(lanes), [this]);

    static int HashOf(Op op, DType dtype, ImmutableArray<UOp> src, object? arg)
    {
        var h = new HashCode();
        h.Add((int)op | (int)dtype.Kind << 8 | dtype.Lanes << 16);
        foreach (var s in src) h.Add(s.Hash);
        if (arg is not null) h.Add(arg is int or Constant or Tiny.Shape or Axes or Edges or ReduceArg or FoldArg or StageArg or Axis or Graph.Op or ParamArg or Variable or View
            ? arg.GetHashCode() : RuntimeHelpers.GetHashCode(arg));
        return h.ToHashCode();
    }

    /// <summary>One line: operation, dtype, shape and argument; operands only by operation.</summary>
    public override string ToString()
    {
        var arg = Arg switch { null => "", Constant c => $" {c.Text(DType)}", _ => $" {Arg}" };
        var shape = ShapeOrNull is { } s ? $" {s}" : "";
        return $"{Op}{arg} {DType}{shape}({string.Join(", ", Src.Select(s => s.Op))})";
    }
}
