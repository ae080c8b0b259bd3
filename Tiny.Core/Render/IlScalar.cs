using System.Numerics;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Render;

/// <summary>Scalar values. On IL's stack bool, uint8, int32 and uint32 are 32-bit integers; uint8 and bool stay in their range.</summary>
sealed partial class IlRenderer
{
    void Scalar(UOp u)
    {
        var kind = u.DType.Kind;
        switch (u.Op)
        {
            case Op.Cast:
                Push(u.Src[0]);
                Convert(u.Src[0].DType.Kind, kind);
                break;
            case Op.Bitcast:
                Push(u.Src[0]);
                Reinterpret(u, u.Src[0].DType.Kind, kind);
                break;
            case Op.Where:
                Select(u);
                break;
            case Op.FloorDiv or Op.FloorMod when !Divide(u):
            case Op.Shl or Op.Shr:
                Push(u.Src[0]);
                Push(u.Src[1]);
                ScalarOp(u.Op, u, kind);
                break;
            case Op.FloorDiv or Op.FloorMod:
                break;
            case Op.Neg or Op.Sqrt or Op.Exp2 or Op.Exp or Op.Log2 or Op.Sin or Op.Trunc or Op.Add or Op.Mul or Op.Div or Op.Max or Op.Min
                or Op.And or Op.Or or Op.Xor or Op.CmpLt or Op.CmpNe or Op.MulAcc:
                MulAccOperands(u);
                ScalarOp(u.Op, u, u.Src[0].DType.Kind);
                break;
            default:
                throw Unknown(u);
        }
    }

    /// <summary>Pushes all operands; an integer multiply-add takes its product first.</summary>
    void MulAccOperands(UOp u)
    {
        if (u.Op == Op.MulAcc && !u.DType.IsFloat)
        {
            Push(u.Src[2]);
            Push(u.Src[0]);
            Push(u.Src[1]);
            return;
        }
        foreach (var s in u.Src) Push(s);
    }

    /// <summary>The operation on scalars that lie on the stack.</summary>
    void ScalarOp(Op op, UOp u, ScalarKind kind)
    {
        var type = IlMethods.Element(kind);
        bool isFloat = kind is ScalarKind.Float32 or ScalarKind.Float64;
        bool unsigned = kind is ScalarKind.Bool or ScalarKind.UInt8 or ScalarKind.UInt32 or ScalarKind.UInt64;
        var math = kind == ScalarKind.Float32 ? typeof(MathF) : typeof(Math);
        switch (op)
        {
            case Op.Neg: _il.Emit(OpCodes.Neg); break;
            case Op.Sqrt when isFloat: Call(math, "Sqrt", type); break;
            case Op.Trunc when isFloat: Call(math, "Truncate", type); break;
            case Op.Log2 when isFloat: Call(math, "Log2", type); break;
            case Op.Sin when isFloat: Call(math, "Sin", type); break;
            case Op.Exp2 when isFloat: Call(type, "Exp2", type); break;
            case Op.Exp when isFloat: Call(math, "Exp", type); break;
            case Op.Add: _il.Emit(OpCodes.Add); break;
            case Op.Mul: _il.Emit(OpCodes.Mul); break;
            case Op.Div when isFloat: _il.Emit(OpCodes.Div); break;
            case Op.Max or Op.Min when kind == ScalarKind.Bool: _il.Emit(op == Op.Max ? OpCodes.Or : OpCodes.And); break;
            case Op.Max: Call(math, "Max", type, type); break;
            case Op.Min: Call(math, "Min", type, type); break;
            case Op.And: _il.Emit(OpCodes.And); break;
            case Op.Or: _il.Emit(OpCodes.Or); break;
            case Op.Xor: _il.Emit(OpCodes.Xor); break;
            case Op.CmpLt: _il.Emit(unsigned ? OpCodes.Clt_Un : OpCodes.Clt); break;
            case Op.CmpNe:
                _il.Emit(OpCodes.Ceq);
                PushInt(0);
                _il.Emit(OpCodes.Ceq);
                break;
            case Op.MulAcc when isFloat: Call(math, "FusedMultiplyAdd", type, type, type); break;
            case Op.MulAcc:
                _il.Emit(OpCodes.Mul);
                _il.Emit(OpCodes.Add);
                break;
            case Op.Shl or Op.Shr:
                if (kind is ScalarKind.Int64 or ScalarKind.UInt64) _il.Emit(OpCodes.Conv_I4); // the count's type
                _il.Emit(op == Op.Shl ? OpCodes.Shl : unsigned ? OpCodes.Shr_Un : OpCodes.Shr);
                break;
            case Op.FloorDiv when unsigned && u.Src[1].Min > 0: _il.Emit(OpCodes.Div_Un); break;
            case Op.FloorMod when unsigned && u.Src[1].Min > 0: _il.Emit(OpCodes.Rem_Un); break;
            case Op.FloorDiv or Op.FloorMod when kind is not ScalarKind.Bool:
                var whole = unsigned && kind != ScalarKind.UInt64 ? typeof(uint) : type;
                Call(typeof(IlMath), op == Op.FloorDiv ? nameof(IlMath.FloorDiv) : nameof(IlMath.FloorMod), whole, whole);
                break;
            default: throw Unknown(u);
        }
        bool mayLeaveRange = op is Op.Neg or Op.Add or Op.Mul or Op.Shl or Op.MulAcc;
        if (kind == ScalarKind.UInt8 && mayLeaveRange) _il.Emit(OpCodes.Conv_U1);
    }

