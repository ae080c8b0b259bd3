using System.Collections.Immutable;
using Tiny.Graph;

namespace Tiny;

/// <summary>What a kernel that is written by hand is made of: loops, inputs, outputs and reductions. See <see cref="Tensor.Kernel"/>.</summary>
public sealed class KernelBuilder
{
    readonly KernelArg?[] _stored;
    int _loops;

    internal KernelBuilder(string name, IReadOnlyList<(DType DType, Shape Shape)> outputs, IReadOnlyList<Tensor> inputs)
    {
        Name = name;
        Outputs = [.. outputs.Select((o, i) => new KernelOutput(this, i, o.DType, o.Shape))];
        Inputs = [.. inputs.Select((t, i) => new KernelInput(name, i, t.DType, t.Shape))];
        _stored = new KernelArg?[outputs.Count];
    }

    internal string Name { get; }
    /// <summary>What is read, in the order given: <c>k.Inputs[0][i, j]</c>.</summary>
    public ImmutableArray<KernelInput> Inputs { get; }
    /// <summary>What is written, in the order given: <c>k.Outputs[0].Write(value, i, j)</c>.</summary>
    public ImmutableArray<KernelOutput> Outputs { get; }

    /// <summary>A loop variable from 0 to <paramref name="extent"/> - 1.</summary>
    public KernelValue Range(int extent)
    {
        if (extent < 1) throw new ShapeException($"Kernel {Name}: a loop of {extent} iterations");
        return new(extent == 1 ? UOp.Index(0) : UOp.Range(_loops++, AxisKind.Loop, extent));
    }

    /// <summary>A constant.</summary>
    public KernelValue Const(Number value, DType dtype) => new(value.CheckFits(dtype, $"Kernel {Name}").ToConst(dtype));

    /// <summary>Sum over the iterations of a loop; short floats are summed in float32 and rounded once.</summary>
    public KernelValue Sum(KernelValue range, KernelValue value) => Fold(Op.Add, range, value);
    /// <summary>Product over the iterations of a loop.</summary>
    public KernelValue Prod(KernelValue range, KernelValue value) => Fold(Op.Mul, range, value);
    /// <summary>The largest over the iterations of a loop.</summary>
    public KernelValue Max(KernelValue range, KernelValue value) => Fold(Op.Max, range, value);
    /// <summary>The smallest over the iterations of a loop.</summary>
    public KernelValue Min(KernelValue range, KernelValue value) => Fold(Op.Min, range, value);

    KernelValue Fold(Op op, KernelValue range, KernelValue value)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(value);
        if (range.Node.Int == 0) return value;
        if (range.Node.Op != Op.Range) throw new ShapeException($"Kernel {Name}: {op} over what is no loop variable");
        if (value.DType.IsBool) throw new DTypeException($"Kernel {Name}: {op} of bools; Cast them");
        if (value.Node.Topological().Any(u => u.Op == Op.Fold && u.Src.Skip(1).Contains(range.Node, ReferenceEqualityComparer.Instance)))
            throw new ShapeException($"Kernel {Name}: {op} over a loop that a reduction inside has closed");
        var wide = value.Cast(value.DType.IsShortFloat ? DType.Float32 : value.DType);
        return new KernelValue(UOp.New(Op.Fold, wide.DType, [wide.Node, range.Node], new FoldArg(op, 1))).Cast(value.DType);
    }

    internal void Store(KernelOutput output, ReadOnlySpan<KernelIndex> index, KernelValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var (i, shape) = (output.Number, output.Shape);
        if (_stored[i] is not null) throw new ShapeException($"Kernel {Name}: output {i} is written twice");
        if (value.DType != output.DType) throw new DTypeException($"Kernel {Name}: output {i} is {output.DType}, the value {value.DType}; Cast it");
        var loops = new UOp?[shape.Rank];
        bool fits = index.Length == shape.Rank;
        for (int a = 0; fits && a < loops.Length; a++)
        {
            var at = index[a].Value.Node;
            loops[a] = shape[a].Is(1) ? null : at;
            fits = shape[a].Is(1) ? at.Int == 0 : at.Op == Op.Range && shape[a].Is((int)at.Src[0].Int!) && Array.IndexOf(loops, at, 0, a) < 0;
        }
        if (!fits) throw new ShapeException($"Kernel {Name}: output {i} {shape} is written at an index that is not a loop of its own over each axis; so every element is written once");
        foreach (var free in Lower.FreeRanges.Of(value.Node).In(value.Node))
            if (!loops.Contains(free)) throw new ShapeException($"Kernel {Name}: what is written to output {i} depends on a loop of {free.Src[0].Int} that is neither an axis of it nor reduced");
        _stored[i] = new KernelArg(shape, value.Node, [.. loops]);
    }

    internal KernelArg Stored(int output) => _stored[output] ?? throw new ShapeException($"Kernel {Name}: output {output} is not written");
}

/// <summary>An input of a kernel that is written by hand.</summary>
public sealed class KernelInput
{
    readonly string _kernel;
    readonly int _number;

    internal KernelInput(string kernel, int number, DType dtype, Shape shape) => (_kernel, _number, DType, Shape) = (kernel, number, dtype, shape);

    /// <summary>Its elements' dtype.</summary>
    public DType DType { get; }
    /// <summary>Its extents.</summary>
    public Shape Shape { get; }

    /// <summary>An element. An index that may be outside, as one that comes from data, is tested: outside reads 0.</summary>
    public KernelValue this[params ReadOnlySpan<KernelIndex> index]
    {
        get
        {
            if (index.Length != Shape.Rank) throw new ShapeException($"Kernel {_kernel}: {index.Length} indices for input {_number} {Shape}");
            UOp flat = UOp.Index(0), gate = UOp.Bool(true);
            for (int a = 0; a < index.Length; a++)
            {
                var given = index[a].Value;
                if (!given.DType.IsInt) throw new DTypeException($"Kernel {_kernel}: input {_number} is indexed by a {given.DType}");
                int n = Shape[a];
                var at = given.Cast(DType.Index);
                // What int32 does not hold is outside.
                if (given.DType.Size > 4 || given.DType == DType.UInt32) gate &= at.Cast(given.DType).Eq(given).Node & at.Node.Lt(UOp.Index(0)).Not();
                if (at.Node.Min < 0) gate &= at.Node.Lt(UOp.Index(0)).Not();
                if (at.Node.Max >= n) gate &= at.Node.Lt(UOp.Index(n));
                flat = flat * n + at.Node;
            }
            if (Shape.Size == 0) return new(UOp.Const(0L, DType));
            var pointer = UOp.New(Op.Pointer, DType, [], _number);
            return new(gate.IsOne ? UOp.New(Op.Load, DType, [pointer, flat]) : UOp.New(Op.Load, DType, [pointer, flat, gate]));
        }
    }
}

/// <summary>An output of a kernel that is written by hand.</summary>
public sealed class KernelOutput
{
    readonly KernelBuilder _kernel;

    internal KernelOutput(KernelBuilder kernel, int number, DType dtype, Shape shape) => (_kernel, Number, DType, Shape) = (kernel, number, dtype, shape);

    internal int Number { get; }
    /// <summary>Its elements' dtype.</summary>
    public DType DType { get; }
    /// <summary>Its extents.</summary>
    public Shape Shape { get; }

    /// <summary>Writes an element. The index is a loop for each axis, of its extent (0 for an extent of 1), each another one.</summary>
    public void Write(KernelValue value, params ReadOnlySpan<KernelIndex> index) => _kernel.Store(this, index, value);
}
