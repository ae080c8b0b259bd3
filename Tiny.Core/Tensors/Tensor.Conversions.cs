using System.Runtime.InteropServices;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny;

// Elements from and to arrays of several dimensions, and streams.
public sealed partial class Tensor
{
    /// <summary>A copy of an array of any number of dimensions, with its extents.</summary>
    /// <exception cref="DTypeException">No dtype holds the array's elements.</exception>
    public static Tensor From(Array data)
    {
        NotNull(data);
        var dtype = Element.TypeOf(data.GetType().GetElementType()!, "From");
        var shape = new Shape([.. Enumerable.Range(0, data.Rank).Select(i => (Dim)data.GetLength(i))]);
        return FromStorage(new Storage(dtype, shape, OwnedMemory.Of<byte>(Bytes(data, dtype))));
    }

    /// <summary>The elements as an array of this tensor's rank and extents: a <c>float[,]</c> for a float32 matrix. A scalar gives an array of one element.</summary>
    public Array ToMultidimensionalArray()
    {
        var array = Array.CreateInstance(Element.ClrType(DType), Rank == 0 ? [1] : Shape.Extents());
        var host = Executor.Read(this).ToHost();
        host.Span[..(Numel * DType.Size)].CopyTo(Bytes(array, DType));
        GC.KeepAlive(host);
        return array;
    }

    /// <summary>Reads the elements from a stream, row-major and little-endian, as <see cref="WriteTo"/> writes them.</summary>
    /// <exception cref="EndOfStreamException">The stream ends before the tensor is full.</exception>
    public static Tensor ReadFrom(Stream stream, Shape shape, DType? dtype = null)
    {
        NotNull(stream);
        NotNull(shape);
        var type = dtype ?? DType.Float32;
        var memory = new OwnedMemory((long)shape.Numel * type.Size);
        var rest = memory.Writable[..(shape.Numel * type.Size)];
        while (!rest.IsEmpty)
        {
            int read = stream.Read(rest);
            if (read == 0) throw new EndOfStreamException($"ReadFrom: the stream ends {rest.Length} bytes before {type}{shape} is full");
            rest = rest[read..];
        }
        return FromStorage(new Storage(type, shape, memory));
    }

    /// <summary>Writes the elements to a stream, row-major and little-endian, without dtype or shape.</summary>
    public void WriteTo(Stream stream)
    {
        NotNull(stream);
        var host = Executor.Read(this).ToHost();
        stream.Write(host.Span[..(Numel * DType.Size)]);
        GC.KeepAlive(host);
    }

    /// <summary>A copy: a tensor of its own with the elements as they are now.</summary>
    public Tensor Clone()
    {
        using var scope = Origin.Scope("clone");
        return Contiguous();
    }

    static Span<byte> Bytes(Array array, DType dtype) =>
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(array), checked((int)(array.LongLength * dtype.Size)));
}
