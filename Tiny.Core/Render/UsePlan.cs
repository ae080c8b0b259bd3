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
    /// reads comes between (by the contract of <see cref="LinearKernel"/> none does), nor a store into the memory that it loads from. A renderer that reads other operands
    /// than a line's own (an address without its constant part) says which in <paramref name="operands"/>.
    /// </summary>
    public UsePlan(LinearKernel kernel, Func<UOp, ImmutableArray<UOp>>? operands = null)
    {
        var block = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        var userBlock = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        var open = new Stack<int>([0]);
        var user = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        int blocks = 0;
        for (int i = 0; i < kernel.Code.Length; i++)
        {
            var line = kernel.Code[i];
            if (line.Op == Op.End) open.Pop();
            foreach (var s in operands is null ? line.Src : operands(line))
            {
                _uses[s] = Uses(s) + 1;
                userBlock[s] = open.Peek();
                user[s] = i;
            }
            block[line] = open.Peek();
            if (line.Op == Op.Range) open.Push(++blocks);
            if (line.Op != Op.Barrier) continue;
            // What threads share may be another one's behind it.
            open.Pop();
            open.Push(++blocks);
        }
        // From the last line back: where an inline value is computed is known once its user's place is, and so are the stores between.
        int[] at = new int[kernel.Code.Length];
        var store = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        for (int i = kernel.Code.Length - 1; i >= 0; i--)
        {
            var line = kernel.Code[i];
            at[i] = i;
            if (line.Op is Op.Store or Op.StoreBits) store[line.Src[0]] = i;
            if (line.Op is Op.Range or Op.End or Op.Acc or Op.Set or Op.Store or Op.StoreBits or Op.Special or Op.Stage or Op.Barrier or Op.FoldThreads
                || Uses(line) != 1 || userBlock[line] != block[line]) continue;
            if (line.Op == Op.Load && store.TryGetValue(line.Src[0], out int written) && written < at[user[line]]) continue;
            _inline.Add(line);
            at[i] = at[user[line]];
        }
    }

    /// <summary>How many operands refer to the line.</summary>
    public int Uses(UOp line) => _uses.GetValueOrDefault(line);
    /// <summary>True where the line is written at its only use; constants and pointers always are.</summary>
    public bool IsInline(UOp line) => line.Op is Op.Const or Op.Pointer or Op.Variable || _inline.Contains(line);
}
