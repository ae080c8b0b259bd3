using System.Collections.Immutable;

namespace Tiny.Render.Rolling;

/// <summary>
/// Makes loops of statements that are repeated with other numbers or other locals of a kind, in an order that stays. The loop that saves most text is made first, then those
/// inside of it and beside it. Locals that are declared in a loop and used after it become an array.
/// </summary>
sealed class Roller
{
    // Characters that a loop takes by itself, an array's declaration, and a number that grows; and what makes a loop worth reading, and one of two statements.
    const int LoopLength = 50, ArrayLength = 25, GrowthLength = 8, LeastSaved = 20, LeastSavedByTwo = 120;
    const int LongestBody = 128;

    readonly List<Node> _all;
    readonly Dictionary<object, int> _uses = [];
    int _loops;

    Roller(List<Node> all) => _all = all;

    /// <summary>Changes the nodes of a function.</summary>
    public static void Roll(List<Node> nodes)
    {
        var roller = new Roller(nodes);
        roller.CountUses();
        while (roller.Step(nodes)) { }
    }

    // The best loops in each block of the nodes, and in loops that were made there.
    bool Step(List<Node> nodes)
    {
        bool changed = false;
        for (int start = 0; start < nodes.Count;)
        {
            int end = start;
            while (end < nodes.Count && nodes[end].Form is not null) end++;
            if (Search(nodes, start, end) is { } best)
            {
                Make(nodes, best);
                CountUses();
                changed = true;
                continue;
            }
            start = end + 1;
        }
        for (int i = 0; i < nodes.Count; i++)
        {
            if (nodes[i] is not Loop loop || !Step(loop.Body)) continue;
            nodes[i] = new Loop(loop.Id, loop.Count, loop.Body);
            changed = true;
        }
        return changed;
    }

    sealed record Candidate(int Start, int Length, int Count, Dictionary<(int, string), long> Growth, ImmutableArray<int> Escaping, int Saved);

    // The loop that saves most of some nodes in a row.
    Candidate? Search(List<Node> nodes, int start, int end)
    {
        Candidate? best = null;
        var forms = new Dictionary<string, int>();
        int[] form = [.. nodes.Take(start..end).Select(n => forms.TryGetValue(n.Form!, out int f) ? f : forms[n.Form!] = forms.Count)];
        // Characters before each.
        int[] characters = new int[form.Length + 1];
        for (int i = 0; i < form.Length; i++) characters[i + 1] = characters[i] + nodes[start + i].Length;
        for (int length = 1; length <= Math.Min(LongestBody, form.Length / 2); length++)
        {
            // How many nodes from each on are followed by one of their form.
            int alike = 0;
            for (int i = form.Length - length - 1; i >= 0; i--)
            {
                alike = form[i] == form[i + length] ? alike + 1 : 0;
                if (alike < length) continue;
                int text = characters[i + length] - characters[i];
                int Saved(int times) => (times - 1) * text - LoopLength;
                bool isLoop = length == 1 && nodes[start + i] is Loop;
                bool IsBest(int saved, int count) => saved >= Math.Max(count == 2 && !isLoop ? LeastSavedByTwo : LeastSaved, best?.Saved ?? 0);
                if (!IsBest(Saved(alike / length + 1), alike / length + 1)) continue;
                if (Repeats(nodes, start + i, length, end) is not var (count, growth)) continue;
                int saved = Saved(count) - growth.Count * GrowthLength;
                if (!IsBest(saved, count) || Escaping(nodes, start + i, length, count) is not { } escaping) continue;
                saved -= escaping.Length * ArrayLength;
                if (IsBest(saved, count)) best = new(start + i, length, count, growth, escaping, saved);
            }
        }
        return best;
    }

    // How often the nodes are repeated, and by how much numbers grow.
    static (int Count, Dictionary<(int, string), long> Growth)? Repeats(List<Node> nodes, int start, int length, int end)
    {
        Dictionary<(int, string), long>? growth = null;
        int count = 1;
        for (; start + (count + 1) * length <= end; count++)
        {
            var match = new Match();
            int at = start + count * length;
            if (!Enumerable.Range(at, length).All(k => match.Of(nodes[k - length], nodes[k]))) break;
            growth ??= match.Growth;
            if (growth.Count != match.Growth.Count || match.Growth.Any(g => growth.GetValueOrDefault(g.Key) != g.Value)) break;
        }
        return count == 1 ? null : (count, growth!);
    }

    // Which of the nodes declare locals that are used after their iteration. Null where that keeps them from being a loop: sizes and conditions have names, and an array is one already.
    ImmutableArray<int>? Escaping(List<Node> nodes, int start, int length, int count)
    {
        var escaping = new SortedSet<int>();
        for (int c = 0; c < count; c++)
        {
            var inside = new Dictionary<object, int>();
            for (int k = 0; k < length; k++) CountUses(nodes[start + c * length + k], inside);
            for (int k = 0; k < length; k++)
            {
                object? declared = nodes[start + c * length + k] switch { Statement { Name: { } name } => name, Declaration d => d.Locals, _ => null };
                if (declared is null || _uses.GetValueOrDefault(declared) == inside.GetValueOrDefault(declared)) continue;
                if (nodes[start + c * length + k] is not Statement { Type: not ("int" or "bool") }) return null;
                escaping.Add(k);
            }
        }
        return [.. escaping];
    }

