using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Render;

/// <summary>
/// Which lines of linear code need a name (a local), and which are written inline at their only use. Shared by
/// text and stack renderers.
/// </summary>
public sealed class UsePlan
{
    readonly Dictionary<UOp, int> _uses = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<UOp> _inline = new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// A value is inline when one line uses it once, that line stands in the same block, and no assignment to a local that it
    /// reads comes between (by the contract of <see cref="LinearKernel"/> none does). A renderer that reads other operands
    /// than a line's own (an address without its constant part) says which in <paramref name="operands"/>.
    /// </summary>
    public UsePlan(LinearKernel kernel, Func<UOp, ImmutableArray<UOp>>? operands = null)
    {
        var block = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        var userBlock = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        var open = new Stack<int>([0]);
        int blocks = 0;
        foreach (var line in kernel.Code)
        {
            if (line.Op == Op.End) open.Pop();
            foreach (var s in operands is null ? line.Src : operands(line))
            {
                _uses[s] = Uses(s) + 1;
                userBlock[s] = open.Peek();
            }
            block[line] = open.Peek();
            if (line.Op == Op.Range) open.Push(++blocks);
        }
        foreach (var line in kernel.Code)
            if (line.Op is not (Op.Range or Op.End or Op.Acc or Op.Set or Op.Store or Op.StoreBits or Op.Special or Op.Stage)
                && Uses(line) == 1 && userBlock[line] == block[line])
                _inline.Add(line);
    }

    /// <summary>How many operands refer to the line.</summary>
    public int Uses(UOp line) => _uses.GetValueOrDefault(line);
    /// <summary>True where the line is written at its only use; constants and pointers always are.</summary>
    public bool IsInline(UOp line) => line.Op is Op.Const or Op.Pointer or Op.Variable || _inline.Contains(line);
}
