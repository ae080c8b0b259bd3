using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;

namespace Tiny.Core.Tests.Render;

/// <summary>Kernels such as lowering makes, each for the profile's lanes or grid.</summary>
static class SampleKernels
{
    /// <summary>out[o, y, x] = relu(bias[o] + sum over ky, kx of in[y + ky, x + kx] * w[o, ky, kx]), 8 x 26 x 26.</summary>
    public static LinearKernel Convolution(TargetProfile profile)
    {
        using var code = new Code();
        UOp to = code.Output(DType.Float32, 8 * 26 * 26), x = code.Input(DType.Float32, 28 * 28);
        UOp w = code.Input(DType.Float32, 72), bias = code.Input(DType.Float32, 8);
        UOp o, i, j;
        List<UOp> loops = [];
        if (profile.Grid)
        {
            var id = code.Grid(8 * 26 * 26);
            (o, i, j) = (code.Line(id / 676), code.Line(id / 26 % 26), code.Line(id % 26));
        }
        else
        {
            loops = [code.Loop(8), code.Loop(26), code.Loop(26)];
            (o, i, j) = (loops[0], loops[1], loops[2]);
        }
        var acc = code.Acc(Code.Real(0));
        UOp ky = code.Loop(3, AxisKind.Reduce), kx = code.Loop(3, AxisKind.Reduce);
        code.Set(acc, acc + Code.Load(x, i * 28 + ky * 28 + j + kx) * Code.Load(w, o * 9 + ky * 3 + kx));
        code.End(kx);
        code.End(ky);
        code.Store(to, o * 676 + i * 26 + j, Code.Max(acc + Code.Load(bias, o), Code.Real(0)));
        for (int n = loops.Count - 1; n >= 0; n--) code.End(loops[n]);
        return code.Kernel("conv1_conv2d_relu", profile);
    }

    /// <summary>out[i] = max(x[i] * scale[0] - 3, -x[i]), then the sum of all; in vectors where the profile has them.</summary>
    public static LinearKernel ScaleAndSum(TargetProfile profile)
    {
        using var code = new Code();
        // Written for memory of elements.
        int lanes = profile.VectorMemory ? 1 : profile.VectorLanes;
        UOp to = code.Output(DType.Float32, 64), total = code.Output(DType.Float32, 1);
        UOp x = code.Input(DType.Float32, 64), scale = code.Input(DType.Float32, 1);
        var s = code.Line(Code.Load(scale, UOp.Index(0)));
        var acc = code.Acc(Code.Real(0).Splat(lanes));
        var i = code.Loop(64 / lanes);
        var v = Code.Load(x, i * lanes, lanes);
        var y = Code.Max(v * s.Splat(lanes) + Code.Real(-3).Splat(lanes), v.Alu(Op.Neg));
        code.Store(to, i * lanes, y);
        code.Set(acc, acc + y);
        code.End(i);
        code.Store(total, UOp.Index(0), lanes == 1 ? acc : UOp.New(Op.FoldLanes, DType.Float32, Op.Add, acc));
        return code.Kernel("scale_and_sum", profile);
    }

    /// <summary>A padded copy: out[i] = 2 &lt;= i &lt; 12 ? x[i - 2] : 0, and a store that a gate keeps inside.</summary>
    public static LinearKernel Padded(TargetProfile profile)
    {
        using var code = new Code();
        UOp to = code.Output(DType.Float32, 14), x = code.Input(DType.Float32, 10);
        var i = profile.Grid ? code.Grid(16) : code.Loop(16);
        var inside = i.Lt(UOp.Index(2)).Not() & i.Lt(UOp.Index(12));
        code.StoreIf(i.Lt(UOp.Index(14)), to, i, Code.LoadIf(inside, x, i + -2));
        if (!profile.Grid) code.End(i);
        return code.Kernel("pad", profile);
    }