    /// <summary>Floor division and modulo by a positive constant, without a call. False where the divisor is something else.</summary>
    bool Divide(UOp u)
    {
        var (a, b) = (u.Src[0], u.Src[1]);
        if (b.Int is not (> 0 and var by)) return false;
        var kind = u.DType.Kind;
        bool unsigned = u.DType.IsUnsigned || a.Min >= 0;
        if (BitOperations.IsPow2(by))
        {
            Push(a);
            if (u.Op == Op.FloorMod)
            {
                PushIntOf(kind, by - 1);
                _il.Emit(OpCodes.And);
                return true;
            }
            PushInt(BitOperations.Log2((ulong)by));
            _il.Emit(unsigned ? OpCodes.Shr_Un : OpCodes.Shr); // the arithmetic shift rounds down
            return true;
        }
        Push(a);
        if (unsigned)
        {
            PushIntOf(kind, by);
            _il.Emit(u.Op == Op.FloorDiv ? OpCodes.Div_Un : OpCodes.Rem_Un);
            return true;
        }
        int value = Take(u.DType), sign = Take(u.DType);
        if (u.Op == Op.FloorMod)
        {
            // r = a % n; r + (r < 0 ? n : 0)
            PushIntOf(kind, by);
            _il.Emit(OpCodes.Rem);
            SetLocal(value);
            GetLocal(value);
            GetLocal(value);
            SignBits(kind);
            PushIntOf(kind, by);
            _il.Emit(OpCodes.And);
            _il.Emit(OpCodes.Add);
        }
        else
        {
            // floor(a / n) = ~(~a / n) for negative a; s is all ones there: ((a ^ s) / n) ^ s
            SetLocal(value);
            GetLocal(value);
            SignBits(kind);
            SetLocal(sign);
            GetLocal(value);
            GetLocal(sign);
            _il.Emit(OpCodes.Xor);
            PushIntOf(kind, by);
            _il.Emit(OpCodes.Div_Un);
            GetLocal(sign);
            _il.Emit(OpCodes.Xor);
        }
        Release(value);
        Release(sign);
        return true;
    }

    void SignBits(ScalarKind kind)
    {
        PushInt(kind == ScalarKind.Int64 ? 63 : 31);
        _il.Emit(OpCodes.Shr);
    }

    void PushIntOf(ScalarKind kind, long value)
    {
        if (kind is ScalarKind.Int64 or ScalarKind.UInt64) _il.Emit(OpCodes.Ldc_I8, value);
        else PushInt((int)value);
    }

    /// <summary>Where, without a branch: both values are computed anyway, and conditions on data predict badly.</summary>
    void Select(UOp u)
    {
        var (condition, a, b) = (u.Src[0], u.Src[1], u.Src[2]);
        var kind = u.DType.Kind;
        if (u.DType.IsFloat)
        {
            var (lane, bits) = kind == ScalarKind.Float32 ? (typeof(float), typeof(int)) : (typeof(double), typeof(long));
            Type of = typeof(Vector128<>).MakeGenericType(lane), mask = typeof(Vector128<>).MakeGenericType(bits);
            PushMask(condition, kind == ScalarKind.Float64);
            Call(typeof(Vector128), "CreateScalarUnsafe", bits);
            _il.Emit(OpCodes.Call, IlMethods.Find(typeof(Vector128), "As", [bits, lane], mask));
            Push(a);
            Call(typeof(Vector128), "CreateScalarUnsafe", lane);
            Push(b);
            Call(typeof(Vector128), "CreateScalarUnsafe", lane);
            _il.Emit(OpCodes.Call, IlMethods.Find(typeof(Vector128), "ConditionalSelect", [lane], of, of, of));
            _il.Emit(OpCodes.Call, IlMethods.Find(typeof(Vector128), "ToScalar", [lane], of));
            return;
        }
        bool wide = kind is ScalarKind.Int64 or ScalarKind.UInt64;
        if (b.IsZero)
        {
            PushMask(condition, wide);
            Push(a);
            _il.Emit(OpCodes.And);
            return;
        }
        if (a.IsZero)
        {
            // All bits where the condition is false.
            Push(condition);
            PushInt(1);
            _il.Emit(OpCodes.Sub);
            if (wide) _il.Emit(OpCodes.Conv_I8);
            Push(b);
            _il.Emit(OpCodes.And);
            return;
        }
        // b ^ ((a ^ b) & mask)
        Push(b);
        _il.Emit(OpCodes.Dup);
        Push(a);
        _il.Emit(OpCodes.Xor);
        PushMask(condition, wide);
        _il.Emit(OpCodes.And);
        _il.Emit(OpCodes.Xor);
    }

