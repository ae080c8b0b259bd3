using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Render;

/// <summary>
/// A kernel's code: takes the addresses of its memory arguments, its variables, and the first iteration of its <see cref="ParallelLoop"/> (<see cref="IlRenderer.SharedLoop"/>)
/// and the one after the last.
/// </summary>
unsafe delegate void IlKernel(nint* pointers);

/// <summary>
/// Linear code as .NET IL in a dynamic method, which the runtime optimises fully at once (no tiers). Vectors of 32-bit lanes are
/// <see cref="Vector128{T}"/>, <see cref="Vector256{T}"/> and <see cref="Vector512{T}"/>; a vector of bool is a mask, the bits of
/// a lane all alike.
/// The runtime's compiler falls off a cliff near 600 locals or 15 kB of IL in one method: the optimizer keeps tiles small enough;
/// kernels beyond that are correct but slow, since they are not yet split.
/// </summary>
sealed partial class IlRenderer : StackRenderer
{
    // As many as there are parts for some threads; more are shared well as they are.
    const int FewIterations = 64;

    readonly ILGenerator _il;
    readonly LocalBuilder?[] _pointers;
    readonly Dictionary<UOp, LocalBuilder> _stages = new(ReferenceEqualityComparer.Instance);
    // The kernel's variables, and the two ends of the part of the shared loop.
    readonly LocalBuilder[] _variables;
    readonly ParallelLoop? _shared;
    // Where it is two loops: the iterations of the inner one that are run in an iteration of the outer one.
    LocalBuilder? _innerFirst, _innerEnd;
    readonly List<LocalBuilder> _locals = [];
    readonly Stack<Label> _loops = new();
    readonly Stack<(Label False, Label End)> _ifs = new();

    IlRenderer(LinearKernel kernel, ILGenerator il) : base(kernel)
    {
        _il = il;
        _pointers = new LocalBuilder?[kernel.Params.Length];
        _shared = SharedLoop(kernel);
        _variables = new LocalBuilder[kernel.Variables.Length + (_shared is null ? 0 : 2)];
    }

    /// <summary>The iterations that are shared live: those of a kernel's outermost loop and, where they are few, of the one in it.</summary>
    public static ParallelLoop? SharedLoop(LinearKernel kernel) => ParallelLoop.Of(kernel)?.WithInnerBelow(FewIterations);

    /// <summary>Machine code for the kernel.</summary>
    /// <exception cref="TargetException">The code uses something that the CPU lacks.</exception>
    public static unsafe IlKernel Compile(LinearKernel kernel)
    {
        var method = new DynamicMethod(kernel.Name, typeof(void), [typeof(nint*)], typeof(IlRenderer).Module, skipVisibility: true)
        {
            InitLocals = false,
        };
        var renderer = new IlRenderer(kernel, method.GetILGenerator());
        renderer.LoadPointers();
        renderer.ReserveStages();
        renderer.RenderLines();
        renderer._il.Emit(OpCodes.Ret);
        var code = method.CreateDelegate<IlKernel>();
        // Otherwise the runtime would compile at the first call.
        RuntimeHelpers.PrepareDelegate(code);
        return code;
    }

    void LoadPointers()
    {
        for (int i = 0; i < _pointers.Length; i++)
        {
            _pointers[i] = _il.DeclareLocal(typeof(byte*));
            _il.Emit(OpCodes.Ldarg_0);
            _il.Emit(OpCodes.Ldc_I4, i * IntPtr.Size);
            _il.Emit(OpCodes.Add);
            _il.Emit(OpCodes.Ldind_I);
            _il.Emit(OpCodes.Stloc, _pointers[i]!);
        }
        for (int i = 0; i < _variables.Length; i++)
        {
            _variables[i] = _il.DeclareLocal(typeof(int));
            _il.Emit(OpCodes.Ldarg_0);
            _il.Emit(OpCodes.Ldc_I4, (_pointers.Length + i) * IntPtr.Size);
            _il.Emit(OpCodes.Add);
            _il.Emit(OpCodes.Ldind_I);
            _il.Emit(OpCodes.Conv_I4);
            _il.Emit(OpCodes.Stloc, _variables[i]);
        }
    }

    // On the stack, once and for all iterations.
    void ReserveStages()
    {
        foreach (var stage in Kernel.Code.Where(u => u.Op == Op.Stage))
        {
            _stages[stage] = _il.DeclareLocal(typeof(byte*));
            PushInt(Kernel.CountOf(stage) * stage.DType.Size);
            _il.Emit(OpCodes.Conv_U);
            _il.Emit(OpCodes.Localloc);
            _il.Emit(OpCodes.Stloc, _stages[stage]);
        }
    }

    // ---- the part of the shared loop. Two loops are counted as one: iteration i of the inner one is outer * extent + i.

