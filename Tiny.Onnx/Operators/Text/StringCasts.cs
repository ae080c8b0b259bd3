using System.Globalization;
using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators.Text;

/// <summary>Numbers as texts: plain decimals, without an exponent, and the names of what is no number. They are read with exponents too.</summary>
static class StringCasts
{
    /// <summary>The numbers that strings name, in a type.</summary>
    public static OnnxValue From(StringValue x, OnnxType to)
    {
        if (to == OnnxType.String) return x;
        var dtype = to.Carrier();
        var numbers = dtype == DType.UInt64 ? Tensor.From([.. x.Elements.Select(e => ulong.TryParse(e, NumberStyles.Integer, CultureInfo.InvariantCulture, out ulong n) ? n : (ulong)Double(e))])
            : dtype.IsInt ? Tensor.From([.. x.Elements.Select(e => long.TryParse(e, NumberStyles.Integer, CultureInfo.InvariantCulture, out long n) ? n : (long)Double(e))])
            : dtype == DType.Float64 ? Tensor.From([.. x.Elements.Select(Double)]) : Tensor.From([.. x.Elements.Select(Single)]);
        return Casting.Convert(new TensorValue(numbers.Reshape(x.Shape)), to);
    }

    /// <summary>The first input's numbers as texts. They are needed on the host.</summary>
    public static StringValue To(NodeContext n)
    {
        var x = n[0];
        n.OnHost(x);
        string[] texts = x.DType switch
        {
            { IsBool: true } => [.. n.Integers(0).Select(i => i != 0 ? "True" : "False")],
            { Kind: ScalarKind.UInt64 } => [.. n.Integers(0).Select(i => ((ulong)i).ToString(CultureInfo.InvariantCulture))],
            { IsInt: true } => [.. n.Integers(0).Select(i => i.ToString(CultureInfo.InvariantCulture))],
            { Kind: ScalarKind.Float64 } => [.. n.Floats(0).Select(d => Text(d, d.ToString("R", CultureInfo.InvariantCulture)))],
            { Kind: ScalarKind.Float16 } => [.. n.Floats(0).Select(d => Text(d, ((Half)d).ToString("R", CultureInfo.InvariantCulture)))],
            _ => [.. n.Floats(0).Select(d => Text(d, ((float)d).ToString("R", CultureInfo.InvariantCulture)))],
        };
        return new(x.Shape, texts);
    }

    static double Double(string text) => Named(text) ?? (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : throw NotANumber(text));

    static float Single(string text) => (float?)Named(text) ?? (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) ? number : throw NotANumber(text));

    static ShapeException NotANumber(string text) => NodeContext.Bad($"\"{(text.Length > 40 ? text[..40] + "..." : text)}\" is no number");

    static double? Named(string text) => text.Trim().ToUpperInvariant() switch
    {
        "INF" or "+INF" or "INFINITY" or "+INFINITY" => double.PositiveInfinity,
        "-INF" or "-INFINITY" => double.NegativeInfinity,
        "NAN" or "+NAN" or "-NAN" => double.NaN,
        _ => null,
    };

    // The shortest text that reads back as the same number; a whole one ends in .0.
    static string Text(double number, string shortest)
    {
        if (!double.IsFinite(number)) return double.IsNaN(number) ? "NaN" : number > 0 ? "INF" : "-INF";
        int e = shortest.IndexOf('E', StringComparison.Ordinal);
        if (e < 0) return shortest.Contains('.', StringComparison.Ordinal) ? shortest : shortest + ".0";
        var sign = shortest[0] == '-' ? "-" : "";
        var mantissa = shortest[sign.Length..e];
        int point = mantissa.IndexOf('.', StringComparison.Ordinal) is >= 0 and var at ? at : mantissa.Length;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        point += int.Parse(shortest[(e + 1)..], CultureInfo.InvariantCulture);
        return point <= 0 ? $"{sign}0.{new string('0', -point)}{digits}"
            : point >= digits.Length ? $"{sign}{digits}{new string('0', point - digits.Length)}.0" : $"{sign}{digits[..point]}.{digits[point..]}";
    }
}
