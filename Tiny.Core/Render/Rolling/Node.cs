using System.Collections.Immutable;
using System.Text;

namespace Tiny.Render.Rolling;

/// <summary>A line of a function, or several.</summary>
abstract class Node
{
    /// <summary>All that two nodes have in common which could be iterations of one loop; null where there is none such.</summary>
    public virtual string? Form => null;
    /// <summary>Characters, about.</summary>
    public abstract int Length { get; }
}

/// <summary>A line that stays as it is, but for names: it opens or closes a block.</summary>
sealed class Border(int indent, ImmutableArray<Piece> pieces) : Node
{
    public int Indent { get; } = indent;
    public ImmutableArray<Piece> Pieces { get; } = pieces;
    public override int Length => 0;
}

/// <summary>The declaration of sums that begin alike.</summary>
sealed class Sums(int indent, Locals locals, ImmutableArray<Piece> initial) : Node
{
    public int Indent { get; } = indent;
    public Locals Locals { get; } = locals;
    public ImmutableArray<Piece> Initial { get; } = initial;
    public override int Length => 0;
}

/// <summary>The declaration of an array that a loop after it fills.</summary>
sealed class Declaration(Locals locals) : Node
{
    public Locals Locals { get; } = locals;
    public override string Form { get; } = $"{locals.Type}[{locals.Names.Count}]";
    public override int Length => 20;
}

/// <summary>
/// A statement; one that declares a local has that name and type. One with a condition is no part of a loop: where the condition is the same in all iterations compilers take it out
/// before they unroll, and then some cannot.
/// </summary>
sealed class Statement(string? name, string? type, ImmutableArray<Piece> pieces) : Node
{
    public string? Name { get; } = name;
    public string? Type { get; } = type;
    public ImmutableArray<Piece> Pieces { get; } = pieces;
    public override string? Form { get; } = pieces.Any(p => p is Words w && w.Text.Contains(" ? ", StringComparison.Ordinal)) ? null : FormOf(type, pieces);
    public override int Length { get; } = 8 + (type is null ? 0 : type.Length + 6) + pieces.Sum(p => p switch { Words w => w.Text.Length, Sum t => 5 * t.Terms.Length, Rolling.Name => 3, _ => 7 });

    static string FormOf(string? type, ImmutableArray<Piece> pieces)
    {
        var text = new StringBuilder(type).Append(':');
        foreach (var p in pieces) text.Append(p switch { Words w => w.Text, Sum => "#", _ => "@" });
        return text.ToString();
    }
}

/// <summary>A loop that was not in the kernel's code: its iterations were one after another there. Its form and length are those of the body that it was made with.</summary>
sealed class Loop(int id, int count, List<Node> body) : Node
{
    public int Id { get; } = id;
    public int Count { get; } = count;
    public List<Node> Body { get; } = body;
    public override string Form { get; } = $"{count}{{{string.Join(';', body.Select(b => b.Form))}}}";
    public override int Length { get; } = 50 + body.Sum(b => b.Length);
}
