using System.Numerics;
using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Render;

/// <summary>Scalar values. Bool, int32 and uint32 are i32; a bool is 0 or 1.</summary>
sealed partial class WasmRenderer
{
    // One row an operation and type; where there is no instruction, none.
    static WasmOp? Instruction(Op op, ScalarKind kind) => (op, kind) switch
    {
        (Op.Add, ScalarKind.Float32) => WasmOp.F32Add,
        (Op.Add, ScalarKind.Float64) => WasmOp.F64Add,
        (Op.Add, ScalarKind.Int64 or ScalarKind.UInt64) => WasmOp.I64Add,
        (Op.Add, _) => WasmOp.I32Add,
        (Op.Mul, ScalarKind.Float32) => WasmOp.F32Mul,
        (Op.Mul, ScalarKind.Float64) => WasmOp.F64Mul,
        (Op.Mul, ScalarKind.Int64 or ScalarKind.UInt64) => WasmOp.I64Mul,
        (Op.Mul, _) => WasmOp.I32Mul,
        (Op.Div, ScalarKind.Float32) => WasmOp.F32Div,
        (Op.Div, ScalarKind.Float64) => WasmOp.F64Div,
        (Op.Neg, ScalarKind.Float32) => WasmOp.F32Neg,
        (Op.Neg, ScalarKind.Float64) => WasmOp.F64Neg,
        (Op.Sqrt, ScalarKind.Float32) => WasmOp.F32Sqrt,
        (Op.Sqrt, ScalarKind.Float64) => WasmOp.F64Sqrt,
        (Op.Trunc, ScalarKind.Float32) => WasmOp.F32Trunc,
        (Op.Trunc, ScalarKind.Float64) => WasmOp.F64Trunc,
        (Op.Max, ScalarKind.Float32) => WasmOp.F32Max,
        (Op.Max, ScalarKind.Float64) => WasmOp.F64Max,
        (Op.Max, ScalarKind.Bool) => WasmOp.I32Or,
        (Op.Min, ScalarKind.Float32) => WasmOp.F32Min,
        (Op.Min, ScalarKind.Float64) => WasmOp.F64Min,
        (Op.Min, ScalarKind.Bool) => WasmOp.I32And,
        (Op.And, ScalarKind.Int64 or ScalarKind.UInt64) => WasmOp.I64And,
        (Op.And, _) => WasmOp.I32And,
        (Op.Or, ScalarKind.Int64 or ScalarKind.UInt64) => WasmOp.I64Or,
        (Op.Or, _) => WasmOp.I32Or,
        (Op.Xor, ScalarKind.Int64 or ScalarKind.UInt64) => WasmOp.I64Xor,
        (Op.Xor, _) => WasmOp.I32Xor,
        (Op.Shl, ScalarKind.Int64 or ScalarKind.UInt64) => WasmOp.I64Shl,
        (Op.Shl, _) => WasmOp.I32Shl,
        (Op.Shr, ScalarKind.Int64) => WasmOp.I64ShrS,
        (Op.Shr, ScalarKind.UInt64) => WasmOp.I64ShrU,
        (Op.Shr, ScalarKind.Int32) => WasmOp.I32ShrS,
        (Op.Shr, _) => WasmOp.I32ShrU,
        (Op.CmpLt, ScalarKind.Float32) => WasmOp.F32Lt,
        (Op.CmpLt, ScalarKind.Float64) => WasmOp.F64Lt,
        (Op.CmpLt, ScalarKind.Int64) => WasmOp.I64LtS,
        (Op.CmpLt, ScalarKind.UInt64) => WasmOp.I64LtU,
        (Op.CmpLt, ScalarKind.Int32) => WasmOp.I32LtS,
        (Op.CmpLt, _) => WasmOp.I32LtU,
        (Op.CmpNe, ScalarKind.Float32) => WasmOp.F32Ne,
        (Op.CmpNe, ScalarKind.Float64) => WasmOp.F64Ne,
        (Op.CmpNe, ScalarKind.Int64 or ScalarKind.UInt64) => WasmOp.I64Ne,
        (Op.CmpNe, _) => WasmOp.I32Ne,
        _ => null,
    };

