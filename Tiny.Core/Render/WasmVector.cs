using System.Numerics;
using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Render;

/// <summary>Vector values: four lanes of float32, int32 or uint32, or a mask.</summary>
sealed partial class WasmRenderer
{
    // Short integers are lanes of int32: of such a vector there is only what moves it.
    static WasmOp? VectorInstruction(Op op, ScalarKind kind) => (op, kind) switch
    {
        (Op.Add, ScalarKind.Float32) => WasmOp.F32x4Add,
        (Op.Add, ScalarKind.Int32 or ScalarKind.UInt32) => WasmOp.I32x4Add,
        (Op.Mul, ScalarKind.Float32) => WasmOp.F32x4Mul,
        (Op.Mul, ScalarKind.Int32 or ScalarKind.UInt32) => WasmOp.I32x4Mul,
        (Op.Div, ScalarKind.Float32) => WasmOp.F32x4Div,
        (Op.Neg, ScalarKind.Float32) => WasmOp.F32x4Neg,
        (Op.Neg, ScalarKind.Int32 or ScalarKind.UInt32) => WasmOp.I32x4Neg,
        (Op.Sqrt, ScalarKind.Float32) => WasmOp.F32x4Sqrt,
        (Op.Trunc, ScalarKind.Float32) => WasmOp.F32x4Trunc,
        (Op.Max, ScalarKind.Float32) => WasmOp.F32x4Max,
        (Op.Max, ScalarKind.Int32) => WasmOp.I32x4MaxS,
        (Op.Max, ScalarKind.UInt32) => WasmOp.I32x4MaxU,
        (Op.Max, ScalarKind.Bool) or (Op.Or, _) => WasmOp.V128Or,
        (Op.Min, ScalarKind.Float32) => WasmOp.F32x4Min,
        (Op.Min, ScalarKind.Int32) => WasmOp.I32x4MinS,
        (Op.Min, ScalarKind.UInt32) => WasmOp.I32x4MinU,
        (Op.Min, ScalarKind.Bool) or (Op.And, _) => WasmOp.V128And,
        (Op.Xor, _) => WasmOp.V128Xor,
        (Op.CmpLt, ScalarKind.Float32) => WasmOp.F32x4Lt,
        (Op.CmpLt, ScalarKind.Int32) => WasmOp.I32x4LtS,
        (Op.CmpLt, ScalarKind.UInt32) => WasmOp.I32x4LtU,
        (Op.CmpNe, ScalarKind.Float32) => WasmOp.F32x4Ne,
        (Op.CmpNe, ScalarKind.Int32 or ScalarKind.UInt32) => WasmOp.I32x4Ne,
        (Op.CmpNe, ScalarKind.Bool) => WasmOp.V128Xor,
        (Op.Shl, ScalarKind.Int32 or ScalarKind.UInt32) => WasmOp.I32x4Shl,
        (Op.Shr, ScalarKind.Int32) => WasmOp.I32x4ShrS,
        (Op.Shr, ScalarKind.UInt32) => WasmOp.I32x4ShrU,
        _ => null,
    };

