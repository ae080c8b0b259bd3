using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tiny.Onnx.Model;
using Tiny.Runtime;

namespace Tiny.Onnx.Format;

/// <summary>
/// Elements of a TensorProto. They are first brought to the form that raw data has (little-endian, elements of fewer than eight bits packed from the lowest up):
/// raw data and packed floats are in it already, numbers in fields of variable length are written so. Then they are brought to the carrier, which for most types is the same.
/// </summary>
static class TensorData
{
    const int MostAxes = 64;

    /// <summary>Reads a TensorProto's description. Elements stay where they are.</summary>
    public static OnnxTensor Read(WireReader message, HostMemory whole, ExternalFiles external, Budget budget)
    {
        string name = "", location = "";
        OnnxType type = 0;
        List<long> dims = [];
        long start = message.Position, offset = 0, place = 0;
        long? length = null;
        while (message.Next())
            switch (message.Field)
            {
                case 1:
                    message.Integers(dims, budget);
                    if (dims.Count > MostAxes) throw message.Bad($"a tensor has more than {MostAxes} axes");
                    break;
                case 2: type = (OnnxType)message.Integer(); break;
                case 8: name = budget.Text(ref message); break;
                case 13:
                    var entry = ModelReader.Entry(message.Message(), budget);
                    if (entry.Key == "location") location = entry.Value;
                    else if (entry.Key == "offset") offset = Number(entry.Value);
                    else if (entry.Key == "length") length = Number(entry.Value);
                    break;
                case 14: place = message.Integer(); break;
                default: message.Skip(); break;
            }
        if (!Enum.IsDefined(type) || type == OnnxType.Undefined) throw message.Bad($"tensor '{name}' has elements of type {(int)type}");
        var shape = ShapeOf(dims, name);
        return new(name, type, shape, new MemoryPart(whole, start, message.Position - start), place == 1 ? new ExternalPart(external, name, location, offset, length) : null);

        long Number(string text) => long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long n) ? n
            : throw new OnnxFormatException($"tensor '{name}': '{text}' is no place in a file");
    }

    static Shape ShapeOf(List<long> dims, string name)
    {
        try
        {
            var shape = new Shape([.. dims.Select(d => (Dim)d)]);
            return shape.Size <= int.MaxValue ? shape : throw new OnnxFormatException($"tensor '{name}' of {shape} has more than 2^31 - 1 elements");
        }
        catch (ShapeException e)
        {
            throw new OnnxFormatException($"tensor '{name}': {e.Text}", e);
        }
    }

    /// <summary>The elements in the type's carrier.</summary>
    public static HostMemory Decode(OnnxTensor tensor, HostMemory memory, bool external)
    {
        var carrier = tensor.Type.Carrier();
        long bytes = (tensor.Shape.Size * tensor.Type.Bits() + 7) / 8;
        var raw = external ? memory : Raw(tensor, memory, bytes);
        // An external file may go on after the tensor where no length is given.
        if (external ? raw.Bytes < bytes : raw.Bytes != bytes)
            throw new OnnxFormatException($"tensor '{tensor.Name}' {tensor.Type.Name()}{tensor.Shape} takes {bytes} bytes, its data has {raw.Bytes}");
        if (raw.Bytes > bytes) raw = new MemoryPart(raw, 0, bytes);
        return tensor.Type == OnnxType.Bool ? Truths(raw) : tensor.Type.HasOwnDType() ? raw : SmallTypes.Widen(tensor.Type, raw, (int)tensor.Shape.Size, carrier);
    }

    /// <summary>The elements of a tensor of strings.</summary>
    public static string[] Strings(OnnxTensor tensor, HostMemory memory)
    {
        var strings = new List<string>();
        var message = new WireReader(memory.Span);
        while (message.Next())
            if (message.Field == 6) strings.Add(message.Text());
            else message.Skip();
        GC.KeepAlive(memory);
        if (tensor.Type != OnnxType.String || strings.Count != tensor.Shape.Size)
            throw new OnnxFormatException($"tensor '{tensor.Name}' {tensor.Type.Name()}{tensor.Shape} has {strings.Count} strings");
        return [.. strings];
    }

    static HostMemory Raw(OnnxTensor tensor, HostMemory memory, long bytes)
    {
        var message = new WireReader(memory.Span);
        HostMemory? found = null;
        OwnedMemory? integers = null;
        int pieces = 0, size = Math.Max(1, tensor.Type.Bits() / 8), filled = 0;
        OwnedMemory? joined = null;
        // A number takes a byte at least: nothing is made for a shape that the data cannot fill.
        if (bytes / size > memory.Bytes) throw new OnnxFormatException($"tensor '{tensor.Name}' {tensor.Type.Name()}{tensor.Shape} takes {bytes} bytes, its data has fewer");
        while (message.Next())
            switch (message.Field)
            {
                case 9 or 4 or 10 when message.Type == WireType.Bytes:
                    int length = message.Bytes().Length;
                    found = Append(new MemoryPart(memory, message.Position - length, length));
                    break;
                case 4 or 10:
                    // Numbers one by one, which nobody writes.
                    var one = new OwnedMemory(message.Field == 4 ? 4 : 8);
                    if (message.Field == 4) BinaryPrimitives.WriteSingleLittleEndian(one.Writable, message.Single());
                    else BinaryPrimitives.WriteInt64LittleEndian(one.Writable, message.Integer());
                    found = Append(one);
                    break;
                case 5 or 7 or 11:
                    integers ??= new OwnedMemory(bytes);
                    message.Integers(Narrow);
                    break;
                default: message.Skip(); break;
            }
        GC.KeepAlive(memory);
        if (integers is null) return found ?? new MemoryPart(memory, 0, 0);
        return found is null ? new MemoryPart(integers, 0, filled) : throw new OnnxFormatException($"tensor '{tensor.Name}' has data of several kinds");

        // Its lowest bytes.
        void Narrow(long n)
        {
            if (filled + size > bytes) throw new OnnxFormatException($"tensor '{tensor.Name}' has more data than {tensor.Shape} takes");
            var at = integers!.Writable.Slice(filled, size);
            for (int i = 0; i < size; i++) at[i] = (byte)(n >> (8 * i));
            filled += size;
        }

        HostMemory Append(HostMemory piece)
        {
            if (pieces++ == 0) return piece;
            if (found!.Bytes + piece.Bytes > bytes) throw new OnnxFormatException($"tensor '{tensor.Name}' has more data than {tensor.Shape} takes");
            // Room for all at once, so that many pieces are not copied again and again.
            if (joined is null) found.Span.CopyTo((joined = new OwnedMemory(bytes)).Writable);
            piece.Span.CopyTo(joined.Writable[(int)found.Bytes..]);
            GC.KeepAlive(piece);
            return new MemoryPart(joined, 0, found.Bytes + piece.Bytes);
        }
    }

    // A bool is 0 or 1 everywhere here, whatever a file has.
    static HostMemory Truths(HostMemory raw)
    {
        if (!raw.Span.ContainsAnyExceptInRange((byte)0, (byte)1)) return raw;
        var memory = OwnedMemory.Of(raw.Span);
        foreach (ref byte b in memory.Writable) b = (byte)(b == 0 ? 0 : 1);
        return memory;
    }
}
