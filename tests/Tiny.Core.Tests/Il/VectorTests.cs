using NUnit.Framework;
using Tiny.Graph;

namespace Tiny.Core.Tests.Il;

/// <summary>Moving between scalars and vectors.</summary>
public class VectorTests
{
    static readonly int[] s_lanes = [4, 8, 16];

    [Test]
    public void BroadcastVectorAndLane([ValueSource(nameof(s_lanes))] int lanes)
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Float32, lanes), reversed = lines.Output(DType.Float32, lanes);
        var from = lines.Input(DType.Float32, lanes);
        lines.Store(to, UOp.Index(0), Lines.Load(from, UOp.Index(1)).Splat(lanes));
        var whole = lines.Line(Lines.Load(from, UOp.Index(0), lanes));
        lines.Store(reversed, UOp.Index(0), Lines.Vector([.. Enumerable.Range(0, lanes).Select(k => Lines.Lane(whole, lanes - 1 - k))]));
        float[] a = [.. Enumerable.Range(0, lanes).Select(k => k * 1.5f)], x = new float[lanes], y = new float[lanes];
        lines.Run(x, y, a);
        Assert.That(x, Is.All.EqualTo(1.5f));
        Assert.That(y, Is.EqualTo(a.Reverse()));
    }

    [Test]
    public void VectorOfConstants([ValueSource(nameof(s_lanes))] int lanes)
    {
        using var lines = new Lines();
        var to = lines.Output(DType.Int32, lanes);
        lines.Store(to, UOp.Index(0), Lines.Vector([.. Enumerable.Range(0, lanes).Select(k => UOp.Const(k * k - 5L, DType.Int32))]));
        int[] x = new int[lanes];
        lines.Run(x);
        Assert.That(x, Is.EqualTo(Enumerable.Range(0, lanes).Select(k => k * k - 5)));
    }

    [Test]
    public void MasksFromScalarsAndTheirLanes([ValueSource(nameof(s_lanes))] int lanes)
    {
        // flags[k] as a mask, turned around lane by lane, and one flag for all lanes.
        using var lines = new Lines();
        UOp to = lines.Output(DType.Float32, lanes), bits = lines.Output(DType.Bool, lanes), all = lines.Output(DType.Float32, lanes);
        UOp flags = lines.Input(DType.Bool, lanes);
        UOp one = UOp.Const(1.0, DType.Float32).Splat(lanes), two = UOp.Const(2.0, DType.Float32).Splat(lanes);
        var mask = lines.Line(Lines.Vector([.. Enumerable.Range(0, lanes).Select(k => Lines.Load(flags, UOp.Index(k)))]));
        lines.Store(to, UOp.Index(0), mask.Where(one, two));
        for (int k = 0; k < lanes; k++) lines.Store(bits, UOp.Index(k), Lines.Lane(mask, lanes - 1 - k));
        lines.Store(all, UOp.Index(0), Lines.Load(flags, UOp.Index(2)).Splat(lanes).Where(one, two));
        bool[] f = [.. Enumerable.Range(0, lanes).Select(k => k % 3 == 2)], turned = new bool[lanes];
        float[] x = new float[lanes], y = new float[lanes];
        lines.Run(x, turned, y, f);
        Assert.That(x, Is.EqualTo(f.Select(b => b ? 1f : 2f)));
        Assert.That(turned, Is.EqualTo(f.Reverse()));
        Assert.That(y, Is.All.EqualTo(1f));
    }

    [Test]
    public void FoldLanesOfFloats([ValueSource(nameof(s_lanes))] int lanes, [Values(Op.Add, Op.Mul, Op.Max, Op.Min)] Op op)
    {
        float[] a = [.. Enumerable.Range(0, lanes).Select(k => 1 + (k * 5 % 7 - 3) * 0.37f)];
        // The order is part of the meaning: halves onto halves.
        float[] tree = a;
        while (tree.Length > 1)
            tree = [.. tree[..(tree.Length / 2)].Zip(tree[(tree.Length / 2)..], (x, y) => op switch
            {
                Op.Add => x + y,
                Op.Mul => x * y,
                Op.Max => Math.Max(x, y),
                _ => Math.Min(x, y),
            })];
        Assert.That(Fold(op, DType.Float32, lanes, a), Is.EqualTo(tree[0]));
        if (op is Op.Max or Op.Min)
            for (int k = 0; k < lanes; k++)
            {
                float[] withNan = [.. a];
                withNan[k] = float.NaN;
                Assert.That(Fold(op, DType.Float32, lanes, withNan), Is.NaN, $"lane {k}");
            }
    }

    [Test]
    public void FoldLanesOfIntegers([ValueSource(nameof(s_lanes))] int lanes, [Values(Op.Add, Op.Mul, Op.Max, Op.Min)] Op op)
    {
        int[] a = [.. Enumerable.Range(0, lanes).Select(k => k * 5 % 7 - 3 + 100 * (k % 2))];
        uint[] b = [.. a.Select(x => (uint)x)];
        Assert.That(Fold(op, DType.Int32, lanes, a), Is.EqualTo(a.Aggregate((x, y) => Of(op, x, y))));
        Assert.That(Fold(op, DType.UInt32, lanes, b), Is.EqualTo(b.Aggregate((x, y) => Of(op, x, y))));

        static T Of<T>(Op op, T x, T y) where T : System.Numerics.INumber<T> => unchecked(op switch
        {
            Op.Add => x + y,
            Op.Mul => x * y,
            Op.Max => T.Max(x, y),
            _ => T.Min(x, y),
        });
    }

    static T Fold<T>(Op op, DType type, int lanes, T[] a)
    {
        using var lines = new Lines();
        UOp to = lines.Output(type, 1), from = lines.Input(type, lanes);
        lines.Store(to, UOp.Index(0), Lines.FoldLanes(op, Lines.Load(from, UOp.Index(0), lanes)));
        var result = new T[1];
        lines.Run(result, a);
        return result[0];
    }
}
