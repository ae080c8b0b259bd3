using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Render;

/// <summary>
/// Linear code as a WebAssembly function. Vectors are v128 of four 32-bit lanes; a vector of bool is a mask, the bits of a lane all alike. An element's address is
/// its buffer's plus its index in bytes; the constant part is the instruction's own. Multiply-adds of float32 vectors are relaxed SIMD's.
/// </summary>
sealed partial class WasmRenderer : StackRenderer
{
    // What a load or store goes to: pointer[index + offset], and which part of the address its instruction holds.
    readonly record struct Access(UOp Pointer, UOp? Index, long Offset, long Immediate);

    readonly WasmFunction _f;
    readonly WasmHelper _helpers;
    readonly IReadOnlyList<long>? _addresses;
    readonly Dictionary<UOp, long> _stages = new(ReferenceEqualityComparer.Instance);
    readonly ImmutableArray<long> _biases;
    readonly Stack<Access> _accesses = new();
    readonly List<int> _locals = [];
    // A vector that stays zero, as locals are at first.
    int _zero = -1;

    WasmRenderer(LinearKernel kernel, IReadOnlyList<long>? addresses, long stages, WasmHelper helpers) : base(kernel, gatesBranch: false)
    {
        (_addresses, _helpers) = (addresses, helpers);
        int pointers = addresses is null ? kernel.Params.Length : 0;
        _f = new WasmFunction([.. Enumerable.Repeat(WasmType.I32, pointers + kernel.Variables.Length)]);
        _biases = [.. Enumerable.Range(0, pointers).Select(Bias)];
        foreach (var stage in kernel.Code.Where(u => u.Op == Op.Stage))
        {
            _stages[stage] = stages;
            stages += (kernel.CountOf(stage) * stage.DType.Size + 15) / 16 * 16;
        }
    }

    /// <summary>A function of the addresses, unless they are given here, and the kernel's variables.</summary>
    /// <exception cref="TargetException">The code uses something that WebAssembly lacks.</exception>
    public static WasmKernel Render(LinearKernel kernel, IReadOnlyList<long>? addresses, long stages, WasmHelper helpers)
    {
        var renderer = new WasmRenderer(kernel, addresses, stages, helpers);
        renderer.RenderLines();
        return new(renderer._f, renderer._biases);
    }

    // ---- locals and constants

    static WasmType TypeOf(DType type) => type.Lanes > 1 ? WasmType.V128 : type.Kind switch
    {
        ScalarKind.Float32 => WasmType.F32,
        ScalarKind.Float64 => WasmType.F64,
        ScalarKind.Int64 or ScalarKind.UInt64 => WasmType.I64,
        _ => WasmType.I32,
    };

    protected override DType Represent(DType type) => TypeOf(type) switch
    {
        WasmType.V128 => DType.Float32.Vec(4),
        WasmType.F32 => DType.Float32,
        WasmType.F64 => DType.Float64,
        WasmType.I64 => DType.Int64,
        _ => DType.Int32,
    };

    protected override void DeclareLocal(DType type)
    {
        if (type.Lanes is not (1 or 4)) throw new TargetException($"{Kernel.Name}: WebAssembly has vectors of 4 lanes, not {type.Lanes}");
        _locals.Add(_f.DeclareLocal(TypeOf(type)));
    }

    protected override void GetLocal(int local) => _f.Get(_locals[local]);

    protected override void SetLocal(int local) => _f.Set(_locals[local]);

    protected override void PushVariable(int number) => _f.Get(_biases.Length + number);

    protected override void PushConst(UOp constant)
    {
        var value = (Constant)constant.Arg!;
        switch (TypeOf(constant.DType))
        {
            case WasmType.F32: _f.Const((float)value.Double); break;
            case WasmType.F64: _f.Const(value.Double); break;
            case WasmType.I64: _f.Const(value.Bits); break;
            default: _f.Const((int)value.Bits); break;
        }
    }

    void PushZeros()
    {
        if (_zero < 0) _zero = _f.DeclareLocal(WasmType.V128);
        _f.Get(_zero);
    }

    // ---- memory

    // The address given for an argument is moved back by what its loads and stores go back at most: their constant parts cannot be negative.
    long Bias(int argument)
    {
        var backs = Kernel.Code.Where(u => u.Op is Op.Load or Op.Store && u.Src[0] is { Op: Op.Pointer } p && (int)p.Arg! == argument)
            .Select(u => Plan.Address(u).Offset * u.Src[0].DType.Size).Where(back => back >= -WasmModule.Guard);
        return Math.Min(0, backs.DefaultIfEmpty().Min());
    }

