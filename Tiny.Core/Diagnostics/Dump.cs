using System.Text;
using Tiny.Graph;

namespace Tiny.Diagnostics;

/// <summary>A graph of any stage as text: one node a line, operands before users and by number. The same graph gives the same text.</summary>
public static class Dump
{
    /// <summary>Everything below the roots. Constants are written where they are used.</summary>
    public static string Text(params IEnumerable<UOp> roots) => Lines(Walk.Topological(roots));

    /// <summary>Lines in the order given, as of linear code; loops are indented.</summary>
    public static string Lines(IEnumerable<UOp> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var numbers = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        var text = new StringBuilder();
        int depth = 0;
        bool linear = false;
        var all = lines.ToList();
        foreach (var u in all) linear |= u.Op == Op.End;
        foreach (var u in all)
        {
            if (u.Op is Op.Const or Op.Pointer) continue;
            if (u.Op == Op.End) depth--;
            numbers[u] = numbers.Count;
            var operands = string.Join(", ", u.Src.Select(s => Operand(s, numbers)));
            var shape = u.ShapeOrNull is { } s ? s.ToString() : "";
            var arg = u.Arg is null ? "" : $" {u.Arg}";
            var type = u.DType.Kind == ScalarKind.Void ? "" : $" : {u.DType}{shape}";
            text.Append(' ', 2 * depth).Append($"%{numbers[u]} = {u.Op}{arg}({operands}){type}\n");
            if (linear && u.Op == Op.Range) depth++;
        }
        return text.ToString();
    }

    static string Operand(UOp u, Dictionary<UOp, int> numbers) => u.Op switch
    {
        Op.Const => ((Constant)u.Arg!).Text(u.DType),
        Op.Pointer => $"p{u.Arg}",
        _ => numbers.TryGetValue(u, out int n) ? $"%{n}" : "?",
    };
}
