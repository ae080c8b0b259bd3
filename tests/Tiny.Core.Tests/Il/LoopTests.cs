using NUnit.Framework;
using Tiny.Graph;

namespace Tiny.Core.Tests.Il;

/// <summary>Loops, accumulators and what lives across them.</summary>
public class LoopTests
{
    static float[] Ramp(int n) => [.. Enumerable.Range(0, n).Select(k => (k * 7 % 23 - 11) * 0.25f)];

    [Test]
    public void AccumulatorStartsAnewInEachOuterIteration()
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Float32, 5), from = lines.Input(DType.Float32, 35);
        var row = lines.Loop(5);
        var sum = lines.Acc(UOp.Const(0.0, DType.Float32));
        var k = lines.Loop(7);
        lines.Set(sum, sum + Lines.Load(from, row * 7 + k));
        lines.End(k);
        lines.Store(to, row, sum);
        lines.End(row);
        var a = Ramp(35);
        var result = new float[5];
        lines.Run(result, a);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 5).Select(r => a.Skip(r * 7).Take(7).Aggregate(0f, (x, y) => x + y))));
    }

    [Test]
    public void TwoAccumulatorsInOneLoop()
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Float32, 2), from = lines.Input(DType.Float32, 50);
        UOp sum = lines.Acc(UOp.Const(0.0, DType.Float32)), max = lines.Acc(UOp.Const(double.NegativeInfinity, DType.Float32));
        var k = lines.Loop(50);
        var x = Lines.Load(from, k);
        lines.Set(sum, sum + x);
        lines.Set(max, max.Alu(Op.Max, x));
        lines.End(k);
        lines.Store(to, UOp.Index(0), sum);
        lines.Store(to, UOp.Index(1), max);
        var a = Ramp(50);
        var result = new float[2];
        lines.Run(result, a);
        Assert.That(result, Is.EqualTo(new[] { a.Aggregate(0f, (p, q) => p + q), a.Max() }));
    }

    [Test]
    public void ValuesFromOutsideOutliveEveryIterationOfInnerLoops()
    {
        // scale and its square are made outside and used inside, after other values have come and gone.
        using var lines = new Lines();
        UOp to = lines.Output(DType.Float32, 24), from = lines.Input(DType.Float32, 24), by = lines.Input(DType.Float32, 1);
        var scale = lines.Line(Lines.Load(by, UOp.Index(0)));
        var square = lines.Line(scale * scale);
        var i = lines.Loop(2);
        var j = lines.Loop(3);
        var row = lines.Line((i * 3 + j) * 4);
        var m = lines.Loop(4);
        var x = Lines.Load(from, row + m);
        var y = x * square + x;
        lines.Store(to, row + m, (y * y + y) * scale);
        lines.End(m);
        lines.End(j);
        lines.End(i);
        var a = Ramp(24);
        var result = new float[24];
        lines.Run(result, a, new[] { 1.5f });
        Assert.That(result, Is.EqualTo(a.Select(v => { float y1 = v * 2.25f + v; return (y1 * y1 + y1) * 1.5f; })));
    }

    [Test]
    public void LoopsOneAfterAnother()
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Float32, 10), from = lines.Input(DType.Float32, 10);
        var max = lines.Acc(UOp.Const(double.NegativeInfinity, DType.Float32));
        var a = lines.Loop(10);
        lines.Set(max, max.Alu(Op.Max, Lines.Load(from, a)));
        lines.End(a);
        lines.Line(-max); // known here, so it stands outside the loops that use it
        var sum = lines.Acc(UOp.Const(0.0, DType.Float32));
        var b = lines.Loop(10);
        lines.Set(sum, sum + (Lines.Load(from, b) - max));
        lines.End(b);
        var c = lines.Loop(10);
        lines.Store(to, c, (Lines.Load(from, c) - max).Alu(Op.Div, sum));
        lines.End(c);
        var x = Ramp(10);
        var result = new float[10];
        lines.Run(result, x);
        float total = x.Aggregate(0f, (p, q) => p + (q - x.Max()));
        Assert.That(result, Is.EqualTo(x.Select(v => (v - x.Max()) / total)));
    }

    [Test]
    public void ALoopOfNoIterationsRunsNone([Values(0, 1, 5)] int extent, [Values] bool known)
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Int32, 8), count = lines.Input(DType.Int32, 1);
        var i = known ? lines.Loop(extent) : lines.Loop(lines.Line(Lines.Load(count, UOp.Index(0))));
        lines.Store(to, i, i + 1);
        lines.End(i);
        var result = new int[8];
        lines.Run(result, new[] { extent });
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 8).Select(k => k < extent ? k + 1 : 0)));
    }

    [Test]
    public void AccumulatorsOfVectorsAndOfEachKind([Values(4, 8, 16)] int lanes)
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Float32, lanes), ints = lines.Output(DType.Int32, lanes), longs = lines.Output(DType.Int64, 1);
        UOp doubles = lines.Output(DType.Float64, 1), any = lines.Output(DType.Bool, 1), from = lines.Input(DType.Float32, 3 * lanes);
        UOp f = lines.Acc(UOp.Const(0, DType.Float32).Splat(lanes)), n = lines.Acc(UOp.Const(0, DType.Int32).Splat(lanes));
        UOp l = lines.Acc(UOp.Const(1L << 40, DType.Int64)), d = lines.Acc(UOp.Const(0.5, DType.Float64)), b = lines.Acc(UOp.Bool(false));
        var k = lines.Loop(3);
        var x = Lines.Load(from, k * lanes, lanes);
        lines.Set(f, f + x);
        UOp one = UOp.Const(1L, DType.Int32).Splat(lanes), zero = UOp.Const(0L, DType.Int32).Splat(lanes);
        lines.Set(n, n + x.Lt(UOp.Const(0.0, DType.Float32).Splat(lanes)).Where(one, zero));
        lines.Set(l, l + Lines.Load(from, k).Cast(DType.Int64));
        lines.Set(d, d + Lines.Load(from, k).Cast(DType.Float64));
        lines.Set(b, b | Lines.Load(from, k).Lt(UOp.Const(-2.7, DType.Float32)));
        lines.End(k);
        lines.Store(to, UOp.Index(0), f);
        lines.Store(ints, UOp.Index(0), n);
        lines.Store(longs, UOp.Index(0), l);
        lines.Store(doubles, UOp.Index(0), d);
        lines.Store(any, UOp.Index(0), b);
        var a = Ramp(3 * lanes);
        var (rf, rn, rl, rd, rb) = (new float[lanes], new int[lanes], new long[1], new double[1], new bool[1]);
        lines.Run(rf, rn, rl, rd, rb, a);
        Assert.That(rf, Is.EqualTo(Enumerable.Range(0, lanes).Select(i => a[i] + a[i + lanes] + a[i + 2 * lanes])));
        Assert.That(rn, Is.EqualTo(Enumerable.Range(0, lanes).Select(i => Enumerable.Range(0, 3).Count(r => a[i + r * lanes] < 0))));
        Assert.That(rl[0], Is.EqualTo((1L << 40) + a.Take(3).Sum(v => (long)v)));
        Assert.That(rd[0], Is.EqualTo(0.5 + a.Take(3).Sum(v => (double)v)));
        Assert.That(rb[0], Is.EqualTo(a.Take(3).Any(v => v < -2.7f)));
    }

    [Test]
    public void ADeepExpressionIsCutByLocals()
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Float32, 1), from = lines.Input(DType.Float32, 1000);
        var sum = lines.Line(Lines.Load(from, UOp.Index(0)));
        for (int k = 1; k < 1000; k++) sum = lines.Line(sum + Lines.Load(from, UOp.Index(k)));
        lines.Store(to, UOp.Index(0), sum);
        var a = Ramp(1000);
        var result = new float[1];
        lines.Run(result, a);
        Assert.That(result[0], Is.EqualTo(a.Aggregate((x, y) => x + y)));
    }

    [Test]
    public void ManyValuesAliveAtOnceKeepTheirOwnLocals()
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Float32, 60), from = lines.Input(DType.Float32, 60);
        var i = lines.Loop(1);
        var squares = Enumerable.Range(0, 60).Select(k => { var x = Lines.Load(from, i + k); return lines.Line(x * x); }).ToArray();
        for (int k = 0; k < 60; k++) lines.Store(to, i + k, squares[k] + squares[59 - k]);
        lines.End(i);
        var a = Ramp(60);
        var result = new float[60];
        lines.Run(result, a);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 60).Select(k => a[k] * a[k] + a[59 - k] * a[59 - k])));
    }

    [Test]
    public void IndexArithmeticOfNestedDivisions()
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Int32, 60), n = lines.Input(DType.Int32, 60);
        var i = lines.Loop(60);
        // A permutation by division and modulo of a loop variable, and a division of something that may be negative.
        var turned = i % 5 * 12 + i / 5;
        lines.Store(to, turned, (Lines.Load(n, turned) / 7) * 100 + Lines.Load(n, turned) % 7 + i.Alu(Op.Max, UOp.Index(30)) / 4);
        lines.End(i);
        int[] a = [.. Enumerable.Range(-30, 60)], result = new int[60], expected = new int[60];
        for (int k = 0; k < 60; k++)
        {
            int at = k % 5 * 12 + k / 5;
            expected[at] = (int)Math.Floor(a[at] / 7.0) * 100 + (a[at] % 7 + 7) % 7 + Math.Max(k, 30) / 4;
        }
        lines.Run(result, a);
        Assert.That(result, Is.EqualTo(expected));
    }

    [Test]
    public void AnIndexThatMayWrapIsNotTakenForPositive()
    {
        // 100000 * 30000 wraps to a negative number: the bounds of the loop variable alone do not show it.
        using var lines = new Lines();
        var to = lines.Output(DType.Int32, 2);
        var i = lines.Loop(30001);
        lines.Store(to, UOp.Index(0), i * 100000 / 3);
        lines.Store(to, UOp.Index(1), i * 100000 % 3);
        lines.End(i);
        var result = new int[2];
        lines.Run(result);
        int wrapped = unchecked(30000 * 100000);
        Assert.That(result, Is.EqualTo(new[] { (int)Math.Floor(wrapped / 3.0), (wrapped % 3 + 3) % 3 }));
    }

    [Test]
    public void AValueUsedOutsideItsBlockIsRefused()
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Int32, 2);
        var i = lines.Loop(2);
        var twice = lines.Line(i * 2);
        lines.End(i);
        lines.Store(to, UOp.Index(0), twice);
        lines.Store(to, UOp.Index(1), twice);
        Assert.That(() => lines.Run(new int[2]), Throws.TypeOf<ArgumentException>().With.Message.Contains("block"));
    }
}
