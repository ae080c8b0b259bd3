using System.Collections.Immutable;

namespace Tiny.Render.Rolling;

/// <summary>
/// Compares nodes one after another with others of the same forms, as an iteration of a loop with the next: names declared in one stand for those declared at the same places of the other.
/// </summary>
sealed class Match
{
    readonly Dictionary<string, string> _names = [];
    readonly Dictionary<Locals, Locals> _arrays = [];
    readonly Dictionary<int, int> _loops = [];
    readonly HashSet<object> _own = [];
    int _place;

    /// <summary>By how much numbers grow from the first to the second, where they do: by their place in the order of <see cref="Growing"/>, and what they multiply.</summary>
    public Dictionary<(int Place, string Of), long> Growth { get; } = [];

    public bool Of(Node a, Node b)
    {
        switch (a, b)
        {
            case (Statement s, Statement t):
                if (s.Pieces.Length != t.Pieces.Length) return false;
                for (int i = 0; i < s.Pieces.Length; i++)
                    if (!Same(s.Pieces[i], t.Pieces[i])) return false;
                if (s.Name is not null) Stands(_names, s.Name, t.Name!);
                return true;
            case (Declaration d, Declaration e):
                Stands(_arrays, d.Locals, e.Locals);
                return true;
            case (Loop l, Loop m):
                if (l.Count != m.Count || l.Body.Count != m.Body.Count) return false;
                _loops[m.Id] = l.Id;
                for (int i = 0; i < l.Body.Count; i++)
                    if (!Of(l.Body[i], m.Body[i])) return false;
                return true;
            default:
                return false;
        }
    }

    void Stands<T>(Dictionary<T, T> names, T own, T other) where T : notnull
    {
        names[other] = own;
        _own.Add(own);
    }

    bool Same(Piece a, Piece b)
    {
        switch (a, b)
        {
            case (Words v, Words w):
                return v.Text == w.Text;
            case (Name n, Name o):
                return n.Text == Own(o.Text);
            case (Element e, Element f):
                _place++;
                return e.Array == (_arrays.GetValueOrDefault(f.Array) ?? (_own.Contains(f.Array) ? null : f.Array)) && Grows("", e.Index, f.Index);
            case (Sum s, Sum t):
                _place++;
                foreach (var (of, factor) in t.Terms)
                {
                    var own = Own(of);
                    if (own is null || !Grows(own, s.Terms.FirstOrDefault(x => x.Of == own) is { Of: not null } x ? x.Factor : 0, factor)) return false;
                }
                return s.Terms.All(x => t.Terms.Any(y => Own(y.Of) == x.Of) || Grows(x.Of, x.Factor, 0));
            default:
                return false;
        }
    }

    // The name in the first for one in the second; null where what it names is declared in the first alone.
    string? Own(string names)
    {
        if (names.Length == 0) return names;
        string?[] own = [.. names.Split(" * ").Select(n => _names.TryGetValue(n, out var o) ? o : _own.Contains(n) ? null : n)];
        return own.Contains(null) ? null : string.Join(" * ", own);
    }

    bool Grows(string of, Affine from, Affine to)
    {
        if (from.DistanceTo(to, _loops) is not { } growth) return false;
        // One name in the place of another is no growth.
        if (of.Length > 0 && (from.Constant > 0 && to.IsZero || from.IsZero && to.Constant < 0)) return false;
        if (growth != 0) Growth[(_place, of)] = growth;
        return true;
    }
}