    void Make(List<Node> nodes, Candidate found)
    {
        int id = _loops++;
        var grow = new Growing(found.Growth, id);
        var body = nodes.GetRange(found.Start, found.Length).ConvertAll(grow.Of);
        var made = new List<Node>();
        var elements = new Dictionary<string, Element>();
        foreach (int k in found.Escaping)
        {
            var first = (Statement)nodes[found.Start + k];
            var array = new Locals(first.Type!, [.. Enumerable.Range(0, found.Count).Select(c => ((Statement)nodes[found.Start + c * found.Length + k]).Name!)]) { IsArray = true };
            for (int c = 0; c < found.Count; c++) elements[array.Names[c]] = new(array, c);
            made.Add(new Declaration(array));
            body[k] = new Statement(null, null, [new Element(array, new Affine(0, [(id, 1)])), new Words(" = "), .. ((Statement)body[k]).Pieces]);
        }
        made.Add(new Loop(id, found.Count, body));
        nodes.RemoveRange(found.Start, found.Length * found.Count);
        nodes.InsertRange(found.Start, made);
        if (elements.Count > 0) Replace(_all, elements, id);
    }

    // Names that are elements now; in their own loop, of the iteration.
    static void Replace(List<Node> nodes, Dictionary<string, Element> elements, int loop)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            if (nodes[i] is Loop l)
            {
                var inside = l.Id == loop ? elements.ToDictionary(e => e.Key, e => e.Value with { Index = new(0, [(loop, 1)]) }) : elements;
                Replace(l.Body, inside, loop);
                nodes[i] = new Loop(l.Id, l.Count, l.Body);
            }
            else if (Pieces(nodes[i]).Any(p => p is Name n && elements.ContainsKey(n.Text)))
            {
                nodes[i] = nodes[i] switch
                {
                    Statement s => new Statement(s.Name, s.Type, Replaced(s.Pieces)),
                    Sums s => new Sums(s.Indent, s.Locals, Replaced(s.Initial)),
                    Border b => new Border(b.Indent, Replaced(b.Pieces)),
                    var other => other,
                };
            }
        }

        ImmutableArray<Piece> Replaced(ImmutableArray<Piece> pieces) => [.. pieces.Select(p => p is Name n && elements.TryGetValue(n.Text, out var e) ? e : p)];
    }

    // A node's own.
    static ImmutableArray<Piece> Pieces(Node node) => node switch { Statement s => s.Pieces, Sums s => s.Initial, Border b => b.Pieces, _ => [] };

    void CountUses()
    {
        _uses.Clear();
        foreach (var node in _all) CountUses(node, _uses);
    }

    static void CountUses(Node node, Dictionary<object, int> uses)
    {
        foreach (var piece in Pieces(node)) Count(piece);
        if (node is not Loop loop) return;
        foreach (var inner in loop.Body) CountUses(inner, uses);

        void Count(Piece piece)
        {
            switch (piece)
            {
                case Name n:
                    Use(n.Text);
                    break;
                case Element e:
                    Use(e.Array);
                    break;
                case Sum t:
                    foreach (var name in t.Terms.SelectMany(x => x.Of.Split(" * "))) Use(name);
                    break;
            }
        }

        void Use(object what) => uses[what] = uses.GetValueOrDefault(what) + 1;
    }
}

/// <summary>Nodes with numbers that grow by what a <see cref="Match"/> has found, in each iteration of a loop.</summary>
sealed class Growing(IReadOnlyDictionary<(int Place, string Of), long> growth, int loop)
{
    int _place;

    public Node Of(Node node) => node switch
    {
        Statement s => new Statement(s.Name, s.Type, [.. s.Pieces.Select(Of)]),
        Loop l => new Loop(l.Id, l.Count, l.Body.ConvertAll(Of)),
        _ => node,
    };

    Piece Of(Piece piece)
    {
        switch (piece)
        {
            case Element e:
                _place++;
                long by = growth.GetValueOrDefault((_place, ""));
                if (by != 0) e.Array.IsArray = true;
                return e with { Index = e.Index.Plus(loop, by) };
            case Sum s:
                _place++;
                var terms = s.Terms.ToList();
                foreach (var ((place, of), factor) in growth.Where(g => g.Key.Place == _place))
                {
                    int at = terms.FindIndex(t => t.Of == of);
                    if (at < 0) terms.Add((of, ((Affine)0).Plus(loop, factor)));
                    else terms[at] = (of, terms[at].Factor.Plus(loop, factor));
                }
                return new Sum([.. terms]);
            default:
                return piece;
        }
    }
}
