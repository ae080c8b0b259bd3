using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Render;

/// <summary>
/// Where each value of linear code is kept on a stack machine: computed on the stack at its use, or in a local, and from which
/// line on that local is free again. Also splits the constant part off each address.
/// </summary>
sealed class StackPlan
{
    /// <summary>An index as a variable part (null for none) and a constant.</summary>
    public sealed record Place(UOp? Root, long Offset);

    /// <summary>Expressions deeper than this are cut by a local: renderers and the machine's compiler recurse over them.</summary>
    const int MaxDepth = 24;

    readonly Dictionary<UOp, int> _position = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<UOp, Place> _address = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<UOp> _held = new(ReferenceEqualityComparer.Instance);
    readonly UsePlan _uses;
    readonly List<UOp>?[] _dying;
    readonly bool _gatesBranch;

    /// <param name="kernel">The code.</param>
    /// <param name="gatesBranch">A load with a gate is a branch; else an expression like others.</param>
    public StackPlan(LinearKernel kernel, bool gatesBranch)
    {
        _gatesBranch = gatesBranch;
        var code = kernel.Code;
        for (int i = 0; i < code.Length; i++)
        {
            if (!_position.TryAdd(code[i], i)) throw new ArgumentException($"{kernel.Name}: line {i} ({code[i]}) occurs twice");
            if (code[i].Op is Op.Load or Op.Store or Op.Prefetch) _address[code[i]] = Split(code[i], kernel);
        }
        _uses = new UsePlan(kernel, Operands);
        _dying = new List<UOp>?[code.Length];
        Hold(code);
        FindLastUses(code);
    }

    /// <summary>True where the value is in a local from its line on.</summary>
    public bool IsHeld(UOp line) => _held.Contains(line);
    /// <summary>True where some line uses the value.</summary>
    public bool IsUsed(UOp line) => _uses.Uses(line) > 0;
    /// <summary>Held values whose last use is the line at this position.</summary>
    public IReadOnlyList<UOp> DyingAt(int position) => (IReadOnlyList<UOp>?)_dying[position] ?? [];
    /// <summary>Where a load or store goes in its buffer.</summary>
    public Place Address(UOp access) => _address[access];

    /// <summary>A vector constant costs nothing to repeat, so it takes no local.</summary>
    public static bool IsConstant(UOp u) => u.Op is Op.Const or Op.Pointer or Op.Variable || u.Op == Op.Broadcast && u.Src[0].Op == Op.Const;

    static Place Split(UOp access, LinearKernel kernel)
    {
        var index = access.Src[1];
        long offset = 0, count = kernel.CountOf(access.Src[0]);
        while (index.Op == Op.Add && index.Src[1].Int is { } n)
        {
            // The sum is an index inside the buffer; with this bound the variable part cannot have wrapped.
            if (count + Math.Abs(offset + n) > int.MaxValue) return new Place(index, offset);
            offset += n;
            index = index.Src[0];
        }
        return index.Int is { } all ? new Place(null, offset + all) : new Place(index, offset);
    }

    ImmutableArray<UOp> Operands(UOp line)
    {
        if (line.Op == Op.End) return [line.Src[0], line.Src[0].Src[0]]; // the test at the loop's end reads the extent
        if (!_address.TryGetValue(line, out var address) || ReferenceEquals(address.Root, line.Src[1])) return line.Src;
        return address.Root is null ? line.Src.RemoveAt(1) : line.Src.SetItem(1, address.Root);
    }

    void Hold(ImmutableArray<UOp> code)
    {
        var depth = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        foreach (var line in code)
        {
            if (line.Op is Op.Store or Op.Set or Op.End or Op.Stage or Op.Prefetch || IsConstant(line)) continue;
            int d = 1;
            foreach (var s in Operands(line))
                if (!_held.Contains(s)) d = Math.Max(d, depth.GetValueOrDefault(s) + 1);
            depth[line] = d;
            // A gated load branches, and branches find the stack empty.
            bool gated = _gatesBranch && line.Op == Op.Load && line.Src.Length > 2 && line.DType.Lanes == 1;
            if (!_uses.IsInline(line) || gated || d >= MaxDepth) _held.Add(line);
        }
    }

    void FindLastUses(ImmutableArray<UOp> code)
    {
        // Block 0 is the kernel; each loop is a block, known by its parent and its last line.
        int[] block = new int[code.Length], at = new int[code.Length];
        List<(int Parent, int End)> blocks = [(-1, code.Length)];
        int open = 0;
        for (int i = 0; i < code.Length; i++)
        {
            if (code[i].Op == Op.End)
            {
                blocks[open] = (blocks[open].Parent, i);
                open = blocks[open].Parent;
            }
            block[i] = open;
            at[i] = i;
            if (code[i].Op != Op.Range) continue;
            blocks.Add((open, -1));
            open = blocks.Count - 1;
        }
        if (open != 0) throw new ArgumentException("a loop is not closed");

        // From the last line back: an inline value is computed where its only user is.
        int[] last = new int[code.Length];
        Array.Fill(last, -1);
        for (int i = code.Length - 1; i >= 0; i--)
            foreach (var s in Operands(code[i]))
            {
                if (!_position.TryGetValue(s, out int def)) continue;
                if (!_held.Contains(s)) at[def] = at[i];
                else last[def] = Math.Max(last[def], LiveUntil(block[def], at[i]));
            }
        for (int def = 0; def < code.Length; def++)
            if (last[def] >= 0) (_dying[last[def]] ??= []).Add(code[def]);

        // Used inside a loop that the value is defined outside of, it must outlive all iterations.
        int LiveUntil(int home, int use)
        {
            int b = block[use];
            if (b == home) return use;
            while (blocks[b].Parent != home)
            {
                b = blocks[b].Parent;
                if (b < 0) throw new ArgumentException($"line {use} ({code[use]}) uses a value of a block that it is not in");
            }
            return blocks[b].End;
        }
    }
}
