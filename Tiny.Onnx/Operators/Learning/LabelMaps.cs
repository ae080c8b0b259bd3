using System.Globalization;
using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators.Learning;

/// <summary>Values given for values: of numbers for numbers by kernels, with strings on either side on the host.</summary>
static class LabelMaps
{
    const string Domain = "ai.onnx.ml";

    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("LabelEncoder", EncodeClasses, Domain: Domain),
        new("LabelEncoder", n => Encode(n, List(n, "keys"), List(n, "values"), Default(n)), Since: 2, Domain: Domain),
        new("CategoryMapper", EncodeCategories, Domain: Domain),
        new("CastMap", CastMap, Domain: Domain),
        new("DictVectorizer", Vectorize, Domain: Domain),
        new("ZipMap", ZipMap, Domain: Domain),
    ];

    // Version 1: strings have the places of their classes.
    static Results EncodeClasses(NodeContext n)
    {
        var classes = n.Texts("classes_strings") ?? throw NodeContext.Bad("attribute 'classes_strings' is missing");
        OnnxValue texts = Strings(classes), places = Tensor.From([.. Enumerable.Range(0, classes.Length).Select(i => (long)i)]);
        return n.At(0) is StringValue ? Encode(n, texts, places, Tensor.Scalar(n.Integer("default_int64", -1), DType.Int64))
            : Encode(n, places, texts, Strings([n.Text("default_string", "_Unused")]));
    }

    static Results EncodeCategories(NodeContext n)
    {
        var texts = Strings(n.Texts("cats_strings") ?? throw NodeContext.Bad("attribute 'cats_strings' is missing"));
        OnnxValue numbers = Tensor.From(n.Integers("cats_int64s") ?? throw NodeContext.Bad("attribute 'cats_int64s' is missing"));
        return n.At(0) is StringValue ? Encode(n, texts, numbers, Tensor.Scalar(n.Integer("default_int64", -1), DType.Int64))
            : Encode(n, numbers, texts, Strings([n.Text("default_string", "_Unused")]));
    }

    static StringValue Strings(string[] texts) => new(new Shape(texts.Length), texts);

    // A list of one of several types of attributes.
    static OnnxValue List(NodeContext n, string name) => n.Texts($"{name}_strings") is { } texts ? Strings(texts)
        : n.Integers($"{name}_int64s") is { } integers ? Tensor.From(integers)
        : n.Floats($"{name}_floats") is { } floats ? Tensor.From(floats)
        : n.Tensor($"{name}_tensor") is { } tensor ? n.Constant(tensor) : throw NodeContext.Bad($"no attribute '{name}_...' is given");

    static OnnxValue Default(NodeContext n)
    {
        if (n.Tensor("default_tensor") is { } tensor) return n.Constant(tensor);
        if (List(n, "values") is not TensorValue values) return Strings([n.Text("default_string", "_Unused")]);
        return values.Tensor.DType.IsFloat ? Tensor.Scalar(n.Float("default_float", -0f), values.Tensor.DType) : Tensor.Scalar(n.Integer("default_int64", -1), values.Tensor.DType);
    }

    static OnnxValue Encode(NodeContext n, OnnxValue keys, OnnxValue values, OnnxValue otherwise)
    {
        var (place, shape) = Places(n, keys);
        if (values is TensorValue { Tensor: var numbers })
            return Tensor.Cat([((TensorValue)otherwise).Tensor.Reshape(1).Cast(numbers.DType), numbers.Flatten()]).Take(place);
        n.OnHost(place);
        string[] texts = [.. ((StringValue)otherwise).Elements, .. ((StringValue)values).Elements];
        return new StringValue(shape, [.. n.Numbers(place).Select(i => texts[i])]);
    }

    // For each element of the input the place of its key, counted from 1, and 0 where there is none. Of equal keys the last counts.
    static (Tensor Place, Shape Shape) Places(NodeContext n, OnnxValue keys)
    {
        if (n.At(0) is StringValue texts)
        {
            if (keys is not StringValue { Elements: var names }) throw NodeContext.Bad($"keys of {keys} for {texts}");
            var places = new Dictionary<string, int>();
            for (int i = 0; i < names.Count; i++) places[names[i]] = i + 1;
            return (Tensor.From([.. texts.Elements.Select(e => places.GetValueOrDefault(e))]).Reshape(texts.Shape), texts.Shape);
        }
        var x = n[0];
        var key = (keys as TensorValue ?? throw NodeContext.Bad($"keys of {keys} for {n.At(0)}")).Tensor.Flatten().Cast(x.DType);
        var wide = x.Unsqueeze(-1);
        var same = wide.Eq(key);
        if (x.DType.IsFloat) same |= wide.IsNan() & key.IsNan();
        return (same.Where(Tensor.Arange(1, key.Numel + 1), 0).Max(-1), x.Shape);
    }

    // ---- maps

    static Results CastMap(NodeContext n)
    {
        var entries = n.Value<MapValue>(0).Entries.Select(e => (Key: e.Key as long? ?? throw NodeContext.Bad("keys are not integers"), e.Value)).OrderBy(e => e.Key).ToList();
        bool dense = n.Text("map_form", "DENSE") == "DENSE";
        int length = dense ? entries.Count : checked((int)n.Integer("max_map", 1));
        var to = n.Text("cast_to", "TO_FLOAT") switch
        {
            "TO_FLOAT" => OnnxType.Float32,
            "TO_INT64" => OnnxType.Int64,
            "TO_STRING" => OnnxType.String,
            var other => throw NodeContext.Bad($"cast_to '{other}'"),
        };
        var values = new OnnxValue?[length];
        for (int i = 0; i < entries.Count; i++)
        {
            long place = dense ? i : entries[i].Key;
            if (place < 0 || place >= length) throw NodeContext.Bad($"key {place} in a map of {length}");
            values[place] = entries[i].Value;
        }
        if (to == OnnxType.String)
            return Strings([.. values.Select(v => v switch { null => "", StringValue s => s.Elements[0], TensorValue t => n.NumberOf(t.Tensor).ToString("R", CultureInfo.InvariantCulture), _ => throw NodeContext.Bad($"a {v}") })]);
        return Joined(values, to);
    }

    static Results Vectorize(NodeContext n)
    {
        var entries = n.Value<MapValue>(0).Entries;
        object[] keys = n.Texts("string_vocabulary") is { } texts ? [.. texts] : [.. (n.Integers("int64_vocabulary") ?? throw NodeContext.Bad("no vocabulary is given")).Cast<object>()];
        var values = keys.Select(k => entries.GetValueOrDefault(k)).ToArray();
        if (values.Any(v => v is StringValue)) return new StringValue(new Shape(1, keys.Length), [.. values.Select(v => v is StringValue s ? s.Elements[0] : "")]);
        var type = values.OfType<TensorValue>().FirstOrDefault()?.Type ?? OnnxType.Float32;
        return Joined(values, type).Unsqueeze(0);
    }

    // One element each; those that are missing are 0.
    static Tensor Joined(OnnxValue?[] values, OnnxType type) => values.Length == 0 ? Tensor.Zeros(new Shape(0), type.Carrier()) : Tensor.Stack([.. values.Select(v => v switch
    {
        null => Tensor.Zeros(Shape.Scalar, type.Carrier()),
        TensorValue t => t.Tensor.Reshape([]).Cast(type.Carrier()),
        StringValue s => ((TensorValue)Text.StringCasts.From(s, type)).Tensor.Reshape([]),
        _ => throw NodeContext.Bad($"a {v} in a map"),
    })]);

    // A map for each row, with a label for each column.
    static Results ZipMap(NodeContext n)
    {
        var x = n[0].Rank == 1 ? n[0].Unsqueeze(0) : n[0];
        object[] labels = n.Texts("classlabels_strings") is { Length: > 0 } texts ? [.. texts] : [.. (n.Integers("classlabels_int64s") ?? throw NodeContext.Bad("no labels are given")).Cast<object>()];
        if (!x.Shape[1].Is(labels.Length)) throw NodeContext.Bad($"{labels.Length} labels for {x.Shape}");
        return new SequenceValue([.. Enumerable.Range(0, x.Shape[0]).Select(r =>
            new MapValue(labels.Select((label, c) => (label, Value: (OnnxValue)x[r, c])).ToDictionary(e => e.label, e => e.Value)))]);
    }
}
