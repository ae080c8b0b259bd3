using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Tiny.Render.Rolling;

/// <summary>A line of a function as it is without loops: one that declares a local has its name, and one that declares a sum, which changes, is told apart.</summary>
readonly record struct WrittenLine(int Indent, string Text, string? Declares = null, bool IsSum = false);

/// <summary>
/// The text of a C function in which repeated statements have become loops (<see cref="Roller"/>) that compilers are told to unroll. A register tile has many statements that differ in numbers alone;
/// as loops over small arrays they are few, and what a compiler makes of them is the same: unrolled, the arrays' elements are locals again.
/// </summary>
sealed partial class RolledText
{
    readonly StringBuilder _text = new();
    readonly Dictionary<string, string> _names = [];
    readonly Dictionary<Locals, string> _arrays = [];
    readonly Dictionary<string, int> _numbered = [];
    readonly HashSet<string> _taken;
    readonly List<(int Id, string Name)> _loops = [];
    readonly int _width, _lineLength;
    int _indent;

    RolledText(HashSet<string> taken, int width, int lineLength) => (_taken, _width, _lineLength) = (taken, width, lineLength);

    /// <param name="lines">The function.</param>
    /// <param name="isWhole">True for names of type int beside those that the lines declare.</param>
    /// <param name="taken">Names that no local may have beside those it declares.</param>
    /// <param name="width">Columns of an indentation.</param>
    /// <param name="lineLength">Columns of a line of declarations.</param>
    public static string Of(IReadOnlyList<WrittenLine> lines, Func<string, bool> isWhole, IEnumerable<string> taken, int width, int lineLength)
    {
        var locals = lines.Where(l => l.Declares is not null).ToDictionary(l => l.Declares!, l => l.Text[..l.Text.IndexOf(' ', StringComparison.Ordinal)]);
        var whole = lines.Where(l => l is { Declares: not null, IsSum: false } && locals[l.Declares] == "int").Select(l => l.Declares).ToHashSet();
        var nodes = Nodes(lines, locals, new Parser(locals.ContainsKey, name => isWhole(name) || whole.Contains(name)));
        Roller.Roll(nodes);
        var text = new RolledText([.. taken.Where(t => !locals.ContainsKey(t))], width, lineLength);
        text.Write(nodes);
        return text._text.ToString();
    }

    static List<Node> Nodes(IReadOnlyList<WrittenLine> lines, Dictionary<string, string> locals, Parser parser)
    {
        var nodes = new List<Node>();
        var elements = new Dictionary<string, Element>();
        for (int i = 0; i < lines.Count; i++)
        {
            var (indent, text, name, isSum) = lines[i];
            if (isSum)
            {
                int first = i;
                while (i + 1 < lines.Count && lines[i + 1] is { IsSum: true } next && Initial(next) == Initial(lines[first]) && locals[next.Declares!] == locals[name!]) i++;
                var sums = new Locals(locals[name!], [.. lines.Skip(first).Take(i + 1 - first).Select(l => l.Declares!)]);
                if (!IsTested(lines, first))
                    for (int k = 0; k < sums.Names.Count; k++) elements[sums.Names[k]] = new(sums, k);
                nodes.Add(new Sums(indent, sums, Pieces(Initial(lines[first]), false)));
                continue;
            }
            bool isStatement = indent > 0 && text.EndsWith(';') && text[0] != ' ';
            var pieces = Pieces(name is null ? text : Initial(lines[i]) + ";", isStatement);
            nodes.Add(isStatement ? new Statement(name, name is null ? null : locals[name], pieces) : new Border(indent, pieces));
        }
        return nodes;

        ImmutableArray<Piece> Pieces(string text, bool sums) => [.. parser.Pieces(text, sums).Select(p => p is Name n && elements.TryGetValue(n.Text, out var e) ? e : p)];
    }

    // Whether loops that the sums are for have conditions: clang puts some elements of an array into memory then, though it has registers for them.
    static bool IsTested(IReadOnlyList<WrittenLine> lines, int sums) =>
        lines.Skip(sums).TakeWhile(l => l.Indent >= lines[sums].Indent).Any(l => l.Indent > lines[sums].Indent && l.Text.Contains(" ? ", StringComparison.Ordinal));

    // What the declared local begins as.
    static string Initial(WrittenLine line) => line.Text[(line.Text.IndexOf(" = ", StringComparison.Ordinal) + 3)..^1];

