using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;

namespace Tiny.Core.Tests.Render;

/// <summary>Linear code by hand: a line is added when something asks for it, after the lines that it uses.</summary>
sealed class Code : IDisposable
{
    readonly Interner _interner = Interner.Open();
    readonly List<UOp> _lines = [];
    readonly HashSet<UOp> _added = [];
    readonly List<KernelParam> _parameters = [];
    int _ids;

    public UOp Output(DType type, int count) => Parameter(type, count, true);
    public UOp Input(DType type, int count) => Parameter(type, count, false);

    UOp Parameter(DType type, int count, bool written)
    {
        _parameters.Add(new KernelParam(type, count, written));
        return UOp.New(Op.Pointer, type, _parameters.Count - 1);
    }

    public UOp Loop(int extent, AxisKind kind = AxisKind.Loop) => Line(UOp.Range(_ids++, kind, extent));
    public UOp Grid(int extent) => Line(UOp.New(Op.Special, DType.Index, null, UOp.Index(extent)));
    public void End(UOp range) => Line(UOp.New(Op.End, DType.Void, null, range));
    public UOp Acc(UOp initial) => Line(UOp.New(Op.Acc, initial.DType, _ids++, initial));
    public void Set(UOp acc, UOp value) => Line(UOp.New(Op.Set, DType.Void, null, acc, value));
    public void Store(UOp pointer, UOp index, UOp value) => Line(UOp.New(Op.Store, DType.Void, null, pointer, index, value));
    public void StoreIf(UOp gate, UOp pointer, UOp index, UOp value) => Line(UOp.New(Op.Store, DType.Void, null, pointer, index, value, gate));

    public static UOp Load(UOp pointer, UOp index, int lanes = 1) => UOp.New(Op.Load, pointer.DType.Vec(lanes), null, pointer, index);
    public static UOp LoadIf(UOp gate, UOp pointer, UOp index) => UOp.New(Op.Load, pointer.DType, null, pointer, index, gate);
    public static UOp Max(UOp a, UOp b) => a.Alu(Op.Max, b);
    public static UOp Real(double value) => UOp.Const(value, DType.Float32);

    public UOp Line(UOp line)
    {
        if (line.Op is Op.Const or Op.Pointer || !_added.Add(line)) return line;
        foreach (var s in line.Src) Line(s);
        _lines.Add(line);
        return line;
    }

    public LinearKernel Kernel(string name, TargetProfile profile) => new(name, [.. _lines], [.. _parameters], profile);

    public void Dispose() => _interner.Dispose();
}
