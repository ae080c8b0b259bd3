using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>
/// A kernel's memory argument: <see cref="Op.Pointer"/> of slot i is element i of the list. One that is written is read too only where it is
/// <paramref name="InPlace"/>: each element before it is written, by the store that needs it, and by nothing else.
/// </summary>
public sealed record KernelParam(DType DType, Dim Count, bool Written, bool InPlace = false)
{
    /// <summary>True where the kernel moves words of 4 bytes in which smaller elements lie packed (<see cref="PackedMemory"/>).</summary>
    public bool Packed { get; init; }
    /// <summary>More than 1 where the kernel moves vectors of so many neighbours (<see cref="VectorMemory"/>).</summary>
    public int Lanes { get; init; } = 1;
    /// <summary>The dtype of its pointer.</summary>
    public DType Element => Packed ? DType.UInt32 : DType.Vec(Lanes);
    /// <summary>How many of <see cref="Element"/> there are.</summary>
    public Dim Elements => Packed ? (Count * DType.Size + 3) / 4 : Lanes > 1 ? Count / Lanes : Count;
}

/// <summary>
/// A kernel as ordered lines, ready to render. Contract:
/// <list type="bullet">
/// <item>Every line is a node; all of a line's operands are lines before it, except <see cref="Op.Const"/>, <see cref="Op.Pointer"/>
/// and <see cref="Op.Variable"/>, which are no lines and are rendered where they are used.</item>
/// <item><see cref="Op.Range"/> opens a loop, the <see cref="Op.End"/> of that range closes it; they nest. A line stands in the
/// outermost loop in which its value is known: it is computed there once. A value line is used only within its block.</item>
/// <item><see cref="Op.Acc"/> declares a mutable local, <see cref="Op.Set"/> assigns it. As an operand it is read when
/// the line that uses it runs; no line before a <c>Set</c> that reads it is used after that <c>Set</c>.</item>
/// <item>What a kernel writes it does not read, save an element that it overwrites in place in the same iteration (<see cref="KernelParam.InPlace"/>): that is
/// loaded before. (What lanes of a vector leave out is loaded after the stores before, and written back.) So a load may stand anywhere between its line and its use, save after a store into its memory. No two arguments overlap.</item>
/// <item><see cref="Op.Stage"/> declares an array of the kernel's own; stores fill it before anything loads from it, again in each iteration of the
/// loop that it stands in. One that threads of a workgroup share has a <see cref="Op.Barrier"/> between what fills it and what reads it; all of them reach that
/// together, since every loop around it has an extent that is the same for all.</item>
/// <item>Legal operations: elementwise ones the profile has, Cast, Bitcast, Range, Special, Load, Store, StoreBits, Broadcast, Vector, Lane,
/// FoldLanes, FoldThreads, Acc, Set, End, Stage, Barrier, Prefetch. Operands of an elementwise vector operation all have its number of lanes. Comparisons of vectors give bool
/// vectors, used only by Where, And, Or, Xor, CmpNe and Lane; a vector Store has no gate, a vector Load
/// may have a vector of bools: lanes where it is false read nothing and are 0, and only the others are inside the buffer; index arithmetic is int32. An index into memory of vectors (<see cref="KernelParam.Lanes"/>) counts those; nothing else is moved there.</item>
/// <item>On a grid there are <see cref="Op.Special"/>s in a row: the flat thread id, taken apart so that the first changes fastest;
/// the renderer does that, and adds the guard that surplus threads of the last workgroup return. Other targets have none.</item>
/// </list>
/// </summary>
public sealed record LinearKernel(string Name, ImmutableArray<UOp> Code, ImmutableArray<KernelParam> Params, TargetProfile Profile)
{
    /// <summary>The most elements of what a load or store goes to: a parameter or a stage.</summary>
    public int CountOf(UOp memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        return memory.Op == Op.Stage ? ((StageArg)memory.Arg!).Count : (int)Params[(int)memory.Arg!].Count.Max;
    }

    /// <summary>Bytes of the stages that threads of a workgroup share, or of those that each has for itself.</summary>
    public long StageBytes(bool shared) => Code.Where(u => u.Op == Op.Stage && ((StageArg)u.Arg!).Shared == shared).Sum(u => (long)CountOf(u) * u.DType.Size * u.DType.Lanes);

    /// <summary>True where threads of a workgroup wait for one another.</summary>
    public bool HasWaits => Code.Any(u => u.Op is Op.Barrier or Op.FoldThreads);

    /// <summary>What is given at each launch after the buffers, in this order.</summary>
    public ImmutableArray<Variable> Variables { get; init; } = [];

    /// <summary>True where a line reads one of them.</summary>
    public bool UsesVariables => Code.Any(u => u.Src.Any(s => s.Op == Op.Variable));

    /// <summary>Threads of the grid; 1 where the target has none.</summary>
    public Dim GridExtent => Code.Where(u => u.Op == Op.Special).Aggregate((Dim)1, (n, u) => n * Dim.Of(u.Src[0]));
}
