namespace Tiny.Tests.Fuzz;

/// <summary>
/// The step of a random program that writes: to a value itself, so that its views show the writes and what was computed before does not, or to
/// a copy; through views of views; with constants, with what was there before, and with what other parts show meanwhile. What was read before, or
/// between the writes, may be joined to the result.
/// </summary>
static class RandomWrites
{
    public static (string, Tensor, bool)? Draw(Random random, FuzzValue v)
    {
        var x = v.Tensor;
        if (x.Rank == 0 || x.Shape.Any(d => d.Max == 0)) return null;
        bool inPlace = random.Next(2) == 0 && x.IsWritable;
        var y = inPlace ? x : x.Contiguous();
        Tensor Opposite() => y.DType.IsBool ? !y : -y;
        var (before, between) = (Opposite(), y);
        int count = random.Next(8) == 0 ? random.Next(9, 14) : random.Next(1, 5);
        var text = new List<string>();
        for (int i = 0; i < count; i++)
        {
            if (i == (count + 1) / 2) between = Opposite();
            var (part, place) = Part(random, y);
            text.Add($"{place} = {Write(random, part, v.Exact, before, y)}");
        }
        var (joined, also) = random.Next(4) switch { 0 => (before, "; all before joined"), 1 => (between, "; all after half of them joined"), _ => (null, "") };
        return ($"write {(inPlace ? "in place" : "a copy")} {string.Join("; ", text)}{also}", joined is null ? y : Tensor.Cat([y, joined]), v.Exact);
    }

    static string Write(Random random, Tensor part, bool exact, Tensor before, Tensor all)
    {
        int axis = part.Rank == 0 ? 0 : random.Next(part.Rank);
        switch (random.Next(6))
        {
            case 0 when part.Rank > 0:
                part.Assign(part.Flip(axis));
                return $"flipped along {axis}";
            case 1 when part.DType.IsBool || part.DType.IsFloat && exact:
                part.Assign(part.DType.IsBool ? !part : -part);
                return "the opposite";
            case 1:
                part.Assign(part.DType.IsFloat ? part * 0.5f : part + part);
                return part.DType.IsFloat ? "half" : "twice";
            case 2 when part.Shape.Equals(before.Shape):
                part.Assign(before);
                return "minus all before";
            case 3 when part.Rank > 0:
                part.Assign(part.Max(axis, true));
                return $"the largest along {axis}";
            case 4 when part.Rank > 0 && part.Shape[part.Rank - 1].Equals(all.Shape[all.Rank - 1]):
                part.Assign(all[[.. Enumerable.Repeat<SliceIndex>(0, all.Rank - 1)]]);
                return "the first row";
            default:
                part.Assign(part.DType.IsBool ? true : (Number)1);
                return part.DType.IsBool ? "true" : "1";
        }
    }

    /// <summary>A view of some elements, and how it is made.</summary>
    static (Tensor, string) Part(Random random, Tensor x)
    {
        var text = "";
        for (int views = random.Next(1, 4); views > 0 && x.Rank > 0; views--)
        {
            int axis = random.Next(x.Rank);
            switch (random.Next(7))
            {
                case < 3:
                    var (lo, hi) = RandomSteps.Cut(random, x.Shape[axis]);
                    x = x.Shrink([.. x.Shape.Select((d, i) => i == axis ? (lo, hi) : ((Dim)0, d))]);
                    text += $"[axis {axis}: {lo}..{hi}]";
                    break;
                case 3:
                    x = x.Flip(axis);
                    text += $".Flip({axis})";
                    break;
                case 4:
                    x = x.Transpose(axis, 0);
                    text += $".Transpose({axis}, 0)";
                    break;
                case 5 when !x.Shape.IsSymbolic:
                    x = x.Reshape([.. x.Shape.Reverse()]);
                    text += $".Reshape{x.Shape}";
                    break;
                case 6 when x.Shape[axis].Min > 0:
                    x = x[[.. Enumerable.Repeat<SliceIndex>(Range.All, axis), 0]];
                    text += $"[axis {axis}: 0]";
                    break;
            }
        }
        return (x, text.Length == 0 ? "all" : text);
    }
}
