namespace Tiny.Tests;

/// <summary>The dtype that an operator gives for one, null if it refuses it.</summary>
public delegate DType? DTypeRule(DType dtype);

/// <summary>How results' dtypes follow from those of the inputs, as docs/dtypes.md has it.</summary>
static class DTypeRules
{
    public static IReadOnlyList<DType> All { get; } = [.. Enum.GetValues<ScalarKind>().Where(k => k != ScalarKind.Void).Select(k => new DType(k))];

    /// <summary>The dtype stays.</summary>
    public static DType? Kept(DType d) => d;
    /// <summary>Bools are numbers, int32.</summary>
    public static DType? Numbers(DType d) => d.IsBool ? DType.Int32 : d;
    /// <summary>Integers and bools become float32.</summary>
    public static DType? Floats(DType d) => d.IsFloat ? d : DType.Float32;
    /// <summary>Integers of fewer bits become 32, so that sums do not wrap.</summary>
    public static DType? Counts(DType d) => d.IsBool || d.IsShortInt ? d.IsUnsigned ? DType.UInt32 : DType.Int32 : d;
    public static DType? Truths(DType d) => DType.Bool;
    public static DType? Places(DType d) => DType.Int32;
    /// <summary>Float32, whatever goes in.</summary>
    public static DType? Single(DType d) => DType.Float32;
    /// <summary>Floats are refused, bools stay.</summary>
    public static DType? Bits(DType d) => d.IsFloat ? null : d;
    /// <summary>Floats are refused, bools are numbers.</summary>
    public static DType? Whole(DType d) => d.IsFloat ? null : Numbers(d);
    /// <summary>Bools are refused.</summary>
    public static DType? NoBools(DType d) => d.IsBool ? null : d;
    /// <summary>Only one dtype is taken.</summary>
    public static DTypeRule Only(DType one) => d => d == one ? d : null;
}