    protected override void PushAddress(UOp pointer, UOp? index, long offset)
    {
        int size = pointer.DType.Size;
        bool isArgument = pointer.Op == Op.Pointer;
        long known = isArgument ? _addresses is { } given ? given[(int)pointer.Arg!] : -_biases[(int)pointer.Arg!] : _stages[pointer];
        long immediate = known + offset * size;
        // The instruction adds its part without wrapping: neither it nor what is on the stack may be negative.
        bool folds = immediate is >= 0 and <= int.MaxValue && (index is null || index.Min >= 0);
        bool argument = isArgument && _addresses is null;
        if (argument) _f.Get((int)pointer.Arg!);
        if (index is not null)
        {
            Push(index);
            if (size > 1)
            {
                _f.Const(int.Log2(size));
                _f.Emit(WasmOp.I32Shl);
            }
            if (argument) _f.Emit(WasmOp.I32Add);
        }
        if (!folds)
        {
            _f.Const((int)immediate);
            if (argument || index is not null) _f.Emit(WasmOp.I32Add);
        }
        else if (!argument && index is null) _f.Const(0);
        _accesses.Push(new(pointer, index, offset, folds ? immediate : 0));
    }

    void Memory(WasmOp op, byte? lane = null) => _f.Memory(op, _accesses.Pop().Immediate, lane);

    protected override void Load(DType type, long offset)
    {
        if (type.Lanes > 1)
        {
            RejectMaskInMemory(type);
            LoadVector(type);
            return;
        }
        Memory(type.Kind switch
        {
            ScalarKind.Int8 => WasmOp.I32Load8S,
            ScalarKind.Bool or ScalarKind.UInt8 => WasmOp.I32Load8U,
            ScalarKind.Int16 => WasmOp.I32Load16S,
            ScalarKind.UInt16 => WasmOp.I32Load16U,
            ScalarKind.Int32 or ScalarKind.UInt32 => WasmOp.I32Load,
            ScalarKind.Int64 or ScalarKind.UInt64 => WasmOp.I64Load,
            ScalarKind.Float32 => WasmOp.F32Load,
            _ => WasmOp.F64Load,
        });
    }

    protected override void GatedLoad(DType type, UOp gate)
    {
        Gate(() => Push(gate));
        Load(type, 0);
    }

    // Where a gate is closed the address becomes that of the guard, where zeros are.
    void Gate(Action pushGate)
    {
        var access = _accesses.Pop();
        if (access.Immediate != 0)
        {
            _f.Const((int)access.Immediate);
            _f.Emit(WasmOp.I32Add);
        }
        _f.Const(0);
        pushGate();
        _f.Emit(WasmOp.Select);
        _accesses.Push(access with { Immediate = 0 });
    }

    // Lanes that the mask leaves out may lie outside of the buffer; one that it does not is at most a vector away. Where it leaves out all,
    // the address may be any, and is replaced unless bounds say that it is inside of the memory.
    protected override void MaskedLoad(DType type, UOp mask)
    {
        if (!IsNear(_accesses.Peek())) Gate(() =>
        {
            Push(mask);
            _f.Emit(WasmOp.V128AnyTrue);
        });
        Memory(WasmOp.V128Load);
        Push(mask);
        _f.Emit(WasmOp.V128And);
    }

    bool IsNear(Access access)
    {
        int size = access.Pointer.DType.Size;
        long first = ((access.Index?.Min ?? 0) + access.Offset) * size, last = ((access.Index?.Max ?? 0) + access.Offset) * size + 16;
        return first >= -WasmModule.Guard && last <= Kernel.CountOf(access.Pointer) * (long)size + WasmModule.Guard;
    }

    protected override void Store(DType type, long offset)
    {
        if (type.Lanes > 1)
        {
            RejectMaskInMemory(type);
            StoreVector(type);
            return;
        }
        Memory(type.Kind switch
        {
            ScalarKind.Bool or ScalarKind.Int8 or ScalarKind.UInt8 => WasmOp.I32Store8,
            ScalarKind.Int16 or ScalarKind.UInt16 => WasmOp.I32Store16,
            ScalarKind.Int32 or ScalarKind.UInt32 => WasmOp.I32Store,
            ScalarKind.Int64 or ScalarKind.UInt64 => WasmOp.I64Store,
            ScalarKind.Float32 => WasmOp.F32Store,
            _ => WasmOp.F64Store,
        });
    }

    void RejectMaskInMemory(DType type)
    {
        if (type.IsBool) throw new TargetException($"{Kernel.Name}: a vector of bool in memory; masks stay in registers");
    }

    // ---- control

    protected override void OpenLoop() => _f.Open(WasmOp.Loop);

    protected override void CloseLoop()
    {
        _f.Emit(WasmOp.BrIf, 0);
        _f.Emit(WasmOp.End);
    }

    protected override void OpenIf() => _f.Open(WasmOp.If);

    protected override void Else() => _f.Emit(WasmOp.Else);

    protected override void CloseIf() => _f.Emit(WasmOp.End);

    protected override void AddIndex() => _f.Emit(WasmOp.I32Add);

    protected override void LessIndex() => _f.Emit(WasmOp.I32LtS);

    // ---- values

    protected override void Operate(UOp line)
    {
        if (line.DType.Lanes > 1 || line.Op is Op.Lane or Op.FoldLanes) Vector(line);
        else Scalar(line);
    }

    TargetException Unknown(UOp line) => new($"{Kernel.Name}: WebAssembly cannot run {line}");
}
