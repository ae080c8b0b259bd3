using System.Runtime.CompilerServices;
using NUnit.Framework;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests.Tensors;

namespace Tiny.Tests.Schedule;

/// <summary>What is compiled when tensors are realised, and what is used again.</summary>
public sealed class RealizeTests
{
    static int Compiled(Action work)
    {
        int before = RealizePrograms.Compiled;
        work();
        return RealizePrograms.Compiled - before;
    }

    // A form that no other test has: the extent is the test's own.
    static Tensor Data(int extent, int from = 0) => Tensor.From([.. Enumerable.Range(from, extent)], extent);

    [Test]
    public void ALoopThatBuildsTheSameGraphCompilesItOnce()
    {
        var x = Data(101);
        int[] sums = new int[20];
        Assert.That(Compiled(() =>
        {
            for (int i = 0; i < sums.Length; i++)
            {
                x = (x * 2 - x + Data(101, i)).Realize();
                sums[i] = x.ToArray<int>()[1];
            }
        }), Is.EqualTo(1));
        Assert.That(sums, Is.EqualTo(Enumerable.Range(0, 20).Select(i => 1 + Enumerable.Range(0, i + 1).Sum(j => 1 + j))));
    }

    [Test]
    public void ConstantsThatVaryAreCompiledTwiceAndThenGiven()
    {
        var x = Data(103);
        var kept = x * 7;
        Assert.That(Compiled(() =>
        {
            for (int i = 0; i < 10; i++) Assert.That((x * i + 5).Ints()[2], Is.EqualTo(2 * i + 5));
            // One more constant varies.
            for (int i = 0; i < 10; i++) Assert.That((x * i + i).Ints()[2], Is.EqualTo(3 * i));
        }), Is.EqualTo(4));
    }

    [Test]
    public void ConstantsOfEveryDTypeAreGiven()
    {
        for (int i = 1; i < 5; i++)
        {
            var x = Data(107).Cast(DType.Float32);
            (x * (i * 0.5) + (x.Cast(DType.Float64) * (i * 0.25)).Cast(DType.Float32) + (x.Cast(DType.Float16) * i).Cast(DType.Float32)).Floats();
            (Data(107).Cast(DType.UInt8) + i).Same<byte>();
            (Data(107).Cast(DType.Int64) * (long.MaxValue - i)).Same<long>();
            (Data(107).Gt(3) & Tensor.Full(new Shape(107), i % 2 == 0)).Bools();
        }
    }

    [Test]
    public void TheSameMemoryTwiceIsAnotherForm()
    {
        Tensor x = Data(109), y = Data(109, 5), z = Data(109, 9);
        Assert.That((x - y * 2).Ints()[1], Is.EqualTo(-11));
        Assert.That((x - x * 2).Ints()[1], Is.EqualTo(-1));
        Assert.That(Compiled(() =>
        {
            Assert.That((z - x * 2).Ints()[1], Is.EqualTo(8));
            Assert.That((y - y * 2).Ints()[1], Is.EqualTo(-6));
        }), Is.Zero);
    }

    [Test]
    public void WritesInALoopCompileOnce()
    {
        var x = Data(113);
        Assert.That(Compiled(() =>
        {
            for (int i = 0; i < 6; i++)
            {
                x[3..5] = x[..2] + 1;
                x.Realize();
            }
        }), Is.EqualTo(1));
        Assert.That(x.ToArray<int>()[..6], Is.EqualTo([0, 1, 2, 1, 2, 5]));
    }

    [Test]
    public void ShapesDTypesAndArgumentsArePartOfTheForm()
    {
        var x = Data(127);
        Assert.That(Compiled(() =>
        {
            Assert.That((x[..5] + 1).Ints(), Is.EqualTo([1, 2, 3, 4, 5]));
            Assert.That((x[1..6] + 1).Ints(), Is.EqualTo([2, 3, 4, 5, 6]));
            Assert.That((x[..6] + 1).Ints(), Is.EqualTo([1, 2, 3, 4, 5, 6]));
            Assert.That((x.Cast(DType.Int64)[..5] + 1).Same<long>(), Is.EqualTo([1, 2, 3, 4, 5]));
        }), Is.EqualTo(4));
    }

    [Test]
    public void WhatIsAskedForIsPartOfTheForm()
    {
        for (int i = 0; i < 2; i++)
        {
            Tensor x = Data(131), a = x * 3, b = a + 1;
            Assert.That(Compiled(() => Tensor.Realize(a, b)), Is.EqualTo(1 - i));
            Assert.That((a.ToArray<int>()[2], b.ToArray<int>()[2]), Is.EqualTo((6, 7)));
            Tensor c = x * 3, d = c + 1;
            Assert.That(Compiled(() => Tensor.Realize(d, c)), Is.EqualTo(1 - i));
            Assert.That((c.ToArray<int>()[2], d.ToArray<int>()[2]), Is.EqualTo((6, 7)));
        }
    }

    [Test]
    public void RandomDrawsCompileOnce()
    {
        Tensor.ManualSeed(5);
        var draws = new List<float[]>();
        Tensor.Rand(137).Realize();
        Assert.That(Compiled(() =>
        {
            for (int i = 0; i < 5; i++) draws.Add(Tensor.Rand(137).ToArray<float>());
        }), Is.Zero);
        Assert.That(draws.Select(d => d[0]).Distinct().Count(), Is.EqualTo(5));
    }

    [Test]
    public void AProgramKeepsNoTensorsAlive()
    {
        var references = new List<WeakReference>();
        for (int i = 0; i < 3; i++) references.AddRange(Made(i));
        for (int i = 0; i < 5 && references.Exists(r => r.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.That(references.Count(r => r.IsAlive), Is.Zero);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference[] Made(int turn)
    {
        Tensor x = Data(139, turn), w = Data(139), y = (x * turn + w).Realize();
        var z = (y.Reshape(139, 1) * w).Sum();
        z.Realize();
        return [.. new[] { x, w, y, z }.Select(t => new WeakReference(t.Storage))];
    }

    [Test]
    public void ProgramsKeptAreFew()
    {
        for (int i = 1; i < 600; i++) Assert.That((Tensor.Ones(i).Contiguous() + Data(i)).Shape[0].Equals(i));
        for (int i = 1; i < 300; i++) (Data(i) + Data(i)).Realize();
        Assert.That(Device.Default.RealizePrograms.Count, Is.LessThanOrEqualTo(3 * 256));
        // Those used last are among them.
        Assert.That(Compiled(() => (Data(299) + Data(299)).Realize()), Is.Zero);
    }

    [Test]
    public void SeveralThreadsMayRealizeTheSameForm() => Parallel.For(0, 64, i =>
    {
        var x = Data(149, i);
        for (int turn = 0; turn < 10; turn++)
            Assert.That((x * turn + x.Reshape(149, 1).Sum(1)).ToArray<int>()[7], Is.EqualTo((i + 7) * (turn + 1)));
    });
}
