using System.Collections.Immutable;

namespace Tiny.Graph;

/// <summary>
/// Which elements of a value are seen, and in which order: a chain of movements (and bitcasts), the argument of <see cref="Op.Update"/>.
/// Compared by value.
/// </summary>
sealed class View : IEquatable<View>
{
    // The chain as nodes over a leaf that stands for any value of that shape.
    readonly UOp _moved;

    View(UOp moved, string? barrier)
    {
        _moved = moved;
        Barrier = barrier;
        var steps = ImmutableArray.CreateBuilder<UOp>();
        for (var at = moved; at.Op != Op.Buffer; at = at.Src[0]) steps.Add(at);
        steps.Reverse();
        Steps = steps.ToImmutable();
    }

    /// <summary>The whole of a value of some shape.</summary>
    public static View Whole(DType dtype, Shape shape) => new(UOp.New(Op.Buffer, dtype, new Stand(shape)), null);

    /// <summary>The movements, from the value outwards; each one's operand is the one before.</summary>
    public ImmutableArray<UOp> Steps { get; }
    /// <summary>The operation (Expand, Pad, ...) through which elements cannot be written, or null.</summary>
    public string? Barrier { get; }
    /// <summary>The shape that is seen.</summary>
    public Shape Shape => _moved.Shape;
    /// <summary>The dtype that is seen.</summary>
    public DType DType => _moved.DType;
    /// <summary>Every element is seen, each once.</summary>
    public bool IsWhole => Barrier is null && Shape.Count.Equals(Base.Shape.Count);

    UOp Base => Steps.IsEmpty ? _moved : Steps[0].Src[0];

    /// <summary>This view seen through one more movement, which may be a barrier to writes.</summary>
    public View Move(Func<UOp, UOp> movement, string? barrier = null) => new(movement(_moved), Barrier ?? barrier);

    /// <summary>What is seen of a value.</summary>
    public UOp Of(UOp value)
    {
        foreach (var step in Steps) value = step.WithSrc([value]);
        return value;
    }

    /// <summary>The same with numbers in place of variables.</summary>
    public View Bind(IReadOnlyDictionary<Variable, int> values)
    {
        var moved = UOp.New(Op.Buffer, Base.DType, new Stand(Base.Shape.Bind(values)));
        foreach (var step in Steps) moved = UOp.New(step.Op, step.DType, Binding.Argument(step.Arg, values), moved);
        return new View(moved, Barrier);
    }

    /// <summary>What is seen, back in the place that it has in the whole value; zeros where nothing is seen.</summary>
    public UOp Back(UOp seen)
    {
        for (int i = Steps.Length - 1; i >= 0; i--)
            seen = Steps[i].Op != Op.Bitcast ? Back(Steps[i], seen) : seen.DType == Steps[i].DType ? seen.Bitcast(Steps[i].Src[0].DType) : seen;
        return seen;
    }

    /// <summary>What one movement shows, back in the place that it has in the operand; zeros where nothing is shown.</summary>
    public static UOp Back(UOp step, UOp seen)
    {
        var from = step.Src[0].Shape;
        return step.Op switch
        {
            Op.Reshape => Build.Reshape(seen, from),
            Op.Permute => Build.Permute(seen, Inverse((Axes)step.Arg!)),
            Op.Flip => Build.Flip(seen, [.. (Axes)step.Arg!]),
            Op.Shrink => Build.Pad(seen, [.. ((Edges)step.Arg!).Select((e, axis) => (e.Lo, from[axis] - e.Hi))]),
            Op.Pad => Build.Shrink(seen, [.. ((Edges)step.Arg!).Select((e, axis) => (e.Lo, e.Lo + from[axis]))]),
            _ => throw new InvalidOperationException($"nothing can be written through {step.Op}"),
        };
    }

    /// <summary>True for the elements of the whole value that are seen.</summary>
    public UOp Mask() => Back(Build.Fill(true, DType.Bool, Shape));

    static int[] Inverse(Axes order)
    {
        var inverse = new int[order.Count];
        for (int i = 0; i < inverse.Length; i++) inverse[order[i]] = i;
        return inverse;
    }

    /// <inheritdoc/>
    public bool Equals(View? other) => other is not null && Barrier == other.Barrier && Base.DType == other.Base.DType && Base.Shape.Equals(other.Base.Shape)
        && Steps.SequenceEqual(other.Steps, SameStep.Instance);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as View);
    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var h = new HashCode();
        h.Add(Base.Shape);
        foreach (var s in Steps) h.Add(SameStep.Instance.GetHashCode(s));
        return h.ToHashCode();
    }
    /// <inheritdoc/>
    public override string ToString() => Steps.IsEmpty ? "all" : string.Join(" ", Steps.Select(s => s.Op == Op.Bitcast ? $"{s.Op} {s.DType}" : $"{s.Op} {s.Arg}"));

    sealed class SameStep : IEqualityComparer<UOp>
    {
        public static readonly SameStep Instance = new();
        public bool Equals(UOp? a, UOp? b) => a!.Op == b!.Op && a.DType == b.DType && Equals(a.Arg, b.Arg);
        public int GetHashCode(UOp step) => HashCode.Combine(step.Op, step.DType, step.Arg);
    }

    /// <summary>Stands for the value that is seen.</summary>
    sealed record Stand(Shape Shape) : IBufferArg;
}
