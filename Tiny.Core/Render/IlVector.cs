using System.Numerics;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using Tiny.Graph;

namespace Tiny.Render;

/// <summary>Vector values, by the runtime's fixed-width vector API; each call is one or few instructions.</summary>
sealed partial class IlRenderer
{
    void Vector(UOp u)
    {
        int n = u.DType.Lanes;
        var kind = InLanes(u.DType);
        switch (u.Op)
        {
            case Op.Broadcast:
                PushLane(u.Src[0]);
                Fill(kind, n);
                break;
            case Op.Vector:
                foreach (var s in u.Src) PushLane(s);
                Create(kind, n);
                break;
            case Op.Lane:
                Push(u.Src[0]);
                PushInt((int)u.Arg!);
                GetElement(kind, u.Src[0].DType.Lanes);
                if (kind != ScalarKind.Bool) break;
                PushInt(1);
                _il.Emit(OpCodes.And);
                break;
            case Op.FoldLanes:
                FoldLanes(u);
                break;
            case Op.Cast:
                Push(u.Src[0]);
                VectorConvert(u, InLanes(u.Src[0].DType), kind, n);
                break;
            case Op.Bitcast:
                Push(u.Src[0]);
                As(u.Src[0].DType.Kind, kind, n);
                break;
            case Op.Where:
                Select(u, kind, n);
                break;
            case Op.CmpLt:
                Less(u, n);
                break;
            case Op.CmpNe:
                NotEqual(u, n);
                break;
            case Op.Shl or Op.Shr or Op.FloorDiv or Op.FloorMod:
                ShiftOrDivide(u, n);
                break;
            case Op.Exp2 or Op.Exp or Op.Log2:
                LaneByLane(u, n);
                break;
            case Op.Neg or Op.Sqrt or Op.Sin or Op.Trunc or Op.Add or Op.Mul or Op.Div or Op.Max or Op.Min or Op.And or Op.Or or Op.Xor or Op.MulAcc:
                MulAccOperands(u);
                VectorOp(u.Op, u, kind, n);
                break;
            default:
                throw Unknown(u);
        }
    }

    // Short integers are lanes of int32: of such a vector there is only what moves it.
    static ScalarKind InLanes(DType t) => t.IsShortInt ? ScalarKind.Int32 : t.Kind;

    /// <summary>A scalar as it stands in a lane.</summary>
    void PushLane(UOp scalar)
    {
        if (scalar is { Op: Op.Const, DType.Kind: ScalarKind.Bool }) PushInt(scalar.IsZero ? 0 : -1);
        else if (scalar.DType.IsBool) PushMask(scalar, wide: false);
        else Push(scalar);
    }

    /// <summary>The operation on vectors that lie on the stack.</summary>
    void VectorOp(Op op, UOp u, ScalarKind kind, int n)
    {
        bool isFloat = kind == ScalarKind.Float32;
        switch (op)
        {
            case Op.Neg: VectorCall("Negate", kind, n, 1); break;
            case Op.Sqrt when isFloat: VectorCall("Sqrt", kind, n, 1); break;
            case Op.Sin when isFloat: VectorCallOf("Sin", kind, n, 1); break;
            case Op.Trunc when isFloat: VectorCallOf("Truncate", kind, n, 1); break;
            case Op.Add: VectorCall("Add", kind, n, 2); break;
            case Op.Mul: VectorCall("Multiply", kind, n, 2); break;
            case Op.Div when isFloat: VectorCall("Divide", kind, n, 2); break;
            case Op.Max when kind == ScalarKind.Bool: VectorCall("BitwiseOr", kind, n, 2); break;
            case Op.Min when kind == ScalarKind.Bool: VectorCall("BitwiseAnd", kind, n, 2); break;
            case Op.Max: VectorCall("Max", kind, n, 2); break;
            case Op.Min: VectorCall("Min", kind, n, 2); break;
            case Op.And: VectorCall("BitwiseAnd", kind, n, 2); break;
            case Op.Or: VectorCall("BitwiseOr", kind, n, 2); break;
            case Op.Xor: VectorCall("Xor", kind, n, 2); break;
            case Op.MulAcc when isFloat: VectorCallOf("FusedMultiplyAdd", kind, n, 3); break;
            case Op.MulAcc:
                VectorCall("Multiply", kind, n, 2);
                VectorCall("Add", kind, n, 2);
                break;
            default: throw Unknown(u);
        }
    }

