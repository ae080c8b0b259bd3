using System.Text;

namespace Tiny.Onnx.Tests;

/// <summary>Writes messages of the protobuf wire format, for files that no tool would write too.</summary>
sealed class Proto
{
    readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];

    public Proto Number(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public Proto Data(int field, ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)field << 3 | 2);
        Varint((ulong)bytes.Length);
        _bytes.AddRange(bytes);
        return this;
    }

    public Proto Float(int field, float value)
    {
        Varint((ulong)field << 3 | 5);
        _bytes.AddRange(BitConverter.GetBytes(value));
        return this;
    }

    public Proto Text(int field, string text) => Data(field, Encoding.UTF8.GetBytes(text));

    public Proto Message(int field, Proto message) => Data(field, message.Bytes);

    public Proto Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    void Varint(ulong value)
    {
        for (; value >= 128; value >>= 7) _bytes.Add((byte)(value | 128));
        _bytes.Add((byte)value);
    }

    // ---- what models are made of

    public static Proto Model(Proto graph, long opset = 20) => new Proto().Number(1, 8).Message(7, graph).Message(8, new Proto().Number(2, opset));

    public static Proto Node(string op, string[] inputs, string[] outputs, params Proto[] attributes)
    {
        var node = new Proto();
        foreach (var i in inputs) node.Text(1, i);
        foreach (var o in outputs) node.Text(2, o);
        node.Text(4, op);
        foreach (var a in attributes) node.Message(5, a);
        return node;
    }

    public static Proto Attribute(string name, int kind, Func<Proto, Proto> value) => value(new Proto().Text(1, name)).Number(20, kind);

    public static Proto Integer(string name, long value) => Attribute(name, 2, p => p.Number(3, value));

    public static Proto Value(string name, int type, params long[] dims)
    {
        var shape = new Proto();
        foreach (long d in dims) shape.Message(1, new Proto().Number(1, d));
        return new Proto().Text(1, name).Message(2, new Proto().Message(1, new Proto().Number(1, type).Message(2, shape)));
    }

    public static Proto Floats(string name, float[] values, params long[] dims)
    {
        var tensor = Tensor(name, 1, dims);
        return tensor.Data(9, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
    }

    public static Proto Tensor(string name, int type, params long[] dims)
    {
        var tensor = new Proto();
        foreach (long d in dims) tensor.Number(1, d);
        return tensor.Number(2, type).Text(8, name);
    }
}
