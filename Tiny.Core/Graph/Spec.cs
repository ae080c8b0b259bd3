using System.Collections.Immutable;
using Tiny.Lower;

namespace Tiny.Graph;

/// <summary>
/// What a valid graph is at each stage. Checked between passes in tests and with SPEC=1; a violation is an error of the compiler,
/// never of the user, and names the node.
/// </summary>
static class Spec
{
    /// <summary>A graph of tensors: movement, elementwise operations, reductions, contiguous; every node has a shape.</summary>
    public static void Tensors(IEnumerable<UOp> roots, string pass)
    {
        foreach (var u in Walk.Topological(roots))
        {
            Require(u.Op <= Op.Update || IsElementwise(u), u, pass, "is no operation on tensors");
            Require(u.ShapeOrNull is not null, u, pass, "has no shape");
            Require(u.DType.Lanes == 1, u, pass, "is a vector");
            if (IsElementwise(u)) Operands(u, pass);
        }
    }

    /// <summary>A kernel's body: stores of elementwise values, loads and folds. Axis kinds other than those allowed are gone.</summary>
    public static void Kernel(UOp sink, ImmutableArray<KernelParam> parameters, string pass, params ReadOnlySpan<AxisKind> allowed)
    {
        foreach (var u in sink.Topological())
        {
            switch (u.Op)
            {
                case Op.Const or Op.Variable or Op.Special or Op.Broadcast or Op.Vector or Op.Lane or Op.FoldLanes or Op.FoldThreads:
                    break;
                case Op.Dot:
                    Require(u.DType.Kind == ScalarKind.Int32 && u.Src is [var a, var b, var c] && c.DType == u.DType && IsFours(a, u) && IsFours(b, u), u, pass, "does not sum products of bytes");
                    break;
                case Op.Pointer:
                    Require((int)u.Arg! < parameters.Length && parameters[(int)u.Arg!].Element == u.DType, u, pass, "is not a parameter of the kernel");
                    break;
                case Op.Range:
                    Require(allowed.Contains(((Axis)u.Arg!).Kind), u, pass, "should be gone");
                    break;
                case Op.Load or Op.Store or Op.StoreBits:
                    Access(u, parameters, pass);
                    break;
                case Op.Fold:
                    int values = ((FoldArg)u.Arg!).Values;
                    Require(values > 0 && u.Src.Length > values && u.Src.Skip(values).All(r => r.Op == Op.Range), u, pass, "does not close ranges");
                    Require(u.Src.Take(values).All(v => v.DType == u.DType), u, pass, "combines values of another dtype");
                    break;
                case Op.Stage:
                    Require(u.Src.Length >= 2 * ((StageArg)u.Arg!).Values && u.Src[0].DType.Scalar == u.DType.Scalar && u.Src.Skip(2 * ((StageArg)u.Arg!).Values).All(r => r.Op == Op.Range), u, pass, "does not fill its elements");
                    break;
                case Op.Sink:
                    Require(ReferenceEquals(u, sink) && u.Src.All(s => s.Op is Op.Store or Op.StoreBits), u, pass, "is not the kernel's stores");
                    break;
                default:
                    Require(IsElementwise(u), u, pass, "has no place in a kernel");
                    Operands(u, pass);
                    break;
            }
        }
    }

    /// <summary>Linear code, as <see cref="LinearKernel"/> states it.</summary>
    public static void Linear(LinearKernel kernel, string pass)
    {
        var visible = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        var seen = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        var blocks = new Stack<(UOp? Loop, List<UOp> Lines)>([(null, [])]);
        foreach (var line in kernel.Code)
        {
            Require(seen.Add(line), line, pass, "stands twice");
            if (line.Op == Op.End)
            {
                Require(ReferenceEquals(blocks.Peek().Loop, line.Src[0]), line, pass, "closes a loop that is not the innermost");
                foreach (var gone in blocks.Pop().Lines) visible.Remove(gone);
                continue;
            }
            foreach (var s in line.Src)
                Require(s.Op is Op.Const or Op.Pointer or Op.Variable || visible.Contains(s), line, pass, $"uses {s.Op}, which is not known there");
            if (IsElementwise(line)) Operands(line, pass);
            visible.Add(line);
            blocks.Peek().Lines.Add(line);
            if (line.Op == Op.Range) blocks.Push((line, []));
        }
        if (blocks.Count != 1) throw new InvalidOperationException($"after {pass}: a loop of {kernel.Name} is not closed");
    }

    static void Access(UOp u, ImmutableArray<KernelParam> parameters, string pass)
    {
        bool store = u.Op is Op.Store or Op.StoreBits;
        Require(u.Src[0].Op == Op.Pointer || u.Src[0].Op == Op.Stage && !store, u, pass, "does not go through a pointer");
        Require(u.Src[1].DType == DType.Index, u, pass, "has an index that is no int32");
        if (u.Src[0].Op == Op.Pointer)
        {
            var parameter = parameters[(int)u.Src[0].Arg!];
            Require(store ? parameter.Written : !parameter.Written || parameter.InPlace, u, pass, store ? "writes what is read" : "reads what is written");
        }
        var value = store ? u.Src[2].DType : u.DType;
        Require(value.Scalar == u.Src[0].DType || value == u.Src[0].DType, u, pass, "moves another dtype than its memory holds");
        int gate = u.Op switch { Op.Load => 2, Op.Store => 3, _ => 4 };
        Require(u.Src.Length <= gate || u.Src[gate].DType == DType.Bool.Vec(value.Lanes) && (value.Lanes == 1 || !store), u, pass, "has a gate that does not fit");
    }

    static void Operands(UOp u, string pass)
    {
        int lanes = u.DType.Lanes;
        Require(u.Src.All(s => s.DType.Lanes == lanes), u, pass, "mixes numbers of lanes");
        switch (u.Op)
        {
            case Op.Cast:
                break;
            case Op.Bitcast:
                Require(u.Src[0].DType.Size == u.DType.Size, u, pass, "changes the size");
                break;
            case Op.CmpLt or Op.CmpNe:
                Require(u.DType.IsBool && u.Src[0].DType == u.Src[1].DType, u, pass, "compares different dtypes");
                break;
            case Op.Where:
                Require(u.Src[0].DType.IsBool && u.Src[1].DType == u.DType && u.Src[2].DType == u.DType, u, pass, "chooses between different dtypes");
                break;
            default:
                Require(u.Src.All(s => s.DType == u.DType), u, pass, "mixes dtypes");
                break;
        }
    }

    static bool IsFours(UOp bytes, UOp dot) => bytes.DType.Kind is ScalarKind.Int8 or ScalarKind.UInt8 && (bytes.DType.Lanes == 4 || bytes.DType.Lanes == 4 * dot.DType.Lanes);

    static bool IsElementwise(UOp u) => u.Op is >= Op.Neg and <= Op.MulAcc;

    static void Require(bool holds, UOp node, string pass, string what)
    {
        if (!holds) throw new InvalidOperationException($"after {pass}: {node} {what}");
    }
}
