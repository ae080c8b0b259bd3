namespace Tiny.Tests.Fuzz;

/// <summary>
/// The step of a random program that takes a row of the table of operators, whichever fits: the value at hand, repeated or cut to the extents that the row wants and brought
/// to where it is defined, is its first input; the others are constants.
/// </summary>
static class RandomOperators
{
    static readonly OperatorCase[] s_rows = [.. OperatorTable.All.Where(row => row.NotFuzzed is null)];

    /// <summary>How a step's text begins that holds an operator.</summary>
    public const string Prefix = "the operator ";

    public static (string, Tensor, bool)? Draw(Random random, FuzzValue v)
    {
        if (v.Tensor.Shape.IsSymbolic || v.Tensor.Shape.Size is 0 or > 2000) return null;
        for (int i = 0; i < 10; i++)
            if (Draw(random, v, s_rows[random.Next(s_rows.Length)]) is { } step) return step;
        return null;
    }

    static (string, Tensor, bool)? Draw(Random random, FuzzValue v, OperatorCase row)
    {
        var dtype = v.Tensor.DType;
        int first = row.Inputs.ToList().FindIndex(input => input.Own is null);
        // What is constant is wanted seldom.
        if (first < 0 && random.Next(4) > 0 || row.Result(dtype) is null) return null;
        // Where results jump, a last bit of a rounded value would decide.
        if (row.Jumps && (!v.Exact || dtype.IsFloat && row.Flat is null)) return null;
        var given = row.Arguments(first < 0 ? row.Usual : dtype);
        if (first >= 0) given[first] = Brought(v.Tensor, row.Inputs[first], given[first], row.Jumps);
        var results = row.Function(given);
        int which = random.Next(results.Length);
        return ($"{Prefix}{row.Name}{(results.Length > 1 ? $", result {which}," : "")}", results[which], false);
    }

    /// <summary>A value with the extents of an input, between its bounds.</summary>
    static Tensor Brought(Tensor x, Input input, Tensor point, bool exact)
    {
        int count = input.Shape.Numel, n = x.Numel;
        var flat = x.Flatten();
        var cycled = (n < count ? flat.Repeat((count + n - 1) / n) : flat)[..count].Reshape(input.Shape);
        if (x.DType.IsBool) return cycled;
        if (x.DType.IsInt)
        {
            int low = x.DType.IsUnsigned ? Math.Max(0, input.Whole.Low) : input.Whole.Low;
            return cycled.Mod(Math.Max(input.Whole.High, low) - low + 1) + low;
        }
        if (exact) return cycled.Clamp(input.Low, input.High);
        // Near the row's own point, so that matrices stay regular.
        double middle = (input.Low + input.High) / 2, width = input.High - input.Low;
        return (point - middle) * 0.75 + middle + cycled.Clamp(-1, 1) * (width / 8);
    }
}
