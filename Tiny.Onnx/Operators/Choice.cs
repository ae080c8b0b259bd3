using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>
/// Operators whose form depends on numbers that are data (which axis, which axes), in programs that are built before the data are known. Of all forms those that
/// give the declared shape are built, and the data choose among them.
/// </summary>
static class Choice
{
    /// <summary>An operator over one axis, which an input names.</summary>
    /// <param name="n">The node.</param>
    /// <param name="input">The input that names the axis.</param>
    /// <param name="rank">The rank that the axis is of.</param>
    /// <param name="form">The result for an axis, counted from the front.</param>
    public static Tensor OfAxis(NodeContext n, int input, int rank, Func<int, Tensor> form)
    {
        if (n.IsKnown(input) || n.Declared(0) is not { } shape) return form(NodeContext.Axis(n.Integer(input), rank));
        var forms = Enumerable.Range(0, rank).Select(a => (Axis: a, Value: Try(() => form(a)))).Where(f => f.Value is not null && f.Value.Shape.Equals(shape)).ToList();
        var axis = Indexing.FromFront(n[input].Reshape([]), rank);
        return Among(n, input, forms.Select(f => (axis.Eq(f.Axis), f.Value!)));
    }

    /// <summary>An operator over a set of axes, which an input names, each once.</summary>
    public static Tensor OfAxes(NodeContext n, int input, int rank, Func<int[], Tensor> form)
    {
        if (n.IsKnown(input) || n.Declared(0) is not { } shape || rank > 8) return form(NodeContext.Axes(n.Integers(input), rank));
        int count = n[input].Numel;
        var forms = Enumerable.Range(0, 1 << rank).Where(bits => int.PopCount(bits) == count)
            .Select(bits => (Bits: bits, Axes: Enumerable.Range(0, rank).Where(a => (bits >> a & 1) != 0).ToArray()))
            .Select(f => (f.Bits, Value: Try(() => form(f.Axes)))).Where(f => f.Value is not null && f.Value.Shape.Equals(shape)).ToList();
        var set = (Tensor.Scalar(1) << Indexing.FromFront(n[input].Flatten(), rank)).Sum();
        return Among(n, input, forms.Select(f => (set.Eq(f.Bits), f.Value!)));
    }

    /// <summary>An operator over several numbers, which an input gives: of the possible ones those that an error or another shape rules out are left out.</summary>
    public static Tensor OfNumbers(NodeContext n, int input, IEnumerable<int[]> possible, Func<int[], Tensor> form)
    {
        if (n.IsKnown(input) || n.Declared(0) is not { } shape) return form([.. n.Integers(input).Select(k => checked((int)k))]);
        var forms = possible.Select(p => (Numbers: p, Value: Try(() => form(p)))).Where(f => f.Value is not null && f.Value.Shape.Equals(shape));
        return Among(n, input, forms.Select(f => (n[input].Eq(Tensor.From([.. f.Numbers.Select(k => (long)k)])).All(), f.Value!)));
    }

    // Equal graphs are one: a form that does not depend on the axis needs no choice.
    static Tensor Among(NodeContext n, int input, IEnumerable<(Tensor When, Tensor Value)> forms)
    {
        var all = forms.ToList();
        if (all.Count == 0) throw NodeContext.Bad($"no value of input {input} gives the declared shape {n.Declared(0)}");
        return all.Take(all.Count - 1).Reverse().Aggregate(all[^1].Value, (otherwise, form) => form.When.Where(form.Value, otherwise));
    }

    static Tensor? Try(Func<Tensor> form)
    {
        try
        {
            return form();
        }
        catch (ShapeException)
        {
            // Along this axis the operator is not possible; the data cannot ask for it.
            return null;
        }
    }
}
