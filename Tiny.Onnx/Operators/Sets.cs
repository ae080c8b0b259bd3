using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Values counted: which there are, and how often grams of them occur.</summary>
static class Sets
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Unique", Unique),
        new("TfIdfVectorizer", n => Grams(n)),
    ];

    static Results Unique(NodeContext n)
    {
        var x = n.HasAttribute("axis") ? n[0] : n[0].Flatten();
        int axis = n.Axis("axis", 0, x.Rank), length = x.Shape[axis];
        // Parts of an axis are compared as wholes: each has the number of those that are less.
        var key = x.Rank == 1 ? x : Ranks(x.MoveDim(axis, 0).Flatten(1));
        var (sorted, order) = key.DType.IsBool ? key.Cast(DType.UInt8).Sort(0) : key.Sort(0);
        var first = length == 0 ? Tensor.Zeros(new Shape(0), DType.Bool)
            : Tensor.Cat([Tensor.Full(new Shape(1), true), Movement.Part(sorted, 0, 1, length).Ne(Movement.Part(sorted, 0, 0, length - 1))]);
        var found = n.Counted(first.Sum(), 0, n.HasAttribute("axis") ? axis : 0, length);
        int count = (int)found.Max;
        // What there is room for behind the last begins at the end, and stays last.
        var begins = first.Nonzero(count, fill: length).Flatten();
        // Sorting keeps the order of equals, so that the first of each run is the first in the input.
        var index = begins.Lt(length).Where(order.Take(begins), length);
        var ends = Tensor.Cat([Movement.Part(begins, 0, Math.Min(1, count), count), Tensor.Full(new Shape(Math.Min(1, count)), length)]);
        var counts = ends - begins;
        // The run that each element of the input belongs to.
        var run = first.Cast(DType.Int32).CumSum() - 1;
        var inverse = run.Take(order.Argsort(0));
        if (!n.Flag("sorted", true))
        {
            var byPlace = index.Argsort(0);
            (index, counts, inverse) = (index.Take(byPlace), counts.Take(byPlace), byPlace.Argsort(0).Take(inverse));
        }
        Tensor There(Tensor t) => Movement.Part(t, 0, 0, found);
        return new(n.Like(x.Take(There(index), axis)), There(index).Cast(DType.Int64), inverse.Cast(DType.Int64), There(counts).Cast(DType.Int64));
    }

    // Of rows [n, m] how many others come before each, by their first different element.
    static Tensor Ranks(Tensor rows)
    {
        int m = rows.Shape[1];
        Tensor a = rows.Unsqueeze(1), b = rows.Unsqueeze(0), differ = a.Ne(b);
        // Counted down, so that the largest is the first difference.
        var down = m - Tensor.Arange(m);
        var decides = differ & differ.Where(down, 0).Max(2, keepdim: true).Eq(down);
        return (decides & b.Lt(a)).Any(2).Cast(DType.Int32).Sum(1);
    }

    // How often each gram of a pool occurs in each row, with up to so many elements skipped between.
    static Tensor Grams(NodeContext n)
    {
        var (x, pool) = Numbered(n);
        bool single = x.Rank == 1;
        if (single) x = x.Unsqueeze(0);
        long[] starts = n.Integers("ngram_counts") ?? [], places = n.Integers("ngram_indexes") ?? [];
        int least = checked((int)n.Integer("min_gram_length")), most = checked((int)n.Integer("max_gram_length")), skips = checked((int)n.Integer("max_skip_count")), length = x.Shape[1];
        int columns = places.Length == 0 ? 0 : checked((int)places.Max() + 1);
        var mode = n.Text("mode");
        var weights = n.Floats("weights");
        var counts = Tensor.Zeros(new Shape(x.Shape[0], columns), DType.Float32);
        int gram = 0;
        for (int size = 1; size <= starts.Length; size++)
        {
            long begin = starts[size - 1], end = size < starts.Length ? starts[size] : pool.Length;
            if (begin < 0 || end < begin || end > pool.Length || (end - begin) % size != 0) throw NodeContext.Bad($"grams of {size} from {begin} to {end} of {pool.Length}");
            int many = (int)(end - begin) / size;
            if (gram + many > places.Length) throw NodeContext.Bad($"{places.Length} places for {gram + many} grams");
            if (size >= least && size <= most && many > 0)
            {
                var wanted = Tensor.From(pool[(int)begin..(int)end], many, size).Cast(x.DType);
                int[] to = [.. places.Skip(gram).Take(many).Select(p => checked((int)p))];
                for (int gap = 1; gap <= (size == 1 ? 1 : skips + 1); gap++)
                {
                    int reach = (size - 1) * gap + 1, windows = length - reach + 1;
                    if (windows < 1) break;
                    Tensor? fits = null;
                    for (int i = 0; i < size; i++)
                    {
                        var same = Movement.Part(x, 1, i * gap, i * gap + windows).Unsqueeze(2).Eq(Movement.Part(wanted, 1, i, i + 1).Squeeze(1));
                        fits = fits is null ? same : fits & same;
                    }
                    var found = fits!.Sum(1).Cast(DType.Float32);
                    counts += found.MatMul(Tensor.From(to).OneHot(columns));
                }
            }
            gram += many;
        }
        var seen = counts.Gt(0);
        var weight = weights is null ? Tensor.Ones(columns) : Tensor.Zeros(columns).Scatter(0, Tensor.From([.. places.Select(p => (int)p)]), Tensor.From(weights));
        var result = mode switch
        {
            "TF" => counts,
            "IDF" => seen.Where(weight, 0),
            "TFIDF" => counts * weight,
            _ => throw NodeContext.Bad($"mode '{mode}'"),
        };
        return single ? result.Squeeze(0) : result;
    }

    // Strings are given numbers: those of the pool their place in it, all others none.
    static (Tensor X, long[] Pool) Numbered(NodeContext n)
    {
        if (n.At(0) is not StringValue strings) return (n[0], n.Integers("pool_int64s") ?? throw NodeContext.Bad("attribute 'pool_int64s' is missing"));
        var pool = n.Texts("pool_strings") ?? throw NodeContext.Bad("attribute 'pool_strings' is missing");
        var numbers = new Dictionary<string, long>();
        long[] numbered = [.. pool.Select(text => numbers.TryGetValue(text, out long known) ? known : numbers[text] = numbers.Count)];
        return (Tensor.From([.. strings.Elements.Select(e => numbers.GetValueOrDefault(e, -1))]).Reshape(strings.Shape), numbered);
    }
}
