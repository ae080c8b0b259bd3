using System.Buffers.Binary;
using System.Text;

namespace Tiny.Onnx.Format;

/// <summary>How a field's value is encoded.</summary>
enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}

/// <summary>
/// Reads the fields of one message of the protobuf wire format where it lies. Everything is checked against the message's end; whatever is wrong is an
/// <see cref="OnnxFormatException"/> that says where.
/// </summary>
ref struct WireReader(ReadOnlySpan<byte> bytes, long start = 0)
{
    static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    readonly ReadOnlySpan<byte> _bytes = bytes;
    int _at;

    /// <summary>Where the next byte lies in the file.</summary>
    public readonly long Position => start + _at;
    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }
    /// <summary>How its value is encoded.</summary>
    public WireType Type { get; private set; }

    /// <summary>Reads the head of the next field; false at the end of the message. Its value must be read or skipped before the next.</summary>
    public bool Next()
    {
        if (_at == _bytes.Length) return false;
        ulong key = Varint();
        Field = key >> 3 is > 0 and < 1 << 29 ? (int)(key >> 3) : throw Bad($"field number {key >> 3}");
        Type = (key & 7) is 0 or 1 or 2 or 5 ? (WireType)(key & 7) : throw Bad($"wire type {key & 7}");
        return true;
    }

    /// <summary>A number of variable length, at most ten bytes.</summary>
    public ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (_at == _bytes.Length) throw Bad("a number is cut off");
            byte b = _bytes[_at++];
            if (shift == 63 && b > 1) throw Bad("a number has more than 64 bits");
            value |= (ulong)(b & 127) << shift;
            if (b < 128) return value;
        }
        throw Bad("a number has more than ten bytes");
    }

    /// <summary>The value of an integer field.</summary>
    public long Integer() => Type switch
    {
        WireType.Varint => (long)Varint(),
        WireType.Fixed64 => BinaryPrimitives.ReadInt64LittleEndian(Take(8)),
        WireType.Fixed32 => BinaryPrimitives.ReadInt32LittleEndian(Take(4)),
        _ => throw Unfit("a number"),
    };

    /// <summary>The value of a float field.</summary>
    public float Single() => Type == WireType.Fixed32 ? BinaryPrimitives.ReadSingleLittleEndian(Take(4)) : throw Unfit("a float");

    /// <summary>The value of a field of bytes; <see cref="Position"/> then stands at their end.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        if (Type != WireType.Bytes) throw Unfit("bytes");
        ulong length = Varint();
        if (length > (ulong)(_bytes.Length - _at)) throw Bad($"field {Field} of {length} bytes is longer than what is left ({_bytes.Length - _at})");
        return Take((int)length);
    }

    /// <summary>A field of bytes as a message of its own.</summary>
    public WireReader Message()
    {
        var bytes = Bytes();
        return new WireReader(bytes, Position - bytes.Length);
    }

    /// <summary>A field of text.</summary>
    public string Text()
    {
        var bytes = Bytes();
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Bad($"field {Field} is not UTF-8 text");
        }
    }

    /// <summary>Adds what an integer field holds to a list: one number, or several packed.</summary>
    public void Integers(List<long> to, Budget budget)
    {
        // A number ends at a byte whose highest bit is not set.
        int count = 1;
        if (Type == WireType.Bytes)
        {
            // A number ends at a byte whose highest bit is not set.
            var ahead = this;
            count = 0;
            foreach (byte b in ahead.Bytes())
                if (b < 128) count++;
        }
        budget.Spend(8L * count);
        if (count > 1) to.EnsureCapacity(to.Count + count);
        Integers(to.Add);
    }

    /// <summary>Hands on what an integer field holds: one number, or several packed.</summary>
    public void Integers(Action<long> to)
    {
        if (Type != WireType.Bytes)
        {
            to(Integer());
            return;
        }
        var packed = Message();
        while (packed._at < packed._bytes.Length) to((long)packed.Varint());
    }

    /// <summary>Adds what a float field holds to a list: one number, or several packed.</summary>
    public void Singles(List<float> to, Budget budget)
    {
        if (Type != WireType.Bytes)
        {
            budget.Spend(4);
            to.Add(Single());
            return;
        }
        var packed = Bytes();
        budget.Spend(packed.Length);
        if (packed.Length % 4 != 0) throw Bad($"field {Field} of floats has {packed.Length} bytes");
        for (; packed.Length > 0; packed = packed[4..]) to.Add(BinaryPrimitives.ReadSingleLittleEndian(packed));
    }

    /// <summary>Passes over the value of the field.</summary>
    public void Skip()
    {
        switch (Type)
        {
            case WireType.Varint: Varint(); break;
            case WireType.Fixed64: Take(8); break;
            case WireType.Fixed32: Take(4); break;
            default: Bytes(); break;
        }
    }

    /// <summary>Something is wrong here.</summary>
    public readonly OnnxFormatException Bad(string what) => new($"{what}, at byte {Position}");

    readonly OnnxFormatException Unfit(string wanted) => Bad($"field {Field} is not {wanted} (wire type {(int)Type})");

    ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at) throw Bad($"field {Field} is cut off");
        _at += count;
        return _bytes.Slice(_at - count, count);
    }
}