    void Vector(UOp u)
    {
        var kind = u.Src[0].DType.Kind;
        switch (u.Op)
        {
            case Op.Broadcast:
                Splat(u.Src[0]);
                break;
            case Op.Vector:
                Splat(u.Src[0]);
                for (byte i = 1; i < u.Src.Length; i++)
                {
                    PushLane(u.Src[i]);
                    _f.Emit(kind == ScalarKind.Float32 ? WasmOp.F32x4ReplaceLane : WasmOp.I32x4ReplaceLane, i);
                }
                break;
            case Op.Lane:
                Push(u.Src[0]);
                Lane(kind, (int)u.Arg!);
                break;
            case Op.FoldLanes:
                FoldLanes(u);
                break;
            case Op.Cast:
                Push(u.Src[0]);
                VectorConvert(u, kind, u.DType.Kind);
                break;
            case Op.Bitcast:
                Push(u.Src[0]);
                break;
            // A mask's lanes are all ones or zeros.
            case Op.Where when IsZeros(u.Src[2]) || IsZeros(u.Src[1]):
                bool kept = IsZeros(u.Src[2]);
                Push(u.Src[kept ? 1 : 2]);
                Push(u.Src[0]);
                _f.Emit(kept ? WasmOp.V128And : WasmOp.V128Andnot);
                break;
            case Op.Where:
                Push(u.Src[1]);
                Push(u.Src[2]);
                Push(u.Src[0]);
                _f.Emit(WasmOp.V128Bitselect);
                break;
            case Op.CmpLt when kind == ScalarKind.Bool:
                // false < true: b and not a
                Push(u.Src[1]);
                Push(u.Src[0]);
                _f.Emit(WasmOp.V128Andnot);
                break;
            case Op.CmpNe when kind == ScalarKind.Bool && u.Src[1].IsOne:
                Push(u.Src[0]);
                _f.Emit(WasmOp.V128Not);
                break;
            case Op.Shl or Op.Shr when u.Src[1].Op == Op.Broadcast && IsInline(u.Src[1]):
                Push(u.Src[0]);
                Push(u.Src[1].Src[0]);
                _f.Emit(VectorInstruction(u.Op, kind) ?? throw Unknown(u));
                break;
            case Op.FloorDiv or Op.FloorMod when u.Src[1].Int is > 0 and var by && BitOperations.IsPow2(by):
                Push(u.Src[0]);
                _f.Const(u.Op == Op.FloorDiv ? BitOperations.Log2((ulong)by) : (int)(by - 1));
                if (u.Op == Op.FloorMod) _f.Emit(WasmOp.I32x4Splat);
                _f.Emit(u.Op == Op.FloorMod ? WasmOp.V128And : VectorInstruction(Op.Shr, kind) ?? throw Unknown(u));
                break;
            case Op.Shl or Op.Shr or Op.Exp2 or Op.Exp or Op.Log2 or Op.Sin:
                LaneByLane(u);
                break;
            case Op.MulAcc when kind == ScalarKind.Float32 && Kernel.Profile.Fma:
                foreach (var s in u.Src) Push(s);
                _f.Emit(WasmOp.F32x4RelaxedMadd);
                break;
            case Op.MulAcc:
                Push(u.Src[0]);
                Push(u.Src[1]);
                _f.Emit(VectorInstruction(Op.Mul, kind) ?? throw Unknown(u));
                Push(u.Src[2]);
                _f.Emit(VectorInstruction(Op.Add, kind)!.Value);
                break;
            case Op.Add when kind == ScalarKind.Float32 && Subtraction(u) is var (a, b):
                Push(a);
                Push(b);
                _f.Emit(WasmOp.F32x4Sub);
                break;
            default:
                foreach (var s in u.Src) Push(s);
                _f.Emit(VectorInstruction(u.Op, kind) ?? throw Unknown(u));
                break;
        }
    }

    /// <summary>A scalar in all lanes.</summary>
    void Splat(UOp scalar)
    {
        if (IsZeroBits(scalar))
        {
            PushZeros();
            return;
        }
        // One that is loaded for this alone is loaded into all lanes.
        if (scalar.Op == Op.Load && IsInline(scalar) && scalar.DType.Size == 4)
        {
            var (root, offset) = Plan.Address(scalar);
            PushAddress(scalar.Src[0], root, offset);
            if (scalar.Src.Length > 2) Gate(() => Push(scalar.Src[2]));
            Memory(WasmOp.V128Load32Splat);
            return;
        }
        PushLane(scalar);
        _f.Emit(scalar.DType.Kind == ScalarKind.Float32 ? WasmOp.F32x4Splat : WasmOp.I32x4Splat);
    }

    /// <summary>A scalar as it stands in a lane.</summary>
    void PushLane(UOp scalar)
    {
        if (scalar is { Op: Op.Const, DType.Kind: ScalarKind.Bool }) _f.Const(scalar.IsZero ? 0 : -1);
        else if (scalar.DType.IsBool)
        {
            _f.Const(0);
            Push(scalar);
            _f.Emit(WasmOp.I32Sub);
        }
        else Push(scalar);
    }

    /// <summary>Pops a vector, pushes one of its lanes.</summary>
    void Lane(ScalarKind kind, int lane)
    {
        _f.Emit(kind == ScalarKind.Float32 ? WasmOp.F32x4ExtractLane : WasmOp.I32x4ExtractLane, (byte)lane);
        if (kind != ScalarKind.Bool) return;
        _f.Const(1);
        _f.Emit(WasmOp.I32And);
    }

