using Tiny.Runtime;

namespace Tiny.Tests.Formats;

/// <summary>Random bits as elements of any dtype; bools are 0 or 1.</summary>
static class Bits
{
    public static byte[] Of(DType dtype, int count)
    {
        var bytes = new byte[count * dtype.Size];
        new Random((int)dtype.Kind).NextBytes(bytes);
        return dtype.IsBool ? [.. bytes.Select(b => (byte)(b & 1))] : bytes;
    }

    public static Tensor Tensor(DType dtype, params int[] shape) =>
        Tiny.Tensor.FromStorage(new Storage(dtype, new Shape(shape), OwnedMemory.Of<byte>(Of(dtype, shape.Aggregate(1, (a, b) => a * b)))));
}