    /// <summary>The largest of four numbers, starting from minus infinity, on no grid at all.</summary>
    public static LinearKernel Largest(TargetProfile profile)
    {
        using var code = new Code();
        UOp to = code.Output(DType.Float32, 1), x = code.Input(DType.Float32, 4);
        var acc = code.Acc(Code.Real(double.NegativeInfinity));
        var r = code.Loop(4, AxisKind.Reduce);
        code.Set(acc, Code.Max(acc, Code.Load(x, r)));
        code.End(r);
        code.Store(to, UOp.Index(0), acc);
        return code.Kernel("largest", profile);
    }

    /// <summary>Vectors made of scalars, taken apart and folded in every way, from an address that is aligned to one element only.</summary>
    public static LinearKernel Lanes(TargetProfile profile)
    {
        using var code = new Code();
        var to = code.Output(DType.Float32, 7);
        var x = code.Input(DType.Float32, 6);
        UOp One(int i) => Code.Load(x, UOp.Index(i));
        if (profile.VectorLanes == 1)
        {
            UOp a = code.Line(One(1)), b = code.Line(One(2)), c = code.Line(One(3)), d = code.Line(One(4));
            code.Store(to, UOp.Index(0), a + b + c + d);
            code.Store(to, UOp.Index(1), a * b * c * d);
            code.Store(to, UOp.Index(2), Code.Max(Code.Max(a, b), Code.Max(c, d)));
            code.Store(to, UOp.Index(3), a.Alu(Op.Min, b).Alu(Op.Min, c.Alu(Op.Min, d)));
            code.Store(to, UOp.Index(4), b.Lt(c).Where(One(0), c));
            code.Store(to, UOp.Index(5), One(5) + One(0));
            code.Store(to, UOp.Index(6), One(0) - One(5));
            return code.Kernel("lanes", profile);
        }
        var v = code.Line(Code.Load(x, UOp.Index(1), 4));
        Op[] folds = [Op.Add, Op.Mul, Op.Max, Op.Min];
        for (int i = 0; i < 4; i++) code.Store(to, UOp.Index(i), UOp.New(Op.FoldLanes, DType.Float32, folds[i], v));
        UOp Lane(UOp vector, int i) => UOp.New(Op.Lane, vector.DType.Scalar, i, vector);
        var first = code.Line(One(0));
        var mask = v.Lt(UOp.New(Op.Vector, v.DType, null, Lane(v, 1), Lane(v, 2), Lane(v, 3), Lane(v, 0)));
        code.Store(to, UOp.Index(4), Lane(mask, 1).Where(first, Lane(v, 2)));
        var pair = UOp.New(Op.Vector, v.DType, null, One(5), first, UOp.Const(0.0, DType.Float32), first);
        code.Store(to, UOp.Index(5), Lane(pair, 0) + Lane(pair, 3));
        var difference = first.Splat(4) - One(5).Splat(4);
        code.Store(to, UOp.Index(6), Lane(difference, 2));
        return code.Kernel("lanes", profile);
    }

    /// <summary>What <see cref="Lanes"/> makes of 5, 3, 1.5, -2, 4, 8.</summary>
    public static float[] LanesExpected { get; } = [6.5f, -36, 4, -2, -2, 13, -3];

    /// <summary>A sum of int32 that wraps.</summary>
    public static LinearKernel IntegerSum(TargetProfile profile)
    {
        using var code = new Code();
        UOp to = code.Output(DType.Int32, 1), x = code.Input(DType.Int32, 4);
        int lanes = profile.VectorLanes;
        var acc = code.Acc(UOp.Const(0L, DType.Int32).Splat(lanes));
        var r = code.Loop(4 / lanes, AxisKind.Reduce);
        code.Set(acc, acc + Code.Load(x, r * lanes, lanes));
        code.End(r);
        code.Store(to, UOp.Index(0), lanes == 1 ? acc : UOp.New(Op.FoldLanes, DType.Int32, Op.Add, acc));
        return code.Kernel("integer_sum", profile);
    }
}
