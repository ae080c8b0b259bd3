using System.Runtime.Intrinsics;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Render;

namespace Tiny.Core.Tests.Il;

/// <summary>Loads and stores: gates, constant parts of addresses, negative partial indices, unaligned vectors.</summary>
public class MemoryTests
{
    [Test]
    public void GatedLoadReadsZeroOutside()
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Float32, 8), from = lines.Input(DType.Float32, 4);
        var i = lines.Loop(8);
        var index = i + -2;
        lines.Store(to, i, Lines.Load(from, index, index.Lt(UOp.Index(4)) & UOp.Index(-1).Lt(index)));
        lines.End(i);
        var result = new float[8];
        lines.Run(result, new float[] { 1, 2, 3, 4 });
        Assert.That(result, Is.EqualTo(new float[] { 0, 0, 1, 2, 3, 4, 0, 0 }));
    }

    [Test]
    public unsafe void GatedLoadAndStoreTouchNoMemoryWhereTheGateIsFalse()
    {
        // Address 0 stands for memory that must not be touched: the runtime answers an access there with an exception.
        using var lines = new Lines();
        UOp to = lines.Output(DType.Float32, 4), from = lines.Input(DType.Float32, 4), flag = lines.Input(DType.Bool, 1);
        var gate = Lines.Load(flag, UOp.Index(0));
        lines.Store(to, UOp.Index(1), Lines.Load(from, UOp.Index(2), gate), gate);
        var code = IlRenderer.Compile(lines.Build());
        byte open = 0;
        nint[] pointers = [0, 0, (nint)(&open)];
        fixed (nint* p = pointers) code(p);
        open = 1;
        Assert.That(() => { fixed (nint* p = pointers) code(p); }, Throws.TypeOf<NullReferenceException>());
    }

    /// <summary>The widths of vectors that this machine has.</summary>
    static IEnumerable<int> Widths => new[] { 4, 8, 16 }.Where(lanes => lanes <= Lines.Cpu.Profile.VectorLanes);

    [Test]
    public unsafe void MaskedLoadReadsOnlyWhatTheMaskChooses([ValueSource(nameof(Widths))] int lanes, [Values] bool early)
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Float32, lanes), from = lines.Input(DType.Float32, 3);
        // Lanes that lie in the three elements; the others would be before or after them.
        UOp first = UOp.Index(early ? -1 : 1), at = Lines.Vector([.. Enumerable.Range(0, lanes).Select(i => UOp.Index(i + (early ? -1 : 1)))]);
        var i = lines.Loop(1);
        var inside = UOp.Index(-1).Splat(lanes).Lt(at) & (at + i.Splat(lanes)).Lt(UOp.Index(3).Splat(lanes));
        lines.Store(to, UOp.Index(0), Lines.Load(from, first, inside));
        lines.End(i);
        var result = new float[lanes];
        lines.Run(result, new float[] { 5, 6, 7 });
        Assert.That(result, Is.EqualTo((early ? new float[] { 0, 5, 6, 7 } : [6, 7]).Concat(new float[16]).Take(lanes)));

        // Nothing at all is chosen: nothing is read, even at address 0.
        using var none = new Lines();
        UOp into = none.Output(DType.Float32, lanes), flag = none.Input(DType.Bool, 1);
        from = none.Input(DType.Float32, 99);
        none.Store(into, UOp.Index(0), Lines.Load(from, UOp.Index(7), Lines.Load(flag, UOp.Index(0)).Splat(lanes)));
        var code = IlRenderer.Compile(none.Build());
        byte closed = 0;
        result.AsSpan().Fill(1);
        fixed (float* output = result)
        {
            nint* pointers = stackalloc nint[] { (nint)output, (nint)(&closed), 0 };
            code(pointers);
        }
        Assert.That(result, Is.All.Zero);
    }

    [Test]
    public unsafe void MaskedLoadWithoutAnInstructionForIt()
    {
        int[] memory = [.. Enumerable.Range(1, 16)];
        fixed (int* p = memory)
            foreach (int mask in (int[])[0, 0xFFFF, 1, 0x8000, 0x0FF0, 0x5A3C])
            {
                int[] lanes = [.. Enumerable.Range(0, 16).Select(i => -(mask >> i & 1))];
                var expected = lanes.Select((m, i) => m & memory[i]);
                var loaded = new int[16];
                IlMaskedLoads.Load16(p, Vector512.Create(lanes)).CopyTo(loaded);
                Assert.That(loaded, Is.EqualTo(expected), $"{mask:x}");
            }
    }

    [Test]
    public void GatedStoreWritesOnlyWhereTheGateIsTrue()
    {
        using var lines = new Lines();
        var to = lines.Output(DType.Int32, 6);
        var i = lines.Loop(6);
        lines.Store(to, i, i * 10, (i % 2).Ne(UOp.Index(0)));
        lines.End(i);
        int[] result = [-1, -1, -1, -1, -1, -1];
        lines.Run(result);
        Assert.That(result, Is.EqualTo(new[] { -1, 10, -1, 30, -1, 50 }));
    }

    [TestCaseSource(typeof(Samples), nameof(Samples.Kinds))]
    public void GatedLoadOfEveryKind(DType type)
    {
        using var lines = new Lines();
        UOp to = lines.Output(type, 4), from = lines.Input(type, 4);
        var i = lines.Loop(4);
        lines.Store(to, i, Lines.Load(from, i, i.Lt(UOp.Index(2))));
        lines.End(i);
        byte[] ones = [.. Enumerable.Repeat((byte)1, 4 * type.Size)], result = [.. Enumerable.Repeat((byte)7, 4 * type.Size)];
        lines.Run(result, ones);
        Assert.That(result, Is.EqualTo(ones.Take(2 * type.Size).Concat(new byte[2 * type.Size])));
    }

    [Test]
    public void ConstantPartsOfAnIndexAreFoldedAndShared()
    {
        // i - 3 is negative for a while, i - 3 + 3 is not; the same sum serves two accesses.
        using var lines = new Lines();
        UOp to = lines.Output(DType.Int32, 16), from = lines.Input(DType.Int32, 16);
        var i = lines.Loop(8);
        var shifted = i + -3;
        lines.Store(to, shifted + 3, Lines.Load(from, shifted + 3));
        lines.Store(to, shifted + 11, Lines.Load(from, shifted + 11) + Lines.Load(from, shifted + 3));
        lines.End(i);
        int[] a = [.. Enumerable.Range(0, 16).Select(k => k * k)], result = new int[16];
        lines.Run(result, a);
        Assert.That(result, Is.EqualTo(a.Select((x, k) => k < 8 ? x : x + a[k - 8])));
    }

    [Test]
    public void AConstantThatCouldWrapTheIndexStaysInIt()
    {
        // Both parts are near -2^31: only their sum in 32 bits is an index.
        using var lines = new Lines();
        UOp to = lines.Output(DType.Int32, 4), from = lines.Input(DType.Int32, 4), n = lines.Input(DType.Int32, 1);
        var part = Lines.Load(n, UOp.Index(0));
        lines.Store(to, UOp.Index(0), Lines.Load(from, part + (int.MinValue + 1)));
        int[] result = new int[4];
        lines.Run(result, new[] { 5, 6, 7, 8 }, new[] { int.MinValue + 2 });
        Assert.That(result[0], Is.EqualTo(8));
    }

    [Test]
    public void VectorsAreReadAndWrittenAtAnyElement([Values(4, 8, 16)] int lanes, [Values(0, 1, 2)] int kind)
    {
        var type = ((DType[])[DType.Int32, DType.UInt32, DType.Float32])[kind];
        using var lines = new Lines();
        UOp to = lines.Output(type, 40), from = lines.Input(type, 40);
        lines.Store(to, UOp.Index(3), Lines.Load(from, UOp.Index(5), lanes));
        int[] a = [.. Enumerable.Range(100, 40)], result = new int[40];
        lines.Run(result, a);
        Assert.That(result, Is.EqualTo(Enumerable.Range(0, 40).Select(k => k >= 3 && k < 3 + lanes ? a[k + 2] : 0)));
    }

    [TestCaseSource(typeof(Samples), nameof(Samples.Kinds))]
    public void AStoreWritesItsElementsAndNoMore(DType type)
    {
        using var lines = new Lines();
        UOp to = lines.Output(type, 3), from = lines.Input(type, 3);
        lines.Store(to, UOp.Index(1), Lines.Load(from, UOp.Index(2)));
        byte[] a = [.. Enumerable.Range(0, 3 * type.Size).Select(k => (byte)(k & 1))];
        byte[] result = [.. Enumerable.Repeat((byte)9, 3 * type.Size)];
        lines.Run(result, a);
        byte[] expected = [.. Enumerable.Repeat((byte)9, 3 * type.Size)];
        a.AsSpan(2 * type.Size).CopyTo(expected.AsSpan(type.Size));
        Assert.That(result, Is.EqualTo(expected));
    }

    [Test]
    public void AVectorOfBoolInMemoryIsRejected()
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Bool, 8), from = lines.Input(DType.Float32, 8);
        var mask = Lines.Load(from, UOp.Index(0), 4).Lt(Lines.Load(from, UOp.Index(4), 4));
        lines.Store(to, UOp.Index(0), mask);
        Assert.That(() => IlRenderer.Compile(lines.Build()), Throws.TypeOf<TargetException>().With.Message.Contains("bool"));
    }
}
