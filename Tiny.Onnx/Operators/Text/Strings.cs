using System.Globalization;
using System.Text.RegularExpressions;
using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators.Text;

/// <summary>Operators on tensors of strings, which are on the host.</summary>
static class Strings
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("StringConcat", n => Pairs(n, string.Concat) is var (shape, texts) ? new StringValue(shape, texts) : null!, Since: 20),
        new("StringSplit", Split, Since: 20),
        new("RegexFullMatch", n => FullMatch(n.Value<StringValue>(0), n.Text("pattern")), Since: 20),
        new("StringNormalizer", Normalize, Since: 10),
    ];

    /// <summary>Equal texts, element by element.</summary>
    public static Tensor Equal(NodeContext n)
    {
        var (shape, equal) = Pairs(n, string.Equals);
        return Tensor.From(equal).Reshape(shape);
    }

    // The elements of two inputs that meet, aligned at the right.
    static (Shape Shape, T[] Results) Pairs<T>(NodeContext n, Func<string, string, T> operation)
    {
        StringValue a = n.Value<StringValue>(0), b = n.Value<StringValue>(1);
        var shape = Shape.Broadcast(a.Shape, b.Shape);
        int[] from = Places(a.Shape, shape), other = Places(b.Shape, shape);
        return (shape, [.. from.Zip(other, (i, j) => operation(a.Elements[i], b.Elements[j]))]);
    }

    // For each element of a shape the element of a smaller one that is stretched to it.
    static int[] Places(Shape small, Shape shape)
    {
        var places = HostTable.New<int>(shape.Size);
        int[] strides = [.. Enumerable.Range(0, shape.Rank).Select(axis => axis - (shape.Rank - small.Rank) is >= 0 and var own && !small[own].Is(1) ? (int)small.Strides()[own] : 0)];
        for (int i = 0; i < places.Length; i++)
            for (int axis = shape.Rank - 1, rest = i; axis >= 0; rest /= (int)shape[axis], axis--) places[i] += rest % (int)shape[axis] * strides[axis];
        return places;
    }

    // Parts are a new last axis, as long as the most parts of any element; behind fewer are empty texts.
    static Results Split(NodeContext n)
    {
        var x = n.Value<StringValue>(0);
        var delimiter = n.Text("delimiter", "");
        int most = n.HasAttribute("maxsplit") && n.Integer("maxsplit") is >= 0 and < int.MaxValue and var given ? (int)given + 1 : int.MaxValue;
        string[][] parts = [.. x.Elements.Select(text => delimiter.Length > 0 ? text.Split(delimiter, most) : Words(text, most))];
        int width = parts.Select(p => p.Length).DefaultIfEmpty(0).Max();
        var padded = HostTable.New<string>(parts.Length, width);
        Array.Fill(padded, "");
        for (int i = 0; i < parts.Length; i++) parts[i].CopyTo(padded, i * width);
        var counts = Tensor.From([.. parts.Select(p => (long)p.Length)]).Reshape(x.Shape);
        return new(new StringValue(new Shape([.. x.Shape, width]), padded), counts);
    }

    // Texts between white space; the last of as many as there may be is all that follows.
    static string[] Words(string text, int most)
    {
        var words = new List<string>();
        for (var rest = text.AsSpan().TrimStart(); !rest.IsEmpty; rest = rest.TrimStart())
        {
            int end = 0;
            while (end < rest.Length && !char.IsWhiteSpace(rest[end])) end++;
            if (words.Count == most - 1) end = rest.Length;
            words.Add(rest[..end].ToString());
            rest = rest[end..];
        }
        return [.. words];
    }

    static Tensor FullMatch(StringValue x, string pattern)
    {
        // Matched without backtracking, so that no pattern takes longer than the text is long.
        var regex = new Regex($@"\A(?:{RegexSyntax.FromRe2(pattern)})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        return Tensor.From([.. x.Elements.Select(e => regex.IsMatch(e))]).Reshape(x.Shape);
    }

    // Stop words go, and the others are made upper or lower case; where none is left, one empty text is.
    static Results Normalize(NodeContext n)
    {
        var x = n.Value<StringValue>(0);
        if (x.Shape.Rank is not (1 or 2) || x.Shape.Rank == 2 && !x.Shape[0].Is(1)) throw NodeContext.Bad($"{x} is neither [n] nor [1, n]");
        var culture = Culture(n.Text("locale", ""));
        Func<string, string> change = n.Text("case_change_action", "NONE") switch
        {
            "LOWER" => culture.TextInfo.ToLower,
            "UPPER" => culture.TextInfo.ToUpper,
            "NONE" => text => text,
            var other => throw NodeContext.Bad($"case_change_action '{other}'"),
        };
        var stops = (n.Texts("stopwords") ?? []).ToHashSet(n.Flag("is_case_sensitive") ? StringComparer.Ordinal : StringComparer.Create(culture, ignoreCase: true));
        string[] left = [.. x.Elements.Where(e => !stops.Contains(e)).Select(change)];
        if (left.Length == 0) left = [""];
        return new StringValue(x.Shape.Rank == 1 ? new Shape(left.Length) : new Shape(1, left.Length), left);
    }

    static CultureInfo Culture(string locale)
    {
        try
        {
            return CultureInfo.GetCultureInfo(locale.Split('.')[0].Replace('_', '-'));
        }
        catch (CultureNotFoundException)
        {
            return CultureInfo.InvariantCulture;
        }
    }
}