    void Scalar(UOp u)
    {
        var kind = u.Src[0].DType.Kind;
        switch (u.Op)
        {
            case Op.Cast:
                Push(u.Src[0]);
                Convert(u, kind, u.DType.Kind);
                break;
            case Op.Bitcast:
                Push(u.Src[0]);
                Reinterpret(u, kind, u.DType.Kind);
                break;
            case Op.Where:
                Push(u.Src[1]);
                Push(u.Src[2]);
                Push(u.Src[0]);
                _f.Emit(WasmOp.Select);
                break;
            case Op.FloorDiv or Op.FloorMod when u.DType.IsInt:
                Divide(u);
                break;
            case Op.Neg when u.DType.IsInt:
                PushIntOf(kind, 0);
                Push(u.Src[0]);
                _f.Emit(IsWide(kind) ? WasmOp.I64Sub : WasmOp.I32Sub);
                break;
            case Op.Max or Op.Min when u.DType.IsInt:
                Extreme(u);
                break;
            case Op.Exp2 or Op.Exp or Op.Log2 or Op.Sin when u.DType.IsFloat:
                Push(u.Src[0]);
                Function(u.Op, kind);
                break;
            case Op.MulAcc:
                Push(u.Src[0]);
                Push(u.Src[1]);
                _f.Emit(Instruction(Op.Mul, kind)!.Value);
                Push(u.Src[2]);
                _f.Emit(Instruction(Op.Add, kind)!.Value);
                break;
            case Op.Add when u.DType.IsFloat && Subtraction(u) is var (a, b):
                Push(a);
                Push(b);
                _f.Emit(kind == ScalarKind.Float32 ? WasmOp.F32Sub : WasmOp.F64Sub);
                break;
            default:
                foreach (var s in u.Src) Push(s);
                _f.Emit(Instruction(u.Op, kind) ?? throw Unknown(u));
                break;
        }
    }

    static bool IsWide(ScalarKind kind) => kind is ScalarKind.Int64 or ScalarKind.UInt64;

    void PushIntOf(ScalarKind kind, long value)
    {
        if (IsWide(kind)) _f.Const(value);
        else _f.Const((int)value);
    }

    // JavaScript's functions are those of float64; of a float32 the result is rounded once more.
    void Function(Op op, ScalarKind kind)
    {
        if (kind == ScalarKind.Float32) _f.Emit(WasmOp.F64PromoteF32);
        _f.Call(_helpers.Math(op.ToString().ToLowerInvariant()));
        if (kind == ScalarKind.Float32) _f.Emit(WasmOp.F32DemoteF64);
    }

    void Extreme(UOp u)
    {
        var kind = u.DType.Kind;
        Push(u.Src[0]);
        Push(u.Src[1]);
        int b = Take(u.DType), a = Take(u.DType);
        SetLocal(b);
        SetLocal(a);
        GetLocal(a);
        GetLocal(b);
        GetLocal(u.Op == Op.Min ? a : b);
        GetLocal(u.Op == Op.Min ? b : a);
        _f.Emit(Instruction(Op.CmpLt, kind)!.Value);
        _f.Emit(WasmOp.Select);
        Release(a);
        Release(b);
    }

    void Divide(UOp u)
    {
        var (a, b) = (u.Src[0], u.Src[1]);
        var kind = u.DType.Kind;
        bool wide = IsWide(kind), unsigned = u.DType.IsUnsigned || a.Min >= 0 && b.Min >= 0, quotient = u.Op == Op.FloorDiv;
        Push(a);
        if (b.Int is > 0 and var by && BitOperations.IsPow2(by))
        {
            // The arithmetic shift rounds down.
            PushIntOf(kind, quotient ? BitOperations.Log2((ulong)by) : by - 1);
            var shift = (wide, unsigned) switch
            {
                (true, true) => WasmOp.I64ShrU,
                (true, false) => WasmOp.I64ShrS,
                (false, true) => WasmOp.I32ShrU,
                _ => WasmOp.I32ShrS,
            };
            _f.Emit(quotient ? shift : wide ? WasmOp.I64And : WasmOp.I32And);
            return;
        }
        Push(b);
        if (unsigned && b.Min > 0) _f.Emit((wide, quotient) switch
        {
            (true, true) => WasmOp.I64DivU,
            (true, false) => WasmOp.I64RemU,
            (false, true) => WasmOp.I32DivU,
            _ => WasmOp.I32RemU,
        });
        else
        {
            var type = wide ? WasmType.I64 : WasmType.I32;
            _f.Call(quotient ? _helpers.FloorDiv(type, unsigned) : _helpers.FloorMod(type, unsigned));
        }
    }

