using System.IO.Compression;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>
/// The values of a case of the ONNX conformance suite: what goes in and what comes out, as data. The models themselves are not read. A value
/// is a TensorProto; of its fields these are known: dims (1), data_type (2), float_data (4), int32_data (5), int64_data (7), raw_data (9).
/// </summary>
sealed record OnnxData(IReadOnlyList<Tensor> Inputs, IReadOnlyList<Tensor> Outputs)
{
    // Open as long as tests run: to open it takes longer than to read a case.
    static readonly Lazy<ZipArchive> s_zip = new(() => ZipFile.OpenRead(Needs.Shared("onnx-conformance/node.zip")));

    /// <summary>The first data set of a case of the group <c>node</c>.</summary>
    public static OnnxData Read(string name)
    {
        lock (s_zip) return new(All("input"), All("output"));

        List<Tensor> All(string kind)
        {
            var tensors = new List<Tensor>();
            while (s_zip.Value.GetEntry($"{name}/test_data_set_0/{kind}_{tensors.Count}.pb") is { } entry)
            {
                using var stream = entry.Open();
                using var bytes = new MemoryStream();
                stream.CopyTo(bytes);
                tensors.Add(Parse(bytes.ToArray()));
            }
            return tensors.Count > 0 ? tensors : throw new InvalidDataException($"{name}: no {kind}");
        }
    }

    static Tensor Parse(byte[] bytes)
    {
        var dims = new List<int>();
        var numbers = new List<long>();
        ulong type = 0;
        byte[] raw = [], floats = [];
        for (int at = 0; at < bytes.Length;)
        {
            ulong key = Varint(bytes, ref at);
            switch (key & 7)
            {
                case 0:
                    ulong number = Varint(bytes, ref at);
                    if (key >> 3 == 1) dims.Add((int)number);
                    else if (key >> 3 == 2) type = number;
                    else if (key >> 3 is 5 or 7) numbers.Add((long)number);
                    break;
                case 2:
                    int length = (int)Varint(bytes, ref at), end = at + length;
                    if (key >> 3 == 1) while (at < end) dims.Add((int)Varint(bytes, ref at));
                    else if (key >> 3 is 5 or 7) while (at < end) numbers.Add((long)Varint(bytes, ref at));
                    else if (key >> 3 == 4) floats = bytes[at..end];
                    else if (key >> 3 == 9) raw = bytes[at..end];
                    at = end;
                    break;
                default:
                    throw new InvalidDataException($"wire type {key & 7}");
            }
        }
        int[] shape = [.. dims];
        var dtype = type switch
        {
            1 => DType.Float32,
            2 => DType.UInt8,
            3 => DType.Int8,
            4 => DType.UInt16,
            5 => DType.Int16,
            6 => DType.Int32,
            7 => DType.Int64,
            9 => DType.Bool,
            10 => DType.Float16,
            11 => DType.Float64,
            12 => DType.UInt32,
            13 => DType.UInt64,
            16 => DType.BFloat16,
            _ => throw new InvalidDataException($"data type {type}"),
        };
        // What is no raw data: floats of 32 bits, or a number for each element, whose low bytes are the element's.
        byte[] bits = raw.Length > 0 ? raw : floats.Length > 0 ? floats : [.. numbers.SelectMany(n => BitConverter.GetBytes(n)[..dtype.Size])];
        return Tensor.FromStorage(new Storage(dtype, new Shape(shape), OwnedMemory.Of<byte>(bits)));
    }

    static ulong Varint(byte[] bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = bytes[at++];
            value |= (ulong)(b & 127) << shift;
            if (b < 128) return value;
        }
    }
}