    /// <summary>All bits of an integer, or none, from a bool.</summary>
    void PushMask(UOp condition, bool wide)
    {
        Push(condition);
        if (wide) _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Neg);
    }

    void Convert(ScalarKind from, ScalarKind to)
    {
        bool unsigned = from is ScalarKind.Bool or ScalarKind.UInt8 or ScalarKind.UInt32;
        bool wide = from is ScalarKind.Int64 or ScalarKind.UInt64;
        bool isFloat = from is ScalarKind.Float32 or ScalarKind.Float64;
        switch (to)
        {
            case ScalarKind.Bool:
                if (from == ScalarKind.Bool) break;
                if (from == ScalarKind.Float32) _il.Emit(OpCodes.Ldc_R4, 0f);
                else if (from == ScalarKind.Float64) _il.Emit(OpCodes.Ldc_R8, 0d);
                else PushIntOf(from, 0);
                _il.Emit(OpCodes.Ceq);
                PushInt(0);
                _il.Emit(OpCodes.Ceq);
                break;
            case ScalarKind.UInt8:
                if (isFloat)
                {
                    _il.Emit(OpCodes.Conv_I4);
                    PushInt(0);
                    PushInt(255);
                    Call(typeof(Math), "Clamp", typeof(int), typeof(int), typeof(int));
                }
                else _il.Emit(OpCodes.Conv_U1);
                break;
            // From floats these saturate, and NaN gives 0, on every machine since .NET 9.
            case ScalarKind.Int32:
                if (isFloat || wide) _il.Emit(OpCodes.Conv_I4);
                break;
            case ScalarKind.UInt32:
                if (isFloat || wide) _il.Emit(OpCodes.Conv_U4);
                break;
            case ScalarKind.Int64 or ScalarKind.UInt64:
                if (!wide) _il.Emit(unsigned || isFloat && to == ScalarKind.UInt64 ? OpCodes.Conv_U8 : OpCodes.Conv_I8);
                break;
            // The runtime would round twice.
            case ScalarKind.Float32 or ScalarKind.Float64 when from == ScalarKind.UInt64:
                Call(typeof(Numbers), to == ScalarKind.Float32 ? nameof(Numbers.ToSingle) : nameof(Numbers.ToDouble), typeof(ulong));
                break;
            case ScalarKind.Float32 or ScalarKind.Float64:
                if (from == ScalarKind.UInt32) _il.Emit(OpCodes.Conv_R_Un);
                _il.Emit(to == ScalarKind.Float32 ? OpCodes.Conv_R4 : OpCodes.Conv_R8);
                break;
        }
    }

    void Reinterpret(UOp u, ScalarKind from, ScalarKind to)
    {
        switch (from, to)
        {
            case (ScalarKind.Float32, ScalarKind.Int32 or ScalarKind.UInt32):
                Call(typeof(BitConverter), "SingleToInt32Bits", typeof(float));
                break;
            case (ScalarKind.Int32 or ScalarKind.UInt32, ScalarKind.Float32):
                Call(typeof(BitConverter), "Int32BitsToSingle", typeof(int));
                break;
            case (ScalarKind.Float64, ScalarKind.Int64 or ScalarKind.UInt64):
                Call(typeof(BitConverter), "DoubleToInt64Bits", typeof(double));
                break;
            case (ScalarKind.Int64 or ScalarKind.UInt64, ScalarKind.Float64):
                Call(typeof(BitConverter), "Int64BitsToDouble", typeof(long));
                break;
            case (ScalarKind.Int32 or ScalarKind.UInt32, ScalarKind.Int32 or ScalarKind.UInt32): break;
            case (ScalarKind.Int64 or ScalarKind.UInt64, ScalarKind.Int64 or ScalarKind.UInt64): break;
            case (ScalarKind.Bool, ScalarKind.UInt8): break;
            case (ScalarKind.UInt8, ScalarKind.Bool): Convert(from, to); break;
            default:
                if (from != to) throw Unknown(u);
                break;
        }
    }
}
