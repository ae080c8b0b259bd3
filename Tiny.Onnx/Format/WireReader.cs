using System.Buffers.Binary;
using System.Runtime.CompilerServices;
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
        if (Type != WireType.Bytes)
        {
            long number = Integer();
            Room(to, budget);
            to.Add(number);
            return;
        }
        var packed = Message();
        // A number ends at a byte whose highest bit is not set.
        int count = 0;
        foreach (byte b in packed._bytes)
            if (b < 128) count++;
        Room(to, count, budget);
        while (packed._at < packed._bytes.Length) to.Add((long)packed.Varint());
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
            float number = Single();
            Room(to, budget);
            to.Add(number);
            return;
        }
        var packed = Bytes();
        if (packed.Length % 4 != 0) throw Bad($"field {Field} of floats has {packed.Length} bytes");
        Room(to, packed.Length / 4, budget);
        for (; packed.Length > 0; packed = packed[4..]) to.Add(BinaryPrimitives.ReadSingleLittleEndian(packed));
    }

    // For this number and all that follow one by one, at the first that has no place.
    readonly void Room<T>(List<T> to, Budget budget)
    {
        if (to.Count == to.Capacity) Room(to, 1 + Count(Field), budget);
    }

    // What a list grows out of was made too, and so is the array that its elements end up in.
    static void Room<T>(List<T> to, int more, Budget budget)
    {
        bool grows = to.Capacity - to.Count < more;
        int capacity = grows ? Math.Max(to.Count + more, 2 * to.Count) : to.Capacity;
        budget.Spend((long)Unsafe.SizeOf<T>() * (more + (grows ? capacity : 0)));
        to.Capacity = capacity;
    }

    /// <summary>How often a field is in what is left of the message.</summary>
    public readonly int Count(int field)
    {
        var ahead = this;
        int count = 0;
        for (; ahead.Next(); ahead.Skip())
            if (ahead.Field == field) count++;
        return count;
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
