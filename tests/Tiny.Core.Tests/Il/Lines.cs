using System.Runtime.InteropServices;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Runtime;

namespace Tiny.Core.Tests.Il;

/// <summary>Writes linear code by hand: operands become lines before the line that uses them.</summary>
sealed class Lines : IDisposable
{
    readonly Interner _interner = Interner.Open();
    readonly List<UOp> _code = [];
    readonly HashSet<UOp> _seen = new(ReferenceEqualityComparer.Instance);
    readonly List<KernelParam> _params = [];
    int _ids;

    public static readonly CpuDevice Cpu = new();

    public UOp Input(DType type, int count) => Pointer(type, count, written: false);
    public UOp Output(DType type, int count) => Pointer(type, count, written: true);

    UOp Pointer(DType type, int count, bool written)
    {
        _params.Add(new KernelParam(type, count, written));
        return UOp.New(Op.Pointer, type, [], _params.Count - 1);
    }

    /// <summary>Places the value here.</summary>
    public UOp Line(UOp u)
    {
        if (u.Op is Op.Const or Op.Pointer || !_seen.Add(u)) return u;
        foreach (var s in u.Src) Line(s);
        _code.Add(u);
        return u;
    }

    public UOp Loop(long extent) => Line(UOp.Range(_ids++, AxisKind.Loop, extent));
    public UOp Loop(UOp extent) => Line(UOp.New(Op.Range, DType.Index, [extent], new Axis(_ids++, AxisKind.Loop)));
    public void End(UOp range) => Line(UOp.New(Op.End, DType.Void, [range]));
    public UOp Acc(UOp init) => Line(UOp.New(Op.Acc, init.DType, [init], _ids++));
    public void Set(UOp acc, UOp value) => Line(UOp.New(Op.Set, DType.Void, [acc, value]));
    public void Store(UOp pointer, UOp index, UOp value) => Line(UOp.New(Op.Store, DType.Void, [pointer, index, value]));
    public void Store(UOp pointer, UOp index, UOp value, UOp gate) => Line(UOp.New(Op.Store, DType.Void, [pointer, index, value, gate]));

    public static UOp Load(UOp pointer, UOp index, int lanes = 1) => UOp.New(Op.Load, pointer.DType.Vec(lanes), [pointer, index]);
    public static UOp Load(UOp pointer, UOp index, UOp gate) => UOp.New(Op.Load, pointer.DType.Vec(gate.DType.Lanes), [pointer, index, gate]);
    public static UOp Vector(params UOp[] lanes) => UOp.New(Op.Vector, lanes[0].DType.Vec(lanes.Length), [.. lanes]);
    public static UOp Lane(UOp vector, int lane) => UOp.New(Op.Lane, vector.DType.Scalar, [vector], lane);
    public static UOp FoldLanes(Op op, UOp vector) => UOp.New(Op.FoldLanes, vector.DType.Scalar, [vector], op);
    public static UOp MulAcc(UOp a, UOp b, UOp c) => UOp.New(Op.MulAcc, a.DType, [a, b, c]);

    public LinearKernel Build(string name = "kernel") => new(name, [.. _code], [.. _params], Cpu.Profile);

    /// <summary>Compiles and runs on copies of the arrays; those of outputs get their new contents.</summary>
    public void Run(params Array[] arrays)
    {
        var kernel = Build();
        var buffers = arrays.Select(a =>
        {
            var b = Cpu.Allocate(Buffer.ByteLength(a));
            b.CopyFrom(Bytes(a));
            return b;
        }).ToArray();
        Cpu.Compile(kernel).Launch(buffers);
        for (int i = 0; i < arrays.Length; i++) buffers[i].CopyTo(Bytes(arrays[i]));
    }

    static Span<byte> Bytes(Array a) => MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(a), Buffer.ByteLength(a));

    public void Dispose() => _interner.Dispose();
}
