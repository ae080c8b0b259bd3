using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tiny.Export.WebGpu;

/// <summary>
/// The safetensors file of a bundle as written: its length, where the data begins, its hash, and the hash of every
/// <see cref="BlockBytes"/> of it, so that the browser can check a block before it goes to the GPU and holds no more than one.
/// </summary>
internal sealed record WeightsFile(long Bytes, long DataStart, string Sha256, IReadOnlyList<string> BlockSha256)
{
    /// <summary>Bytes that are checked and uploaded together; a multiple of 4.</summary>
    public const int BlockBytes = 8 << 20;

    /// <summary>Writes the constants in the plan's order. Equal constants give equal bytes.</summary>
    public static unsafe WeightsFile Write(string path, string model, BundlePlan plan, CancellationToken cancellation)
    {
        byte[] header = Header(model, plan);
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write);
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var block = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var blocks = new List<string>();
        long written = 0;

        void Append(ReadOnlySpan<byte> bytes)
        {
            stream.Write(bytes);
            whole.AppendData(bytes);
            while (!bytes.IsEmpty)
            {
                int take = (int)Math.Min(bytes.Length, BlockBytes - written % BlockBytes);
                block.AppendData(bytes[..take]);
                bytes = bytes[take..];
                written += take;
                if (written % BlockBytes == 0) blocks.Add(Hex(block));
            }
        }

        Span<byte> length = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        Append(length);
        Append(header);
        foreach (var c in plan.Constants)
        {
            var data = c.Data ?? throw new InvalidOperationException($"the constant '{c.Name}' has no data");
            if (data.Bytes < c.Bytes) throw new InvalidOperationException($"the constant '{c.Name}' has {data.Bytes} bytes of {c.Bytes}");
            for (long at = 0; at < c.Bytes; at += BlockBytes)
            {
                cancellation.ThrowIfCancellationRequested();
                Append(new(data.Pointer + at, (int)Math.Min(BlockBytes, c.Bytes - at)));
            }
            GC.KeepAlive(data);
        }
        if (written % BlockBytes != 0) blocks.Add(Hex(block));
        return new(written, 8 + header.Length, Hex(whole), blocks);
    }

    // Padded with spaces to a multiple of 8, as the format's own writer does: data stays aligned for whoever maps the file.
    static byte[] Header(string model, BundlePlan plan)
    {
        using var json = new MemoryStream();
        using (var w = new Utf8JsonWriter(json))
        {
            w.WriteStartObject();
            w.WriteStartObject("__metadata__");
            w.WriteString("model", model);
            w.WriteString("tool", $"Tiny {FileHeader.Version}");
            w.WriteEndObject();
            foreach (var c in plan.Constants)
            {
                long begin = plan[c.Id].DataOffset;
                w.WriteStartObject(c.Name);
                w.WriteString("dtype", DTypes.Safetensors(c.DType));
                w.WriteStartArray("shape");
                foreach (int d in c.Shape.Dims) w.WriteNumberValue(d);
                w.WriteEndArray();
                w.WriteStartArray("data_offsets");
                w.WriteNumberValue(begin);
                w.WriteNumberValue(begin + c.Bytes);
                w.WriteEndArray();
                w.WriteEndObject();
            }
            w.WriteEndObject();
        }
        int padding = (int)(-json.Length & 7);
        json.Write(Encoding.ASCII.GetBytes(new string(' ', padding)));
        return json.ToArray();
    }

    static string Hex(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());
}
