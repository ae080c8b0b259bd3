using NUnit.Framework;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>Elements of every size in memory that WebGPU moves by words: nothing but the element is changed, wherever it lies.</summary>
public sealed class PackedMemoryTests
{
    static readonly DType[] s_dtypes = [.. Enum.GetValues<ScalarKind>().Where(k => k is not (ScalarKind.Void or ScalarKind.Float64)).Select(k => new DType(k))];

    // Random bits; floats that are numbers, since what a NaN's bits become is open; bools that are 0 or 1.
    static byte[] Bytes(DType dtype, int count, int seed)
    {
        var bytes = new byte[count * dtype.Size];
        new Random(seed).NextBytes(bytes);
        for (int i = dtype.Size - 1; i < bytes.Length; i += dtype.Size)
            bytes[i] = dtype.IsBool ? (byte)(bytes[i] & 1) : dtype.IsFloat ? (byte)(bytes[i] & 0xbf | 0x10) : bytes[i];
        return bytes;
    }

    static Tensor Of(DType dtype, int count, int seed) =>
        Tensor.FromStorage(new Storage(dtype, new Shape(count), OwnedMemory.Of<byte>(Bytes(dtype, count, seed))));

    static void Check(params Tensor[] results)
    {
        var expected = Interpreter.Evaluate([.. results.Select(r => r.Node)]);
        Tensor.Realize(results);
        for (int i = 0; i < results.Length; i++)
        {
            int bytes = results[i].Numel * results[i].DType.Size;
            Assert.That(results[i].Storage!.ToHost().Copied()[..bytes].ToArray(), Is.EqualTo(expected[i].Copied()[..bytes].ToArray()), $"{results[i].DType}, result {i}");
        }
    }

    [Test]
    public void EveryLengthGoesThroughAKernel([ValueSource(nameof(s_dtypes))] DType dtype)
    {
        for (int n = 1; n <= 9; n++)
        {
            var x = Of(dtype, n, n);
            var condition = Tensor.From<bool>([.. Enumerable.Range(0, n).Select(i => i % 3 != 1)], n);
            Check(x.Flip(0), condition.Where(x, x.Flip(0)), Tensor.Cat([x, x]), x.Pad([(1, 2)]));
        }
    }

    [Test]
    public void SlicesThatAreNotAligned([ValueSource(nameof(s_dtypes))] DType dtype)
    {
        var x = Of(dtype, 77, 3).Reshape(7, 11);
        var flat = Of(dtype, 32, 4);
        Check(x[1..6, 3..10], x[.., 1], x[2], x.Permute(1, 0), Tensor.Cat([x[.., 5..], x[.., ..4]], 1),
            flat[1..9], flat[3..], flat[2..30].Reshape(4, 7).Permute(1, 0), flat.Reshape(8, 4).Flip(1));
    }

    [Test]
    public void MoreThreadsThanOneWorkgroup([ValueSource(nameof(s_dtypes))] DType dtype)
    {
        var x = Of(dtype, 4099, 6);
        Check(x.Flip(0), x[1..4097].Reshape(64, 64).Permute(1, 0), x[..4096].Flip(0));
    }

    // Elements first, first + step... of a buffer are written; the rest of it keeps its bits.
    [Test]
    public void NeighboursKeepTheirBits([ValueSource(nameof(s_dtypes))] DType dtype)
    {
        var device = (WebGpuDevice)Device.Default;
        foreach (var (count, first, step) in new[] { (1, 0, 1), (1, 3, 1), (2, 1, 1), (4, 1, 1), (5, 0, 2), (9, 2, 3), (100, 1, 4), (64, 0, 4), (300, 5, 3) })
        {
            int length = first + (count - 1) * step + 1 + count % 3;
            var values = Bytes(dtype, count, count);
            var expected = Bytes(dtype, length, 99);
            var (target, source) = (device.Upload(OwnedMemory.Of<byte>(expected)), device.Upload(OwnedMemory.Of<byte>(values)));
            device.Compile(Copy(dtype, count, first, step, length).Lower(device.Profile)).Launch([target, source]);
            for (int i = 0; i < count; i++) values.AsSpan(i * dtype.Size, dtype.Size).CopyTo(expected.AsSpan((first + i * step) * dtype.Size));
            var actual = new byte[expected.Length];
            target.CopyTo(actual);
            Assert.That(actual, Is.EqualTo(expected), $"{count} elements from {first} by {step}");
        }
    }

    static Kernel Copy(DType dtype, int count, int first, int step, int length)
    {
        using var interner = Interner.Open();
        UOp to = UOp.New(Op.Pointer, dtype, 0), from = UOp.New(Op.Pointer, dtype, 1);
        var i = count == 1 ? UOp.Index(0) : UOp.Range(0, AxisKind.Loop, count);
        var store = UOp.New(Op.Store, DType.Void, null, to, i * step + first, UOp.New(Op.Load, dtype, null, from, i));
        return new("strided_copy", UOp.New(Op.Sink, DType.Void, null, store), [new(dtype, length, true), new(dtype, count, false)], interner);
    }
}
