namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>
    /// Reshape, permute and reshape said by names: <c>x.Rearrange("b (h p) c -> b h c p", ("p", 4))</c> splits the second axis into rows of 4 and
    /// moves them last. Left and right of the arrow stand the axes: a name, a 1, or names in parentheses that make one axis together; an ellipsis
    /// stands for any axes.
    /// </summary>
    /// <param name="pattern">The axes before and after; every name stands once on each side.</param>
    /// <param name="sizes">Extents of names that do not follow from the shape: of each parenthesis on the left one may be left out.</param>
    /// <exception cref="ArgumentException">The pattern cannot be read.</exception>
    /// <exception cref="ShapeException">The pattern does not fit the shape.</exception>
    public Tensor Rearrange(string pattern, params ReadOnlySpan<(string Name, int Size)> sizes)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        using var scope = Origin.Scope("rearrange");
        var sides = pattern.Split("->");
        if (sides.Length != 2) throw Unreadable(pattern, "there is not one arrow");
        List<List<string>> left = Groups(pattern, sides[0]), right = Groups(pattern, sides[1]);
        int rest = left.FindIndex(g => g is ["..."]);
        if (rest >= 0)
        {
            // The ellipsis becomes as many unnamed axes as are left over.
            var middle = Enumerable.Range(0, Math.Max(0, Rank - left.Count + 1)).Select(i => $"...{i}").ToArray();
            left.RemoveAt(rest);
            left.InsertRange(rest, middle.Select(m => new List<string> { m }));
            right = [.. right.SelectMany<List<string>, List<string>>(g => g is ["..."] ? [.. middle.Select(m => new List<string> { m })]
                : [[.. g.SelectMany(n => n == Joined ? middle : [n])]])];
        }
        if (left.Count != Rank) throw new ShapeException($"Rearrange: \"{pattern}\" names {left.Count} axes, {Shape} has {Rank}");

        var given = new Dictionary<string, Dim>();
        foreach (var (name, size) in sizes) given[name] = size;
        var extents = Extents(pattern, left, given);
        List<string> from = [.. left.SelectMany(g => g)], to = [.. right.SelectMany(g => g)];
        if (from.Distinct().Count() != from.Count || to.Distinct().Count() != to.Count || !from.ToHashSet().SetEquals(to))
            throw Unreadable(pattern, "not every name stands once on each side");
        var split = new Tensor(Build.Reshape(Node, new Shape([.. from.Select(n => extents[n])])));
        var moved = split.Permute([.. to.Select(n => from.IndexOf(n))]);
        return new Tensor(Build.Reshape(moved.Node, new Shape([.. right.Select(g => g.Aggregate((Dim)1, (n, name) => n * extents[name]))])));
    }

    // An ellipsis in parentheses: its axes become one.
    const string Joined = "(...)";

    /// <summary>The extent of every name on the left.</summary>
    Dictionary<string, Dim> Extents(string pattern, List<List<string>> left, Dictionary<string, Dim> given)
    {
        var extents = new Dictionary<string, Dim>();
        for (int i = 0; i < Rank; i++)
        {
            Dim known = 1;
            string? open = null;
            foreach (string name in left[i])
            {
                if (given.TryGetValue(name, out var size))
                {
                    extents[name] = size;
                    known *= size;
                }
                else if (open is null) open = name;
                else throw new ShapeException($"Rearrange: \"{pattern}\" needs the size of {open} or of {name}");
            }
            if (open is null)
            {
                if (!known.Equals(Shape[i])) throw Misfit(i);
                continue;
            }
            if (known.IsSymbolic || known.Max == 0 || !(Shape[i] % known).Equals((Dim)0)) throw Misfit(i);
            extents[open] = Shape[i] / known;
        }
        if (given.Keys.FirstOrDefault(n => !extents.ContainsKey(n)) is { } unknown) throw Unreadable(pattern, $"it has no {unknown} on the left");
        return extents;

        ShapeException Misfit(int axis) =>
            new($"Rearrange: axis {axis} of {Shape} does not split into ({string.Join(" ", left[axis])}) of \"{pattern}\"");
    }

    /// <summary>One side's axes, each the names that make it; a 1 has none.</summary>
    static List<List<string>> Groups(string pattern, string side)
    {
        var groups = new List<List<string>>();
        bool inside = false;
        foreach (string word in side.Replace("(", " ( ", StringComparison.Ordinal).Replace(")", " ) ", StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word is "(" or ")")
            {
                if (inside == (word == "(")) throw Unreadable(pattern, "the parentheses do not match");
                inside = word == "(";
                if (inside) groups.Add([]);
                continue;
            }
            if (word != "1" && word != "..." && !word.All(c => char.IsLetterOrDigit(c) || c == '_')) throw Unreadable(pattern, $"{word} is no name");
            if (!inside) groups.Add([]);
            if (word != "1") groups[^1].Add(inside && word == "..." ? Joined : word);
        }
        return inside ? throw Unreadable(pattern, "the parentheses do not match") : groups;
    }

    static ArgumentException Unreadable(string pattern, string why) => new($"Rearrange: \"{pattern}\": {why}");
}
