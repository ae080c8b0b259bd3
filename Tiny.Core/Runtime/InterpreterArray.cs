using Tiny.Graph;

namespace Tiny.Runtime;

/// <summary>
/// A value of the interpreter: memory seen through an offset and strides (in elements), so that most movements are views.
/// </summary>
sealed unsafe class HostArray
{
    HostArray(HostMemory memory, DType dtype, int[] extents, long[] strides, long offset, bool own)
    {
        Memory = memory;
        DType = dtype;
        Extents = extents;
        Strides = strides;
        Offset = offset;
        Own = own;
    }

    public HostMemory Memory { get; }
    public DType DType { get; }
    public int[] Extents { get; }
    public long[] Strides { get; }
    public long Offset { get; }
    /// <summary>The interpreter made the memory.</summary>
    bool Own { get; }

    /// <summary>The memory is the interpreter's and holds exactly this value, row-major.</summary>
    public bool OwnsAll => Own && Offset == 0 && IsRowMajor && Memory.Bytes == Numel * DType.Size;

    /// <summary>Address of the first element. Keep <see cref="Memory"/> alive while it is in use.</summary>
    public byte* Start => Memory.Pointer + Offset * DType.Size;

    long Numel => Extents.Aggregate(1L, (n, d) => n * d);

    bool IsRowMajor
    {
        get
        {
            long expected = 1;
            for (int i = Extents.Length - 1; i >= 0; expected *= Extents[i], i--)
                if (Extents[i] != 1 && Strides[i] != expected) return Numel == 0;
            return true;
        }
    }

    public static HostArray Over(HostMemory memory, DType dtype, Shape shape) =>
        new(memory, dtype, shape.Extents(), RowMajor(shape.Extents()), 0, own: false);

    /// <summary>Zeros in new memory.</summary>
    public static HostArray New(DType dtype, ReadOnlySpan<int> extents) =>
        new(new OwnedMemory(new Shape(extents).Numel * (long)dtype.Size), dtype, extents.ToArray(), RowMajor(extents), 0, own: true);

    public static HostArray Constant(DType dtype, Constant value)
    {
        var result = New(dtype, []);
        Store(result, [value]);
        return result;
    }

    /// <summary>Numbers in a row.</summary>
    public static HostArray Row(DType dtype, ReadOnlySpan<Constant> values)
    {
        var result = New(dtype, [values.Length]);
        Store(result, values);
        return result;
    }

    static void Store(HostArray to, ReadOnlySpan<Constant> values)
    {
        if (to.DType.IsFloat) InterpreterRows.Store(to.Start, 1, to.DType, [.. values.ToArray().Select(v => v.Double)]);
        else InterpreterRows.Store(to.Start, 1, to.DType, [.. values.ToArray().Select(v => v.Bits)]);
        GC.KeepAlive(to.Memory);
    }

    /// <summary>0, 1, 2, ...</summary>
    public static HostArray Count(DType dtype, int length)
    {
        var result = New(dtype, [length]);
        InterpreterRows.Store(result.Start, 1, dtype, [.. Enumerable.Range(0, length).Select(i => (long)i)]);
        return result;
    }

    public HostArray Reshape(Shape shape)
    {
        var from = IsRowMajor ? this : Copy();
        return new(from.Memory, DType, shape.Extents(), RowMajor(shape.Extents()), from.Offset, from.Own);
    }

    public HostArray Permute(Axes order) =>
        View([.. order.Select(a => Extents[a])], [.. order.Select(a => Strides[a])], Offset);

    public HostArray Expand(Shape shape) =>
        View(shape.Extents(), [.. Strides.Select((s, i) => shape[i].Is(Extents[i]) ? s : 0)], Offset);

    public HostArray Shrink(Edges keep) =>
        View([.. keep.Select(e => e.Hi - e.Lo)], Strides, Offset + keep.Select((e, i) => (int)e.Lo * Strides[i]).Sum());

    public HostArray Flip(Axes axes)
    {
        var strides = (long[])Strides.Clone();
        long offset = Offset;
        foreach (int a in axes)
        {
            offset += Math.Max(0, Extents[a] - 1) * strides[a];
            strides[a] = -strides[a];
        }
        return View(Extents, strides, offset);
    }

    public HostArray Pad(Edges edges, Shape shape)
    {
        var whole = New(DType, shape.Extents());
        CopyInto(whole.View(Extents, whole.Strides, edges.Select((e, i) => (int)e.Lo * whole.Strides[i]).Sum()));
        return whole;
    }

    public HostArray Bitcast(DType dtype) => dtype.Size == DType.Size ? new(Memory, dtype, Extents, Strides, Offset, Own)
        : throw new InvalidOperationException($"bitcast of {DType} to {dtype}: the sizes differ");

    /// <summary>The same value, row-major in new memory.</summary>
    public HostArray Copy()
    {
        var to = New(DType, Extents);
        CopyInto(to);
        return to;
    }

    /// <summary>A copy with the elements of a view replaced: every element is numbered, the view of the numbers says where each value goes.</summary>
    public HostArray With(View view, HostArray value)
    {
        var numbers = New(DType.Int64, Extents);
        long* number = (long*)numbers.Start;
        for (long i = 0; i < numbers.Numel; i++) number[i] = i;
        foreach (var step in view.Steps)
            numbers = step.Op switch
            {
                Op.Reshape => numbers.Reshape((Shape)step.Arg!),
                Op.Permute => numbers.Permute((Axes)step.Arg!),
                Op.Shrink => numbers.Shrink((Edges)step.Arg!),
                Op.Pad => numbers.Pad((Edges)step.Arg!, step.Shape),
                Op.Flip => numbers.Flip((Axes)step.Arg!),
                Op.Bitcast => numbers,
                _ => throw new InvalidOperationException($"nothing can be written through {step.Op}"),
            };
        HostArray to = Copy(), where = numbers.Copy(), from = value.Copy();
        int size = DType.Size;
        for (long i = 0; i < where.Numel; i++)
            Buffer.MemoryCopy(from.Start + i * size, to.Start + ((long*)where.Start)[i] * size, size, size);
        GC.KeepAlive(where.Memory);
        GC.KeepAlive(from.Memory);
        return to;
    }

    void CopyInto(HostArray to)
    {
        byte* source = Start, target = to.Start;
        int size = DType.Size;
        InterpreterRows.Each(Extents, [Strides, to.Strides], (at, count, step) =>
            InterpreterRows.CopyRow(source + at[0] * size, step[0] * size, target + at[1] * size, step[1] * size, count, size));
        GC.KeepAlive(Memory);
        GC.KeepAlive(to.Memory);
    }

    HostArray View(int[] extents, long[] strides, long offset) => new(Memory, DType, extents, strides, offset, Own);

    static long[] RowMajor(ReadOnlySpan<int> extents)
    {
        var strides = new long[extents.Length];
        long s = 1;
        for (int i = strides.Length - 1; i >= 0; s *= Math.Max(1, extents[i]), i--) strides[i] = s;
        return strides;
    }
}
