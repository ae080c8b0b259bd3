using System.IO.MemoryMappedFiles;
using Tiny.Runtime;

namespace Tiny.Formats;

/// <summary>A file mapped for reading. The mapping lasts as long as it or any part of it is reachable.</summary>
sealed unsafe class MappedFile
{
    // Their finalizers undo the mapping; every part keeps this object, and so them, alive.
    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _view;
    readonly byte* _start;

    /// <summary>Maps a file that is not empty.</summary>
    public MappedFile(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Bytes = stream.Length;
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
        Opened?.Invoke(Path.GetFullPath(path));
    }

    /// <summary>Told of each file that is mapped: what an export reads, it depends on.</summary>
    internal static event Action<string>? Opened;

    /// <summary>Length in bytes.</summary>
    public long Bytes { get; }

    /// <summary>A part of the file, where it lies.</summary>
    public HostMemory Slice(long offset, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Bytes - bytes);
        return new Part(this, offset, bytes);
    }

    sealed class Part(MappedFile file, long offset, long bytes) : HostMemory
    {
        public override long Bytes => bytes;
        public override byte* Pointer => file._start + offset;
    }
}
