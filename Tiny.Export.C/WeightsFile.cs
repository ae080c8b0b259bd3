using System.Buffers.Binary;
using System.Text;
using Tiny.Jit;
using Tiny.Runtime;

namespace Tiny.Export.C;

/// <summary>
/// The constants of a program as one file that is used where it is mapped: a header of 64 bytes, then each tensor's bytes, little-endian
/// and row-major, at a multiple of 64. Header: "TINYWGT1", the format's version (uint32), 4 bytes of zero, the length of what follows
/// (uint64), its XXH64 (uint64), the program's name in up to 32 bytes.
/// </summary>
public sealed unsafe class WeightsFile
{
    /// <summary>Length of the header, and what every tensor is aligned to.</summary>
    public const int HeaderBytes = 64;
    /// <summary>The first eight bytes.</summary>
    public const string Magic = "TINYWGT1";
    /// <summary>The version that this class writes.</summary>
    public const int Version = 1;

    const int Chunk = 1 << 20;

    readonly string _name;
    readonly List<ProgramBuffer> _constants = [];
    readonly Dictionary<int, long> _offsets = [];

    /// <summary>Lays out the constants of a program in the order of its buffers, and hashes them.</summary>
    public WeightsFile(Program program)
    {
        _name = program.Name;
        foreach (var b in program.Buffers)
        {
            if (b.Role != BufferRole.Constant) continue;
            if (b.Data is null || b.Data.Bytes < b.Bytes) throw new InvalidOperationException($"constant '{b.Name}' lacks its bytes");
            _constants.Add(b);
            _offsets[b.Id] = PayloadBytes;
            PayloadBytes += (b.Bytes + HeaderBytes - 1) / HeaderBytes * HeaderBytes;
        }
        var hash = new Xxh64();
        Payload(hash.Append, default);
        Hash = hash.Value;
    }

    /// <summary>Bytes after the header.</summary>
    public long PayloadBytes { get; }
    /// <summary>XXH64 of the bytes after the header.</summary>
    public ulong Hash { get; }
    /// <summary>Where a constant's bytes begin, counted from the end of the header.</summary>
    public long OffsetOf(ProgramBuffer constant) => _offsets[constant.Id];

    /// <summary>Writes the file.</summary>
    public void Write(string path, CancellationToken cancellation)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        Encoding.ASCII.GetBytes(Magic, header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], PayloadBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], Hash);
        var name = Encoding.UTF8.GetBytes(_name);
        name.AsSpan(0, Math.Min(name.Length, 32)).CopyTo(header[32..]);
        using var file = File.Create(path);
        file.Write(header);
        Payload(file.Write, cancellation);
    }

    delegate void Sink(ReadOnlySpan<byte> bytes);

    void Payload(Sink sink, CancellationToken cancellation)
    {
        Span<byte> zeros = stackalloc byte[HeaderBytes];
        zeros.Clear();
        foreach (var b in _constants)
        {
            HostMemory data = b.Data!;
            for (long at = 0; at < b.Bytes; at += Chunk)
            {
                cancellation.ThrowIfCancellationRequested();
                sink(new ReadOnlySpan<byte>(data.Pointer + at, (int)Math.Min(Chunk, b.Bytes - at)));
            }
            GC.KeepAlive(data);
            sink(zeros[..(int)(-b.Bytes & (HeaderBytes - 1))]);
        }
    }
}