    // A mask's lanes are all ones or all zeros: beside 0 they choose by one instruction, which may read its value from memory.
    void Select(UOp u, ScalarKind kind, int n)
    {
        var (mask, a, b) = (u.Src[0], u.Src[1], u.Src[2]);
        if (IsAllZeros(b))
        {
            PushSelector();
            Push(a);
            VectorCall("BitwiseAnd", kind, n, 2);
        }
        else if (IsAllZeros(a))
        {
            Push(b);
            PushSelector();
            VectorCall("AndNot", kind, n, 2);
        }
        else
        {
            PushSelector();
            Push(a);
            Push(b);
            VectorCall("ConditionalSelect", kind, n, 3);
        }

        void PushSelector()
        {
            Push(mask);
            As(ScalarKind.Bool, kind, n);
        }
    }

    static bool IsAllZeros(UOp u) => u is { Op: Op.Broadcast, Src: [{ Op: Op.Const, Arg: Constant { Bits: 0 } }] };

    void Less(UOp u, int n)
    {
        var kind = u.Src[0].DType.Kind;
        if (kind == ScalarKind.Bool)
        {
            // false < true: b and not a
            Push(u.Src[1]);
            Push(u.Src[0]);
            VectorCall("AndNot", kind, n, 2);
            return;
        }
        Push(u.Src[0]);
        Push(u.Src[1]);
        VectorCall("LessThan", kind, n, 2);
        As(kind, ScalarKind.Bool, n);
    }

    void NotEqual(UOp u, int n)
    {
        var kind = u.Src[0].DType.Kind;
        Push(u.Src[0]);
        if (kind == ScalarKind.Bool && u.Src[1].IsOne)
        {
            VectorCall("OnesComplement", kind, n, 1);
            return;
        }
        Push(u.Src[1]);
        if (kind == ScalarKind.Bool)
        {
            VectorCall("Xor", kind, n, 2);
            return;
        }
        VectorCall("Equals", kind, n, 2);
        As(kind, ScalarKind.Bool, n);
        VectorCall("OnesComplement", ScalarKind.Bool, n, 1);
    }

    void ShiftOrDivide(UOp u, int n)
    {
        var kind = u.DType.Kind;
        var by = u.Src[1];
        if (u.Op is Op.Shl or Op.Shr && by.Op == Op.Broadcast && IsInline(by))
        {
            Push(u.Src[0]);
            Push(by.Src[0]);
            Shift(u.Op == Op.Shl, kind, n);
        }
        else if (u.Op is Op.FloorDiv or Op.FloorMod && by.Int is > 0 and var d && BitOperations.IsPow2(d))
        {
            Push(u.Src[0]);
            PushInt(u.Op == Op.FloorDiv ? BitOperations.Log2((ulong)d) : (int)(d - 1));
            if (u.Op == Op.FloorDiv)
            {
                Shift(left: false, kind, n);
                return;
            }
            Fill(kind, n);
            VectorCall("BitwiseAnd", kind, n, 2);
        }
        else LaneByLane(u, n);
    }

    void Shift(bool left, ScalarKind kind, int n)
    {
        string name = left ? "ShiftLeft" : kind == ScalarKind.UInt32 ? "ShiftRightLogical" : "ShiftRightArithmetic";
        Call(IlMethods.VectorClass(n), name, IlMethods.VectorOf(kind, n), typeof(int));
    }

    /// <summary>Operations without a vector form: each lane by the scalar one.</summary>
    void LaneByLane(UOp u, int n)
    {
        int[] operands = new int[u.Src.Length];
        for (int i = 0; i < operands.Length; i++)
        {
            Push(u.Src[i]);
            operands[i] = Take(u.Src[i].DType);
            SetLocal(operands[i]);
        }
        for (int lane = 0; lane < n; lane++)
        {
            foreach (int o in operands)
            {
                GetLocal(o);
                PushInt(lane);
                GetElement(u.DType.Kind, n);
            }
            ScalarOp(u.Op, u, u.DType.Kind);
        }
        Create(u.DType.Kind, n);
        foreach (int o in operands) Release(o);
    }

