using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Tests;

/// <summary>
/// Divisions and remainders of indices that a kernel computes again in each iteration of a loop: of values that are no data, inside a loop whose variable they
/// depend on (linear code has every value in the outermost loop that knows it).
/// </summary>
static class InnerDivisions
{
    /// <summary>What is divided and by what, once for each that stands in a loop; avoidable where the loop could be two instead, since the divisor divides its extent.</summary>
    public static IEnumerable<(string Text, bool Avoidable)> Of(LinearKernel kernel)
    {
        var data = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        int loops = 0;
        foreach (var line in kernel.Code)
        {
            if (line.Op == Op.Range) loops++;
            if (line.Op == Op.End) loops--;
            if (line.Op is Op.Load or Op.Acc || line.Src.Any(data.Contains)) data.Add(line);
            else if (loops > 0 && line.Op is Op.FloorDiv or Op.FloorMod && line.Src[0].DType.IsInt) 
                yield return (Text(line), line is { Src: [{ Op: Op.Range, Src: [{ Int: { } extent }] }, { Int: > 1 and { } c }] } && extent % c == 0 && c < extent);
        }
    }

    static string Text(UOp u) => u.Op switch
    {
        Op.Const => $"{u.Int}",
        Op.Range => $"r{((Axis)u.Arg!).Id}:{u.Src[0].Int}",
        Op.Special => $"thread:{u.Src[0].Int}",
        Op.Variable => ((Variable)u.Arg!).Name,
        Op.Add => $"({Text(u.Src[0])} + {Text(u.Src[1])})",
        Op.Mul => $"{Text(u.Src[0])}*{Text(u.Src[1])}",
        Op.FloorDiv => $"{Text(u.Src[0])}/{Text(u.Src[1])}",
        Op.FloorMod => $"{Text(u.Src[0])}%{Text(u.Src[1])}",
        _ => $"{u.Op}({string.Join(", ", u.Src.Select(Text))})",
    };
}