    /// <summary>Operations without a vector form: each lane by the scalar one.</summary>
    void LaneByLane(UOp u)
    {
        var kind = u.DType.Kind;
        int[] operands = new int[u.Src.Length];
        for (int i = 0; i < operands.Length; i++)
        {
            Push(u.Src[i]);
            operands[i] = Take(u.Src[i].DType);
            SetLocal(operands[i]);
        }
        for (byte lane = 0; lane < u.DType.Lanes; lane++)
        {
            foreach (int o in operands)
            {
                GetLocal(o);
                Lane(kind, lane);
            }
            if (u.Op is Op.Shl or Op.Shr) _f.Emit(Instruction(u.Op, kind)!.Value);
            else Function(u.Op, kind);
            bool single = kind == ScalarKind.Float32;
            if (lane == 0) _f.Emit(single ? WasmOp.F32x4Splat : WasmOp.I32x4Splat);
            else _f.Emit(single ? WasmOp.F32x4ReplaceLane : WasmOp.I32x4ReplaceLane, lane);
        }
        foreach (int o in operands) Release(o);
    }

    /// <summary>Halves combined until one lane is left: the same order as everywhere.</summary>
    void FoldLanes(UOp u)
    {
        var kind = u.DType.Kind;
        var op = (Op)u.Arg!;
        var whole = VectorInstruction(op, kind) ?? throw Unknown(u);
        Push(u.Src[0]);
        int four = Take(u.Src[0].DType);
        foreach (int half in (int[])[8, 4])
        {
            SetLocal(four);
            GetLocal(four);
            GetLocal(four);
            GetLocal(four);
            _f.Shuffle([.. Enumerable.Range(0, 16).Select(i => (byte)((i + half) % 16))]);
            _f.Emit(whole);
        }
        Lane(kind, 0);
        Release(four);
    }

    void VectorConvert(UOp u, ScalarKind from, ScalarKind to)
    {
        if (new DType(from).IsShortInt || new DType(to).IsShortInt) return;
        switch (from, to)
        {
            case (_, _) when from == to:
                break;
            case (ScalarKind.Bool, _):
                // the bits of 1 where the mask is set
                _f.Const(to == ScalarKind.Float32 ? BitConverter.SingleToInt32Bits(1f) : 1);
                _f.Emit(WasmOp.I32x4Splat);
                _f.Emit(WasmOp.V128And);
                break;
            case (_, ScalarKind.Bool):
                PushZeros();
                _f.Emit(VectorInstruction(Op.CmpNe, from) ?? throw Unknown(u));
                break;
            case (ScalarKind.Float32, ScalarKind.Int32): _f.Emit(WasmOp.I32x4TruncSatF32x4S); break;
            case (ScalarKind.Float32, ScalarKind.UInt32): _f.Emit(WasmOp.I32x4TruncSatF32x4U); break;
            case (ScalarKind.Int32, ScalarKind.Float32): _f.Emit(WasmOp.F32x4ConvertI32x4S); break;
            case (ScalarKind.UInt32, ScalarKind.Float32): _f.Emit(WasmOp.F32x4ConvertI32x4U); break;
            case (ScalarKind.Int32 or ScalarKind.UInt32, ScalarKind.Int32 or ScalarKind.UInt32): break;
            default: throw Unknown(u);
        }
    }

    // ---- memory

    // Short integers become lanes of int32.
    void LoadVector(DType type)
    {
        switch (type.Kind)
        {
            case ScalarKind.Int16: Memory(WasmOp.V128Load16x4S); break;
            case ScalarKind.UInt16: Memory(WasmOp.V128Load16x4U); break;
            case ScalarKind.Int8 or ScalarKind.UInt8:
                bool signed = type.Kind == ScalarKind.Int8;
                Memory(WasmOp.V128Load32Zero);
                _f.Emit(signed ? WasmOp.I16x8ExtendLowI8x16S : WasmOp.I16x8ExtendLowI8x16U);
                _f.Emit(signed ? WasmOp.I32x4ExtendLowI16x8S : WasmOp.I32x4ExtendLowI16x8U);
                break;
            default: Memory(WasmOp.V128Load); break;
        }
    }

    // Of each lane the low bytes.
    void StoreVector(DType type)
    {
        if (!type.IsShortInt)
        {
            Memory(WasmOp.V128Store);
            return;
        }
        int size = type.Size, vector = Take(type);
        SetLocal(vector);
        GetLocal(vector);
        GetLocal(vector);
        _f.Shuffle([.. Enumerable.Range(0, 16).Select(i => (byte)(i / size % 4 * 4 + i % size))]);
        Release(vector);
        Memory(size == 1 ? WasmOp.V128Store32Lane : WasmOp.V128Store64Lane, 0);
    }
}
