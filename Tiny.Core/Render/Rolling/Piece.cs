using System.Collections.Immutable;
using System.Text;

namespace Tiny.Render.Rolling;

/// <summary>A part of a statement's text.</summary>
abstract record Piece;

/// <summary>Text that is as it is.</summary>
sealed record Words(string Text) : Piece;

/// <summary>A local of the function.</summary>
sealed record Name(string Text) : Piece;

/// <summary>One of several locals of a kind, or an element of the array that they become.</summary>
sealed record Element(Locals Array, Affine Index) : Piece;

/// <summary>A sum of whole numbers: multiples of names or of products of names, and a constant, which is a multiple of no name.</summary>
sealed record Sum(ImmutableArray<(string Of, Affine Factor)> Terms) : Piece
{
    /// <summary>As C. What one iteration adds comes last, so that each part of the sum is one that the statement had without the loop.</summary>
    /// <param name="name">What a name has become.</param>
    /// <param name="loops">The open loops, the outermost first, with the names of their variables.</param>
    public string Text(Func<string, string> name, IReadOnlyList<(int Id, string Name)> loops)
    {
        var terms = new List<(long Factor, string Of)>();
        foreach (var (of, factor) in Terms)
            if (factor.Constant != 0) terms.Add((factor.Constant, of.Length == 0 ? "" : Product(of)));
        foreach (var loop in loops)
            foreach (var (of, factor) in Terms)
                foreach (var (_, f) in factor.Terms.Where(t => t.Loop == loop.Id)) terms.Add((f, of.Length == 0 ? loop.Name : $"{loop.Name} * {Product(of)}"));
        int first = terms.FindIndex(t => t.Factor > 0);
        if (first > 0)
        {
            terms.Insert(0, terms[first]);
            terms.RemoveAt(first + 1);
        }
        var text = new StringBuilder();
        foreach (var (factor, of) in terms)
        {
            text.Append(text.Length == 0 ? factor < 0 ? "-" : "" : factor < 0 ? " - " : " + ");
            long size = Math.Abs(factor);
            text.Append(of.Length == 0 ? $"{size}" : size == 1 ? of : $"{of} * {size}");
        }
        return text.Length == 0 ? "0" : text.ToString();

        string Product(string names) => string.Join(" * ", names.Split(" * ").Select(name));
    }
}

/// <summary>Locals of one type, which become one array if some statement chooses among them by a loop's variable.</summary>
sealed class Locals(string type, IReadOnlyList<string> names)
{
    public string Type { get; } = type;
    public IReadOnlyList<string> Names { get; } = names;
    public bool IsArray { get; set; }
}