    void PushPartBegin() => PushVariable(_variables.Length - 2);

    void PushPartEnd() => PushVariable(_variables.Length - 1);

    // An end of the part as seen from the outer iteration under way, and limited by an end of the inner loop.
    LocalBuilder WithinOuter(Action end, int inner, string limit)
    {
        var local = _il.DeclareLocal(typeof(int));
        end();
        Push(_shared!.Range);
        PushInt(_shared.InnerExtent);
        _il.Emit(OpCodes.Mul);
        _il.Emit(OpCodes.Sub);
        PushInt(inner);
        Call(typeof(Math), limit, typeof(int), typeof(int));
        _il.Emit(OpCodes.Stloc, local);
        return local;
    }

    protected override void BeforeLoop(UOp range)
    {
        if (_shared?.Inner is not { } inner || range != inner) return;
        (_innerFirst, _innerEnd) = (WithinOuter(PushPartBegin, 0, nameof(Math.Max)), WithinOuter(PushPartEnd, _shared.InnerExtent, nameof(Math.Min)));
    }

    protected override void PushFirst(UOp range)
    {
        if (_shared is null || range != _shared.Range && range != _shared.Inner) base.PushFirst(range);
        else if (range == _shared.Inner) _il.Emit(OpCodes.Ldloc, _innerFirst!);
        else
        {
            PushPartBegin();
            if (_shared.Inner is null) return;
            PushInt(_shared.InnerExtent);
            _il.Emit(OpCodes.Div);
        }
    }

    protected override void PushEnd(UOp range)
    {
        if (_shared is null || range != _shared.Range && range != _shared.Inner) base.PushEnd(range);
        else if (range == _shared.Inner) _il.Emit(OpCodes.Ldloc, _innerEnd!);
        else
        {
            PushPartEnd();
            if (_shared.Inner is null) return;
            // Rounded up: the last one may be run in part.
            PushInt(_shared.InnerExtent - 1);
            _il.Emit(OpCodes.Add);
            PushInt(_shared.InnerExtent);
            _il.Emit(OpCodes.Div);
        }
    }

    protected override void PushVariable(int number) => _il.Emit(OpCodes.Ldloc, _variables[number]);

    // ---- locals and constants

    protected override DType Represent(DType type) => type switch
    {
        { Kind: ScalarKind.UInt32, Lanes: > 1 } => type,
        { Kind: ScalarKind.UInt64 } => DType.Int64.Vec(type.Lanes),
        { IsFloat: false, Kind: not ScalarKind.Int64 } => DType.Int32.Vec(type.Lanes),
        _ => type,
    };

    protected override void DeclareLocal(DType type) => _locals.Add(_il.DeclareLocal(TypeOf(type)));

    static Type TypeOf(DType type) => type.Lanes == 1 ? IlMethods.Element(type.Kind) : IlMethods.VectorOf(type.Kind, type.Lanes);

    protected override void GetLocal(int local) => _il.Emit(OpCodes.Ldloc, _locals[local]);

    protected override void SetLocal(int local) => _il.Emit(OpCodes.Stloc, _locals[local]);

    protected override void PushConst(UOp constant)
    {
        var value = (Constant)constant.Arg!;
        switch (constant.DType.Kind)
        {
            case ScalarKind.Float32: _il.Emit(OpCodes.Ldc_R4, (float)value.Double); break;
            case ScalarKind.Float64: _il.Emit(OpCodes.Ldc_R8, value.Double); break;
            case ScalarKind.Int64 or ScalarKind.UInt64: _il.Emit(OpCodes.Ldc_I8, value.Bits); break;
            default: PushInt((int)value.Bits); break;
        }
    }

    void PushInt(int value)
    {
        if (value is >= sbyte.MinValue and <= sbyte.MaxValue) _il.Emit(OpCodes.Ldc_I4_S, (sbyte)value);
        else _il.Emit(OpCodes.Ldc_I4, value);
    }

    // ---- memory