    void Convert(UOp u, ScalarKind from, ScalarKind to)
    {
        bool wide = IsWide(from), unsigned = from is ScalarKind.Bool or ScalarKind.UInt32 or ScalarKind.UInt64;
        switch (to)
        {
            case ScalarKind.Bool when from != ScalarKind.Bool:
                if (from == ScalarKind.Float32) _f.Const(0f);
                else if (from == ScalarKind.Float64) _f.Const(0d);
                else PushIntOf(from, 0);
                _f.Emit(Instruction(Op.CmpNe, from)!.Value);
                break;
            // Conversions from floats saturate, and NaN gives 0.
            case ScalarKind.Int64 or ScalarKind.UInt64:
                if (from is ScalarKind.Float32 or ScalarKind.Float64) _f.Emit(Truncation(from, to));
                else if (!wide) _f.Emit(unsigned ? WasmOp.I64ExtendI32U : WasmOp.I64ExtendI32S);
                break;
            case ScalarKind.Float32 or ScalarKind.Float64:
                if (from == to) break;
                bool single = to == ScalarKind.Float32;
                _f.Emit((from is ScalarKind.Float32 or ScalarKind.Float64, wide, unsigned) switch
                {
                    (true, _, _) => single ? WasmOp.F32DemoteF64 : WasmOp.F64PromoteF32,
                    (_, true, true) => single ? WasmOp.F32ConvertI64U : WasmOp.F64ConvertI64U,
                    (_, true, false) => single ? WasmOp.F32ConvertI64S : WasmOp.F64ConvertI64S,
                    (_, false, true) => single ? WasmOp.F32ConvertI32U : WasmOp.F64ConvertI32U,
                    _ => single ? WasmOp.F32ConvertI32S : WasmOp.F64ConvertI32S,
                });
                break;
            case ScalarKind.Int32 or ScalarKind.UInt32:
                if (from is ScalarKind.Float32 or ScalarKind.Float64) _f.Emit(Truncation(from, to));
                else if (wide) _f.Emit(WasmOp.I32WrapI64);
                break;
            // Only on its way into memory, which keeps the low bits.
            case ScalarKind.Int8 or ScalarKind.UInt8 or ScalarKind.Int16 or ScalarKind.UInt16 or ScalarKind.Bool:
                break;
            default:
                throw Unknown(u);
        }
    }

    static WasmOp Truncation(ScalarKind from, ScalarKind to) => (from, to) switch
    {
        (ScalarKind.Float32, ScalarKind.Int32) => WasmOp.I32TruncSatF32S,
        (ScalarKind.Float32, ScalarKind.UInt32) => WasmOp.I32TruncSatF32U,
        (ScalarKind.Float32, ScalarKind.Int64) => WasmOp.I64TruncSatF32S,
        (ScalarKind.Float32, _) => WasmOp.I64TruncSatF32U,
        (_, ScalarKind.Int32) => WasmOp.I32TruncSatF64S,
        (_, ScalarKind.UInt32) => WasmOp.I32TruncSatF64U,
        (_, ScalarKind.Int64) => WasmOp.I64TruncSatF64S,
        _ => WasmOp.I64TruncSatF64U,
    };

    void Reinterpret(UOp u, ScalarKind from, ScalarKind to)
    {
        var (a, b) = (TypeOf(new DType(from)), TypeOf(new DType(to)));
        if (a == b) return;
        _f.Emit((a, b) switch
        {
            (WasmType.F32, WasmType.I32) => WasmOp.I32ReinterpretF32,
            (WasmType.I32, WasmType.F32) => WasmOp.F32ReinterpretI32,
            (WasmType.F64, WasmType.I64) => WasmOp.I64ReinterpretF64,
            (WasmType.I64, WasmType.F64) => WasmOp.F64ReinterpretI64,
            _ => throw Unknown(u),
        });
    }
}
