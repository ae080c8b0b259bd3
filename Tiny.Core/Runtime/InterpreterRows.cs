using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tiny.Runtime;

/// <summary>Values of the interpreter that are read row by row: those of arrays, or computed as they are read.</summary>
interface IInterpreterRows
{
    DType DType { get; }
    int[] Extents { get; }
    /// <summary>How the arrays lie that are read.</summary>
    long[][] Strides { get; }
    /// <summary>A row of floats, from where the arrays' first elements are.</summary>
    void Read(ReadOnlySpan<long> at, ReadOnlySpan<long> step, Span<double> row);
    /// <summary>A row of others.</summary>
    void Read(ReadOnlySpan<long> at, ReadOnlySpan<long> step, Span<long> row);
}

/// <summary>The rows of an array.</summary>
sealed unsafe class ArrayRows(HostArray array) : IInterpreterRows
{
    public DType DType => array.DType;
    public int[] Extents => array.Extents;
    public long[][] Strides { get; } = [array.Strides];

    public void Read(ReadOnlySpan<long> at, ReadOnlySpan<long> step, Span<double> row) => InterpreterRows.Load(array.Start + at[0] * DType.Size, step[0], DType, row);
    public void Read(ReadOnlySpan<long> at, ReadOnlySpan<long> step, Span<long> row) => InterpreterRows.Load(array.Start + at[0] * DType.Size, step[0], DType, row);
}

/// <summary>
/// Walks strided arrays row by row, and reads and writes rows: floats as double, everything else as long (a uint64 as the long of its bits).
/// Addresses need not be aligned: weights lie where a file has them.
/// </summary>
static unsafe class InterpreterRows
{
    /// <summary>Elements handled at a time, so that working rows stay in the cache.</summary>
    public const int Chunk = 1024;
    // A shorter row takes longer to begin than to compute.
    const int ShortRow = 64;

    /// <summary>One row: where each array's first element is, how many elements, and the step of each array, all in elements.</summary>
    public delegate void Row(ReadOnlySpan<long> at, int count, ReadOnlySpan<long> step);

    /// <summary>Calls <paramref name="row"/> for all rows of at most <see cref="Chunk"/> elements: along the last axis, or where that is short the longest.</summary>
    public static void Each(int[] extents, long[][] strides, Row row)
    {
        if (Array.IndexOf(extents, 0) >= 0) return;
        var (dims, steps) = Merged(extents, strides);
        int arrays = strides.Length, last = dims.Count - 1;
        var index = new int[dims.Count];
        var start = new long[arrays];
        var at = new long[arrays];
        while (true)
        {
            start.CopyTo(at, 0);
            for (int left = dims[last]; left > 0; left -= Chunk)
            {
                row(at, Math.Min(left, Chunk), steps[last]);
                for (int k = 0; k < arrays; k++) at[k] += Chunk * steps[last][k];
            }
            int d = last - 1;
            for (; d >= 0; d--)
            {
                for (int k = 0; k < arrays; k++) start[k] += steps[d][k];
                if (++index[d] < dims[d]) break;
                for (int k = 0; k < arrays; k++) start[k] -= dims[d] * steps[d][k];
                index[d] = 0;
            }
            if (d < 0) return;
        }
    }

    /// <summary>Neighbouring axes that all arrays run through in one step are one axis; axes of extent 1 are none.</summary>
    static (List<int> Dims, List<long[]> Steps) Merged(int[] extents, long[][] strides)
    {
        var dims = new List<int>();
        var steps = new List<long[]>();
        for (int i = 0; i < extents.Length; i++)
        {
            if (extents[i] == 1) continue;
            var step = Array.ConvertAll(strides, s => s[i]);
            int n = extents[i];
            if (dims.Count > 0 && steps[^1].Zip(step).All(p => p.First == p.Second * n) && (long)dims[^1] * n <= int.MaxValue)
            {
                dims[^1] *= n;
                steps[^1] = step;
                continue;
            }
            dims.Add(n);
            steps.Add(step);
        }
        if (dims.Count == 0) return ([1], [new long[strides.Length]]);
        int longest = dims.IndexOf(dims.Max());
        if (dims[^1] < ShortRow && dims[longest] > 2 * dims[^1])
        {
            dims.Add(dims[longest]);
            steps.Add(steps[longest]);
            dims.RemoveAt(longest);
            steps.RemoveAt(longest);
        }
        return (dims, steps);
    }

    public static void Load(byte* from, long step, DType dtype, Span<double> row)
    {
        long bytes = step * dtype.Size;
        switch (dtype.Kind)
        {
            case ScalarKind.Float32 when step == 1:
                Widen(new ReadOnlySpan<float>(from, row.Length), row);
                break;
            case ScalarKind.Float32 when step == 0:
                row.Fill(Unsafe.ReadUnaligned<float>(from));
                break;
            case ScalarKind.Float32:
                for (int i = 0; i < row.Length; i++, from += bytes) row[i] = Unsafe.ReadUnaligned<float>(from);
                break;
            case ScalarKind.Float64:
                for (int i = 0; i < row.Length; i++, from += bytes) row[i] = Unsafe.ReadUnaligned<double>(from);
                break;
            default:
                var numbers = InterpreterShortFloats.Of(dtype.Kind);
                for (int i = 0; i < row.Length; i++, from += bytes) row[i] = numbers[dtype.Size == 1 ? *from : Unsafe.ReadUnaligned<ushort>(from)];
                break;
        }
    }

