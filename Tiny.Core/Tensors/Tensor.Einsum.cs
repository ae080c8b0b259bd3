namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>
    /// Sum of products in Einstein's notation: a letter for each axis of each operand, and those of the result after the arrow; what is not
    /// there is summed. A letter twice in one operand takes its diagonal. Without an arrow the result has the letters that stand once, sorted. An
    /// ellipsis stands for leading axes that broadcast.
    /// Operands are multiplied from the left, and an axis is summed as soon as nothing further needs it. Sums of products have the dtypes that <see cref="MatMul"/> gives them.
    /// </summary>
    /// <exception cref="ArgumentException">The formula cannot be read.</exception>
    /// <exception cref="ShapeException">The formula does not fit the shapes.</exception>
    /// <example><code>
    /// Tensor a = Tensor.From([1f, 2f, 3f, 4f], 2, 2), b = Tensor.From([1f, 0f, 0f, 2f], 2, 2);
    /// Tensor.Einsum("ij,jk-&gt;ik", a, b) // [[1, 4], [3, 8]], the matrix product
    /// Tensor.Einsum("...ij-&gt;...ji", a) // [[1, 3], [2, 4]], transposed
    /// Tensor.Einsum("ii", a)           // 5, the trace
    /// </code></example>
    public static Tensor Einsum(string formula, params IReadOnlyList<Tensor> operands)
    {
        ArgumentNullException.ThrowIfNull(formula);
        ArgumentNullException.ThrowIfNull(operands);
        using var scope = Origin.Scope("einsum");
        string text = formula.Replace(" ", "", StringComparison.Ordinal);
        var sides = text.Split("->");
        var inputs = sides[0].Split(',');
        if (sides.Length > 2 || inputs.Length != operands.Count || operands.Count == 0)
            throw new ArgumentException($"Einsum: \"{formula}\" names {inputs.Length} operands, {operands.Count} are given");
        if (string.Concat(sides).Replace("...", "", StringComparison.Ordinal).Any(c => !char.IsAsciiLetter(c) && c != ','))
            throw new ArgumentException($"Einsum: \"{formula}\" has other signs than letters, commas, an arrow and ellipses");
        // The axes of the ellipsis get digits, which are no letters of a formula; the last axis is always 0.
        int wide = 0;
        for (int i = 0; i < inputs.Length; i++)
            if (inputs[i].Contains("...", StringComparison.Ordinal)) wide = Math.Max(wide, operands[i].Rank - inputs[i].Length + 3);
        if (wide > 10) throw new ShapeException($"Einsum: the ellipsis of \"{formula}\" stands for {wide} axes; at most 10 are possible");
        for (int i = 0; i < inputs.Length; i++) inputs[i] = Spelled(inputs[i], operands[i].Rank - inputs[i].Length + 3);
        string letters = string.Concat(inputs);
        string result = sides.Length == 2 ? Spelled(sides[1], wide)
            : Digits(wide) + string.Concat(letters.Where(c => !char.IsDigit(c) && letters.Count(d => d == c) == 1).Order());
        if (result.Distinct().Count() != result.Length || result.Except(letters).Any())
            throw new ArgumentException($"Einsum: the result {(sides.Length == 2 ? sides[1] : "")} of \"{formula}\" has a letter twice, or one that no operand has");

        var dtypes = operands.Select(o => o.DType);
        var (within, dtype) = letters.Except(result).Any() ? Contracted(dtypes) : (dtypes.Aggregate(Promote), dtypes.Aggregate(Promote));
        var extents = new Dictionary<char, Dim>();
        var (product, axes) = Plain(operands[0].Cast(within), inputs[0]);
        for (int i = 1; i <= inputs.Length; i++)
        {
            (product, axes) = Summed(product, axes, result + string.Concat(inputs.Skip(i)));
            if (i == inputs.Length) break;
            var (next, names) = Plain(operands[i].Cast(within), inputs[i]);
            string all = axes + string.Concat(names.Except(axes));
            product = Spread(product, axes, all) * Spread(next, names, all);
            axes = all;
        }
        return product.Permute([.. result.Select(c => axes.IndexOf(c))]).Cast(dtype);

        // One operand with each letter once.
        (Tensor X, string Names) Plain(Tensor x, string names)
        {
            if (x.Rank != names.Length)
                throw new ShapeException($"Einsum: \"{formula}\" gives an operand {names.Length} axes, it is {x.Shape}");
            for (int a = 0; a < names.Length; a++)
                for (int b = a + 1; b < names.Length; b++)
                {
                    if (names[a] != names[b]) continue;
                    if (!x.Shape[a].Equals(x.Shape[b])) throw new ShapeException($"Einsum: axes {a} and {b} of {x.Shape} are both {names[a]} in \"{formula}\"");
                    (x, names) = (x.Diagonal(0, a, b), names.Remove(b, 1).Remove(a, 1) + names[a]);
                    (a, b) = (0, 0);
                }
            for (int a = 0; a < names.Length; a++)
                if (!extents.TryAdd(names[a], x.Shape[a]) && !char.IsDigit(names[a]) && !extents[names[a]].Equals(x.Shape[a]))
                    throw new ShapeException($"Einsum: {names[a]} of \"{formula}\" is {extents[names[a]]} long, and {x.Shape[a]} in {x.Shape}");
            return (x, names);
        }

        // The axes in the order of all, with extent 1 where there is none.
        Tensor Spread(Tensor x, string names, string all)
        {
            var ordered = x.Permute([.. all.Where(names.Contains).Select(c => names.IndexOf(c))]);
            var dims = all.Select(c => names.Contains(c) ? x.Shape[names.IndexOf(c)] : (Dim)1).ToArray();
            return new Tensor(Build.Reshape(ordered.Node, new Shape(dims)));
        }

        static (Tensor X, string Names) Summed(Tensor x, string names, string needed)
        {
            int[] gone = [.. Enumerable.Range(0, names.Length).Where(i => !needed.Contains(names[i]))];
            return gone.Length == 0 ? (x, names) : (x.Sum(gone), string.Concat(names.Where(needed.Contains)));
        }

        static string Spelled(string names, int count) => names.Replace("...", Digits(count), StringComparison.Ordinal);
        static string Digits(int count) => string.Concat(Enumerable.Range(0, Math.Max(0, count)).Reverse());
    }
}
