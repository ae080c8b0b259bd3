using System.Text.Json;

namespace Tiny.Formats;

/// <summary>
/// The header of a safetensors file: JSON that names each tensor's dtype, shape and bytes. Files come from anywhere, so
/// nothing in it is believed: every extent and offset is checked before it is used.
/// </summary>
static class SafetensorsHeader
{
    /// <summary>The format's own limit.</summary>
    public const int MaxBytes = 100_000_000;

    /// <summary>Tensors in the order of their bytes, with offsets from the start of the file, and the metadata.</summary>
    public static (List<SafetensorsEntry>, Dictionary<string, string>) Parse(
        ReadOnlySpan<byte> json, long dataStart, long fileBytes, Func<string, WeightsException> bad)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            using var document = JsonDocument.ParseValue(ref reader);
            while (reader.Read()) { } // only blanks may follow
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw bad("its header is not a JSON object");
            var tensors = new List<SafetensorsEntry>();
            var metadata = new Dictionary<string, string>();
            var names = new HashSet<string>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name)) throw bad($"'{property.Name}' is there twice");
                if (property.Name == "__metadata__") ReadMetadata(property.Value, metadata, bad);
                else tensors.Add(ReadEntry(property.Name, property.Value, dataStart, fileBytes,
                    reason => bad($"tensor '{property.Name}': {reason}")));
            }
            tensors.Sort((a, b) => (a.Offset, a.Bytes).CompareTo((b.Offset, b.Bytes)) is var c and not 0 ? c
                : string.CompareOrdinal(a.Name, b.Name));
            for (int i = 1; i < tensors.Count; i++)
                if (tensors[i - 1].Offset + tensors[i - 1].Bytes > tensors[i].Offset)
                    throw bad($"tensors '{tensors[i - 1].Name}' and '{tensors[i].Name}' overlap");
            return (tensors, metadata);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw bad($"its header is not valid JSON ({e.Message})");
        }
    }

    static void ReadMetadata(JsonElement element, Dictionary<string, string> metadata, Func<string, WeightsException> bad)
    {
        if (element.ValueKind != JsonValueKind.Object) throw bad("its metadata is not a JSON object");
        foreach (var p in element.EnumerateObject())
        {
            if (p.Value.ValueKind != JsonValueKind.String) throw bad($"its metadata '{p.Name}' is not text");
            metadata[p.Name] = p.Value.GetString()!;
        }
    }

    static SafetensorsEntry ReadEntry(string name, JsonElement element, long dataStart, long fileBytes, Func<string, WeightsException> bad)
    {
        if (element.ValueKind != JsonValueKind.Object) throw bad("it is not described by a JSON object");
        if (!element.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String) throw bad("it has no dtype");
        var extents = Numbers(element, "shape", bad);
        var offsets = Numbers(element, "data_offsets", bad);
        if (offsets.Length != 2) throw bad($"data_offsets has {offsets.Length} numbers, not two");
        var (begin, end) = (offsets[0], offsets[1]);
        if (begin > end || end > fileBytes - dataStart)
            throw bad($"its bytes {begin}..{end} are outside of the file's {fileBytes - dataStart} bytes of data");
        var shape = ReadShape(extents, bad);
        string typeName = type.GetString()!;
        if (Bits(typeName) is { } bits && (Int128)shape.Numel * bits != (Int128)(end - begin) * 8)
            throw bad($"{typeName}{shape} takes {(shape.Numel * (long)bits + 7) / 8} bytes, the file gives it {end - begin}");
        return new SafetensorsEntry(name, typeName, TypeOf(typeName), shape, dataStart + begin, end - begin);
    }

    static Shape ReadShape(long[] extents, Func<string, WeightsException> bad)
    {
        try
        {
            var shape = new Shape([.. extents.Select(d => checked((int)d))]);
            if (shape.Size <= int.MaxValue) return shape;
        }
        catch (Exception e) when (e is ShapeException or OverflowException)
        {
            // Told below.
        }
        throw bad($"shape [{string.Join(", ", extents)}] has more than 2^31 - 1 elements");
    }

    static long[] Numbers(JsonElement element, string property, Func<string, WeightsException> bad)
    {
        if (!element.TryGetProperty(property, out var list) || list.ValueKind != JsonValueKind.Array) throw bad($"it has no {property}");
        var numbers = new long[list.GetArrayLength()];
        int i = 0;
        foreach (var item in list.EnumerateArray())
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out numbers[i++]) || numbers[i - 1] < 0)
                throw bad($"{item.GetRawText()} in {property} is not a size");
        return numbers;
    }

    /// <summary>The format's name of a dtype.</summary>
    public static string NameOf(DType dtype) => dtype.Kind switch
    {
        ScalarKind.Bool => "BOOL",
        ScalarKind.Int8 => "I8",
        ScalarKind.Int16 => "I16",
        ScalarKind.UInt16 => "U16",
        ScalarKind.UInt64 => "U64",
        ScalarKind.Float16 => "F16",
        ScalarKind.BFloat16 => "BF16",
        ScalarKind.Float8E4M3 => "F8_E4M3",
        ScalarKind.Float8E5M2 => "F8_E5M2",
        ScalarKind.UInt8 => "U8",
        ScalarKind.Int32 => "I32",
        ScalarKind.UInt32 => "U32",
        ScalarKind.Int64 => "I64",
        ScalarKind.Float32 => "F32",
        ScalarKind.Float64 => "F64",
        _ => throw new DTypeException($"safetensors has no {dtype}"),
    };

    static DType? TypeOf(string name) => name switch
    {
        "BOOL" => DType.Bool,
        "I8" => DType.Int8,
        "I16" => DType.Int16,
        "U16" => DType.UInt16,
        "U64" => DType.UInt64,
        "F16" => DType.Float16,
        "BF16" => DType.BFloat16,
        "F8_E4M3" => DType.Float8E4M3,
        "F8_E5M2" => DType.Float8E5M2,
        "U8" => DType.UInt8,
        "I32" => DType.Int32,
        "U32" => DType.UInt32,
        "I64" => DType.Int64,
        "F32" => DType.Float32,
        "F64" => DType.Float64,
        _ => null,
    };

    // Also of dtypes that cannot be read: their sizes are checked all the same. Names not known have no size to check.
    static int? Bits(string name) => name switch
    {
        "F4" => 4,
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" => 8,
        "F16" or "BF16" or "I16" or "U16" => 16,
        "F32" or "I32" or "U32" => 32,
        "F64" or "I64" or "U64" or "C64" => 64,
        _ => null,
    };
}
