using NUnit.Framework;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Schedule;

namespace Tiny.Tests;

/// <summary>The steps of a register tile come in an order in which its sums stay in registers.</summary>
public class StepOrderTests
{
    static readonly UOp[] s_columns = [.. Enumerable.Range(0, 3).Select(i => Float(i))];
    static readonly UOp[] s_rows = [.. Enumerable.Range(0, 2).Select(i => Float(10 + i))];

    static UOp Float(int i) => UOp.New(Op.Load, DType.Float32, [UOp.New(Op.Pointer, DType.Float32, [], 1), UOp.Index(i)]);

    [Test]
    public void TheRarestFactorIsForgottenFirst()
    {
        // A tile of three columns by two rows, column by column: a column is needed by two sums, a row by three.
        using var interner = Interner.Open();
        UOp[][] sums = [.. s_rows.SelectMany(r => s_columns.Select(c => new[] { c.Alu(Op.Mul, r) }))];
        Assert.That(StepOrder.Of(sums, _ => false).Select(s => s.Sum), Is.EqualTo(new[] { 0, 3, 1, 4, 2, 5 }));
        // Rows that are known anyway are no reason to wait.
        Assert.That(StepOrder.Of(sums, s_columns.Contains).Select(s => s.Sum), Is.EqualTo(new[] { 0, 1, 2, 3, 4, 5 }));
    }

    [Test]
    public void ASumKeepsItsOrder()
    {
        using var interner = Interner.Open();
        // Both sums share their factors the other way round.
        UOp[][] sums = [[s_columns[0], s_columns[1], s_columns[2]], [s_columns[2], s_columns[1], s_columns[0]]];
        var steps = StepOrder.Of(sums, _ => false).ToList();
        Assert.That(steps, Has.Exactly(6).Items);
        for (int i = 0; i < sums.Length; i++) Assert.That(steps.Where(s => s.Sum == i).Select(s => s.Value), Is.EqualTo(sums[i]));
    }

    static Tensor F(params int[] shape) => Tensor.From<float>(new float[shape.Aggregate(1, (a, b) => a * b)], shape);

    static readonly (string Name, Func<Tensor> Build)[] s_kernels =
    [
        ("matmul", () => F(56, 40).MatMul(F(40, 32))),
        ("conv", () => F(1, 3, 64, 64).Conv2d(F(32, 3, 3, 3), stride: 2, padding: 1).Conv2d(F(8, 32, 1, 1))),
    ];

    [Test]
    public void ATileStaysInRegisters([Range(0, 1)] int kernel, [Values("avx512", "avx2")] string profile)
    {
        var target = profile == "avx512" ? CRenderer.Avx512 : CRenderer.Avx2;
        var schedule = Scheduler.Run([s_kernels[kernel].Build().Node], profile: ScheduleProfile.Of(target));
        var code = schedule.Launches[0].Kernel.Lower(target).Code;
        Assert.That(code.Count(l => l.Op == Op.Acc && l.DType.Lanes > 1), Is.GreaterThanOrEqualTo(8), s_kernels[kernel].Name);
        Assert.That(MostAlive(code), Is.LessThanOrEqualTo(target.Registers), s_kernels[kernel].Name);
    }

    // Vectors alive at once in the innermost loop around the tile's steps, the sums among them.
    static int MostAlive(IReadOnlyList<UOp> code)
    {
        int first = code.ToList().FindIndex(l => l.Op == Op.Set), last = code.ToList().FindLastIndex(l => l.Op == Op.Set);
        while (code[first].Op != Op.Range) first--;
        var lastUse = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        for (int i = first; i <= last; i++)
            foreach (var s in code[i].Src) lastUse[s] = i;
        int sums = code.Count(l => l.Op == Op.Acc && l.DType.Lanes > 1), most = 0;
        // A step takes the place of its sum.
        for (int i = first; i <= last; i++)
            most = Math.Max(most, code.Skip(first).Take(i - first + 1).Count(l => l.DType.Lanes > 1 && l.Op is not (Op.MulAcc or Op.Set) && lastUse.TryGetValue(l, out int use) && use > i));
        return sums + most;
    }
}