    public static void Load(byte* from, long step, DType dtype, Span<long> row)
    {
        long bytes = step * dtype.Size;
        switch (dtype.Kind)
        {
            case ScalarKind.Bool:
                for (int i = 0; i < row.Length; i++, from += bytes) row[i] = *from != 0 ? 1 : 0;
                break;
            case ScalarKind.Int8:
                for (int i = 0; i < row.Length; i++, from += bytes) row[i] = (sbyte)*from;
                break;
            case ScalarKind.UInt8:
                for (int i = 0; i < row.Length; i++, from += bytes) row[i] = *from;
                break;
            case ScalarKind.Int16:
                for (int i = 0; i < row.Length; i++, from += bytes) row[i] = Unsafe.ReadUnaligned<short>(from);
                break;
            case ScalarKind.UInt16:
                for (int i = 0; i < row.Length; i++, from += bytes) row[i] = Unsafe.ReadUnaligned<ushort>(from);
                break;
            case ScalarKind.Int32:
                for (int i = 0; i < row.Length; i++, from += bytes) row[i] = Unsafe.ReadUnaligned<int>(from);
                break;
            case ScalarKind.UInt32:
                for (int i = 0; i < row.Length; i++, from += bytes) row[i] = Unsafe.ReadUnaligned<uint>(from);
                break;
            default:
                for (int i = 0; i < row.Length; i++, from += bytes) row[i] = Unsafe.ReadUnaligned<long>(from);
                break;
        }
    }

    public static void Store(byte* to, long step, DType dtype, ReadOnlySpan<double> row)
    {
        long bytes = step * dtype.Size;
        switch (dtype.Kind)
        {
            case ScalarKind.Float32 when step == 1:
                Narrow(row, new Span<float>(to, row.Length));
                break;
            case ScalarKind.Float32:
                for (int i = 0; i < row.Length; i++, to += bytes) Unsafe.WriteUnaligned(to, (float)row[i]);
                break;
            case ScalarKind.Float64:
                for (int i = 0; i < row.Length; i++, to += bytes) Unsafe.WriteUnaligned(to, row[i]);
                break;
            default:
                var numbers = InterpreterShortFloats.Of(dtype.Kind);
                for (int i = 0; i < row.Length; i++, to += bytes)
                    if (dtype.Size == 1) *to = (byte)numbers.Nearest(row[i]);
                    else Unsafe.WriteUnaligned(to, (ushort)numbers.Nearest(row[i]));
                break;
        }
    }

    public static void Store(byte* to, long step, DType dtype, ReadOnlySpan<long> row)
    {
        long bytes = step * dtype.Size;
        switch (dtype.Size)
        {
            case 1:
                for (int i = 0; i < row.Length; i++, to += bytes) *to = unchecked((byte)row[i]);
                break;
            case 2:
                for (int i = 0; i < row.Length; i++, to += bytes) Unsafe.WriteUnaligned(to, unchecked((short)row[i]));
                break;
            case 4:
                for (int i = 0; i < row.Length; i++, to += bytes) Unsafe.WriteUnaligned(to, unchecked((int)row[i]));
                break;
            default:
                for (int i = 0; i < row.Length; i++, to += bytes) Unsafe.WriteUnaligned(to, row[i]);
                break;
        }
    }

    static void Widen(ReadOnlySpan<float> from, Span<double> to)
    {
        int i = 0;
        for (; i <= from.Length - Vector128<float>.Count; i += Vector128<float>.Count)
        {
            var (low, high) = Vector128.Widen(Vector128.Create(from[i..]));
            Vector256.Create(low, high).CopyTo(to[i..]);
        }
        for (; i < from.Length; i++) to[i] = from[i];
    }

    static void Narrow(ReadOnlySpan<double> from, Span<float> to)
    {
        int i = 0;
        for (; i <= from.Length - Vector128<float>.Count; i += Vector128<float>.Count)
            Vector128.Narrow(Vector128.Create(from[i..]), Vector128.Create(from[(i + 2)..])).CopyTo(to[i..]);
        for (; i < from.Length; i++) to[i] = (float)from[i];
    }

    /// <summary>Copies elements of a size; steps in bytes.</summary>
    public static void CopyRow(byte* from, long fromStep, byte* to, long toStep, int count, int size)
    {
        if (fromStep == size && toStep == size)
        {
            Buffer.MemoryCopy(from, to, (long)count * size, (long)count * size);
            return;
        }
        for (int i = 0; i < count; i++, from += fromStep, to += toStep)
            if (size == 4) Unsafe.WriteUnaligned(to, Unsafe.ReadUnaligned<int>(from));
            else if (size == 8) Unsafe.WriteUnaligned(to, Unsafe.ReadUnaligned<long>(from));
            else if (size == 2) Unsafe.WriteUnaligned(to, Unsafe.ReadUnaligned<short>(from));
            else *to = *from;
    }
}