    /// <summary>Halves combined until one lane is left: the same order on every machine.</summary>
    void FoldLanes(UOp u)
    {
        var (kind, op, n) = (u.DType.Kind, (Op)u.Arg!, u.Src[0].DType.Lanes);
        Push(u.Src[0]);
        for (; n > 4; n /= 2)
        {
            int whole = Keep(kind, n);
            GetLocal(whole);
            VectorCall("GetLower", kind, n, 1);
            GetLocal(whole);
            VectorCall("GetUpper", kind, n, 1);
            Release(whole);
            VectorOp(op, u, kind, n / 2);
        }
        int four = Keep(kind, 4), two;
        GetLocal(four);
        GetLocal(four);
        foreach (int lane in (int[])[2, 3, 2, 3]) PushInt(lane);
        var order = kind == ScalarKind.UInt32 ? kind : ScalarKind.Int32;
        Create(order, 4);
        Call(typeof(Vector128), "Shuffle", IlMethods.VectorOf(kind, 4), IlMethods.VectorOf(order, 4));
        VectorOp(op, u, kind, 4);
        Release(four);
        two = Keep(kind, 4);
        for (int lane = 0; lane < 2; lane++)
        {
            GetLocal(two);
            PushInt(lane);
            GetElement(kind, 4);
        }
        Release(two);
        ScalarOp(op, u, kind);
        if (kind != ScalarKind.Bool) return;
        PushInt(1);
        _il.Emit(OpCodes.And);
    }

    int Keep(ScalarKind kind, int n)
    {
        int local = Take(new DType(kind, n));
        SetLocal(local);
        return local;
    }

    void VectorConvert(UOp u, ScalarKind from, ScalarKind to, int n)
    {
        switch (from, to)
        {
            case (_, _) when from == to:
                break;
            case (ScalarKind.Bool, ScalarKind.Float32):
                // the bits of 1 where the mask is set
                PushInt(BitConverter.SingleToInt32Bits(1f));
                Fill(ScalarKind.Int32, n);
                VectorCall("BitwiseAnd", from, n, 2);
                As(from, to, n);
                break;
            case (ScalarKind.Bool, _):
                PushInt(1);
                Fill(ScalarKind.Int32, n);
                VectorCall("BitwiseAnd", from, n, 2);
                As(from, to, n);
                break;
            case (_, ScalarKind.Bool):
                if (from == ScalarKind.Float32) _il.Emit(OpCodes.Ldc_R4, 0f);
                else PushInt(0);
                Fill(from, n);
                VectorCall("Equals", from, n, 2);
                As(from, to, n);
                VectorCall("OnesComplement", to, n, 1);
                break;
            case (ScalarKind.Float32, ScalarKind.Int32): VectorCallOf("ConvertToInt32", from, n, 1); break;
            case (ScalarKind.Float32, ScalarKind.UInt32): VectorCallOf("ConvertToUInt32", from, n, 1); break;
            case (_, ScalarKind.Float32): VectorCallOf("ConvertToSingle", from, n, 1); break;
            case (_, ScalarKind.Int32 or ScalarKind.UInt32): As(from, to, n); break;
            default: throw Unknown(u);
        }
    }

    // ---- the runtime's vector functions

    /// <summary>A function generic over the lane.</summary>
    void VectorCall(string name, ScalarKind kind, int n, int operands)
    {
        var of = IlMethods.VectorOf(kind, n);
        Type[] parameters = [.. Enumerable.Repeat(of, operands)];
        _il.Emit(OpCodes.Call, IlMethods.Find(IlMethods.VectorClass(n), name, [IlMethods.Element(kind)], parameters));
    }

    /// <summary>A function with an overload for each lane type.</summary>
    void VectorCallOf(string name, ScalarKind kind, int n, int operands) =>
        Call(IlMethods.VectorClass(n), name, [.. Enumerable.Repeat(IlMethods.VectorOf(kind, n), operands)]);

    void As(ScalarKind from, ScalarKind to, int n)
    {
        Type a = IlMethods.Element(from), b = IlMethods.Element(to);
        if (a == b) return;
        _il.Emit(OpCodes.Call, IlMethods.Find(IlMethods.VectorClass(n), "As", [a, b], IlMethods.VectorOf(from, n)));
    }

    /// <summary>One scalar in all lanes. The generic form: to tell apart the other overloads costs the runtime milliseconds.</summary>
    void Fill(ScalarKind kind, int n) =>
        _il.Emit(OpCodes.Call, IlMethods.Find(IlMethods.VectorClass(n), "Create", [IlMethods.Element(kind)], IlMethods.Element(kind)));

    /// <summary>One scalar a lane.</summary>
    void Create(ScalarKind kind, int n) =>
        Call(IlMethods.VectorClass(n), "Create", [.. Enumerable.Repeat(IlMethods.Element(kind), n)]);

    void GetElement(ScalarKind kind, int n) =>
        _il.Emit(OpCodes.Call,
            IlMethods.Find(IlMethods.VectorClass(n), "GetElement", [IlMethods.Element(kind)], IlMethods.VectorOf(kind, n), typeof(int)));
}