    void Write(List<Node> nodes)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            switch (nodes[i])
            {
                case Border b:
                    _indent = b.Indent;
                    var text = Text(b.Pieces);
                    Line(text);
                    if (text.EndsWith('{')) _indent++;
                    break;
                case Sums s:
                    Write(s);
                    break;
                case Statement s:
                    // What it is made of has its name before it.
                    var value = Text(s.Pieces);
                    Line(s.Name is null ? value : $"{s.Type} {NewName(s.Name)} = {value}");
                    break;
                case Declaration d:
                    var line = $"{d.Locals.Type} {NewName(d.Locals)}";
                    for (; i + 1 < nodes.Count && nodes[i + 1] is Declaration next && next.Locals.Type == d.Locals.Type; i++) line += $", {NewName(next.Locals)}";
                    Line(line + ";");
                    break;
                case Loop l:
                    Open(l.Id, l.Count, l.Body.Count > 1);
                    Write(l.Body);
                    Close(l.Body.Count > 1);
                    break;
            }
        }
    }

    void Write(Sums sums)
    {
        var (locals, initial) = (sums.Locals, Text(sums.Initial));
        if (!locals.IsArray)
        {
            foreach (var line in Declarations(locals.Type, [.. locals.Names.Select(NewName)], initial)) Line(line);
            return;
        }
        var array = NewName(locals);
        if (Zero().IsMatch(initial))
        {
            Line($"{locals.Type} {array} = {(initial.EndsWith(')') ? "{ { 0 } }" : "{ 0 }")};");
            return;
        }
        Line($"{locals.Type} {array};");
        Open(-1, locals.Names.Count, braces: false);
        Line($"{_arrays[locals]}[{_loops[^1].Name}] = {initial};");
        Close(braces: false);
    }

    IEnumerable<string> Declarations(string type, IReadOnlyList<string> names, string initial)
    {
        var line = $"{type} {names[0]} = {initial}";
        foreach (var name in names.Skip(1))
        {
            // A vector is written once: its text may be long.
            var next = $"{name} = {(initial.EndsWith(')') ? names[0] : initial)}";
            if (line.Length + next.Length + 3 > _lineLength - _indent * _width)
            {
                yield return line + ";";
                line = $"{type} {next}";
            }
            else
            {
                line += $", {next}";
            }
        }
        yield return line + ";";
    }

    void Open(int id, int count, bool braces)
    {
        var name = "jklmnpqstuvyz".Select(c => c.ToString()).Concat(Enumerable.Range(0, int.MaxValue).Select(n => $"j{n}")).First(n => !_taken.Contains(n) && _loops.TrueForAll(l => l.Name != n));
        Line($"UNROLL for (int {name} = 0; {name} < {count}; {name}++){(braces ? " {" : "")}");
        _loops.Add((id, name));
        _indent++;
    }

    void Close(bool braces)
    {
        _indent--;
        _loops.RemoveAt(_loops.Count - 1);
        if (braces) Line("}");
    }

    string Text(ImmutableArray<Piece> pieces) => string.Concat(pieces.Select(Text));

    string Text(Piece piece) => piece switch
    {
        Words w => w.Text,
        Name n => _names[n.Text],
        Element { Array.IsArray: true } e => $"{_arrays[e.Array]}[{Text(new Sum([("", e.Index)]))}]",
        Element e => _names[e.Array.Names[(int)e.Index.Constant]],
        Sum s => s.Text(n => _names.GetValueOrDefault(n, n), _loops),
        _ => throw new InvalidOperationException($"{piece} has no text"),
    };

    string NewName(string local) => _names[local] = Numbered(local);

    string NewName(Locals array) => $"{_arrays[array] = Numbered(array.Names[0])}[{array.Names.Count}]";

    // The next free name of a series: x0, x1...
    string Numbered(string like)
    {
        var series = like.TrimEnd([.. "0123456789"]);
        while (true)
        {
            int n = _numbered[series] = _numbered.GetValueOrDefault(series, -1) + 1;
            if (!_taken.Contains($"{series}{n}")) return $"{series}{n}";
        }
    }

    void Line(string text) => _text.Append(' ', _indent * _width).Append(text).Append('\n');

    [GeneratedRegex(@"^(?:splat_\w+\()?0(?:\.0f?|u)?\)?$")]
    private static partial Regex Zero();
}
