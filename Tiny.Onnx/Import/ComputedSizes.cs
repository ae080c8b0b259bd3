using System.Runtime.CompilerServices;
using Tiny.Graph;

namespace Tiny.Onnx.Import;

/// <summary>
/// Sizes that data decide, in a graph that is built before these are known. While it is built each is a variable, whose bounds are those that the algebra has of the number;
/// at the end <see cref="BoundedGraph"/> puts the numbers in their place.
/// </summary>
sealed class ComputedSizes
{
    // What would be longer is no bound that memory could be laid out for.
    const int Longest = 1 << 24;

    readonly Dictionary<Variable, Tensor> _values = [];
    readonly Dictionary<(UOp, long), Dim> _known = [];

    /// <summary>The size that a tensor of one integer is, no negative one and at most so large; null where nothing bounds it.</summary>
    public Dim? Of(Tensor number, long most)
    {
        if (_known.TryGetValue((number.Node, most), out var known)) return known;
        long least = Math.Max(0, number.Node.Min), largest = Math.Min(number.Node.Max, most);
        if (largest > Longest) return null;
        if (largest <= least) return Math.Max(0, largest);
        var value = number.Reshape([]);
        if (number.Node.Min < 0) value = value.Maximum(0);
        if (number.Node.Max > largest) value = value.Minimum(largest);
        var variable = new Variable($"computed{_values.Count}", (int)least, (int)largest);
        _values[variable] = value.Cast(DType.Int32);
        return _known[(number.Node, most)] = variable;
    }

    /// <summary>The number that a variable stands for; false for a variable of the caller's.</summary>
    public bool TryFind(Variable variable, out Tensor number)
    {
        bool found = _values.TryGetValue(variable, out var value);
        number = value!;
        return found;
    }

    /// <summary>Data decide the size.</summary>
    public bool Decide(Dim size) => size.IsSymbolic && size.Variables.Any(_values.ContainsKey);

    /// <summary>The size, or where data decide it the largest that it can be.</summary>
    public Dim Most(Dim size) => Decide(size) ? size.Max : size;

    /// <summary>A shape with the largest size in place of each that data decide.</summary>
    public Shape Most(Shape shape) => shape.IsSymbolic ? new Shape([.. shape.Select(Most)]) : shape;
}