    protected override void PushAddress(UOp pointer, UOp? index, long offset)
    {
        int size = pointer.DType.Size;
        _il.Emit(OpCodes.Ldloc, pointer.Op == Op.Stage ? _stages[pointer] : _pointers[(int)pointer.Arg!]!);
        if (index is not null)
        {
            Push(index);
            // Zero extension is free on most machines.
            _il.Emit(index.Min >= 0 ? OpCodes.Conv_U : OpCodes.Conv_I);
            if (size > 1)
            {
                PushInt(size);
                _il.Emit(OpCodes.Mul);
            }
            _il.Emit(OpCodes.Add);
        }
        if (offset == 0) return;
        long bytes = offset * size;
        if (bytes == (int)bytes) PushInt((int)bytes);
        else _il.Emit(OpCodes.Ldc_I8, bytes);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Add);
    }

    protected override void Prefetch() => Call(typeof(Sse), nameof(Sse.Prefetch0), typeof(void*));

    protected override void Load(DType type, long offset)
    {
        if (type.Lanes > 1)
        {
            RejectMaskInMemory(type);
            if (type.IsShortInt)
            {
                Call(typeof(IlShortVectors), $"Load{type.Lanes}", IlShortVectors.Pointer(type.Kind));
                return;
            }
            _il.Emit(OpCodes.Unaligned, (byte)1);
            _il.Emit(OpCodes.Ldobj, TypeOf(type));
            return;
        }
        _il.Emit(type.Kind switch
        {
            ScalarKind.Int8 => OpCodes.Ldind_I1,
            ScalarKind.Bool or ScalarKind.UInt8 => OpCodes.Ldind_U1,
            ScalarKind.Int16 => OpCodes.Ldind_I2,
            ScalarKind.UInt16 => OpCodes.Ldind_U2,
            ScalarKind.Int32 => OpCodes.Ldind_I4,
            ScalarKind.UInt32 => OpCodes.Ldind_U4,
            ScalarKind.Int64 or ScalarKind.UInt64 => OpCodes.Ldind_I8,
            ScalarKind.Float32 => OpCodes.Ldind_R4,
            _ => OpCodes.Ldind_R8,
        });
    }

    // Lanes of 32 bits are moved as integers, which masks are made of.
    protected override void MaskedLoad(DType type, UOp mask)
    {
        Push(mask);
        int n = type.Lanes;
        var vector = IlMethods.VectorOf(ScalarKind.Int32, n);
        if (n == 16 && Avx512F.IsSupported)
        {
            PushInt(0);
            Fill(ScalarKind.Int32, n);
            Call(typeof(Avx512F), nameof(Avx512F.MaskLoad), typeof(int*), vector, vector);
        }
        else if (n < 16 && Avx2.IsSupported) Call(typeof(Avx2), nameof(Avx2.MaskLoad), typeof(int*), vector);
        else Call(typeof(IlMaskedLoads), $"Load{n}", typeof(int*), vector);
        As(ScalarKind.Int32, type.Kind, n);
    }

    protected override void Store(DType type, long offset)
    {
        if (type.Lanes > 1)
        {
            RejectMaskInMemory(type);
            if (type.IsShortInt)
            {
                Call(typeof(IlShortVectors), $"Store{type.Size * 8}", typeof(byte*), IlMethods.VectorOf(ScalarKind.Int32, type.Lanes));
                return;
            }
            _il.Emit(OpCodes.Unaligned, (byte)1);
            _il.Emit(OpCodes.Stobj, TypeOf(type));
            return;
        }
        _il.Emit(type.Kind switch
        {
            ScalarKind.Bool or ScalarKind.Int8 or ScalarKind.UInt8 => OpCodes.Stind_I1,
            ScalarKind.Int16 or ScalarKind.UInt16 => OpCodes.Stind_I2,
            ScalarKind.Int32 or ScalarKind.UInt32 => OpCodes.Stind_I4,
            ScalarKind.Int64 or ScalarKind.UInt64 => OpCodes.Stind_I8,
            ScalarKind.Float32 => OpCodes.Stind_R4,
            _ => OpCodes.Stind_R8,
        });
    }

    void RejectMaskInMemory(DType type)
    {
        if (type.IsBool) throw new TargetException($"{Kernel.Name}: a vector of bool in memory; masks stay in registers");
    }

    // ---- control

    protected override void OpenLoop()
    {
        var start = _il.DefineLabel();
        _il.MarkLabel(start);
        _loops.Push(start);
    }

    protected override void CloseLoop() => _il.Emit(OpCodes.Brtrue, _loops.Pop());

    protected override void OpenIf()
    {
        var labels = (False: _il.DefineLabel(), End: _il.DefineLabel());
        _il.Emit(OpCodes.Brfalse, labels.False);
        _ifs.Push(labels);
    }

    protected override void Else()
    {
        var (no, end) = _ifs.Pop();
        _il.Emit(OpCodes.Br, end);
        _il.MarkLabel(no);
        _ifs.Push((end, end));
    }

    protected override void CloseIf() => _il.MarkLabel(_ifs.Pop().False);

    protected override void AddIndex() => _il.Emit(OpCodes.Add);

    protected override void LessIndex() => _il.Emit(OpCodes.Clt);

    // ---- values

    protected override void Operate(UOp line)
    {
        if (line.DType.Lanes > 1 || line.Op is Op.Lane or Op.FoldLanes) Vector(line);
        else Scalar(line);
    }

    void Call(Type owner, string name, params Type[] parameters) =>
        _il.Emit(OpCodes.Call, IlMethods.Find(owner, name, Type.EmptyTypes, parameters));

    TargetException Unknown(UOp line) => new($"{Kernel.Name}: the CPU cannot run {line}");
}
