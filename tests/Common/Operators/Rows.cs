namespace Tiny.Tests;

/// <summary>Short forms for rows of the table of operators.</summary>
static class Rows
{
    /// <summary>Elements in -1..1 of a shape, whole numbers in -5..5.</summary>
    public static Input In(params int[] dims) => new(-1, 1, dims) { Whole = (-5, 5) };
    public static Input Between(double low, double high, params int[] dims) => new(low, high, dims);
    /// <summary>Whole numbers of int32, whatever the others are.</summary>
    public static Input Places(int low, int high, params int[] dims) => new(low, high, dims) { Own = DType.Int32 };
    public static Input Given(int[] places, params int[] dims) => new(0, 1, dims) { Own = DType.Int32, Elements = [.. places.Select(p => (double)p)] };
    public static Input Mask(params int[] dims) => new(0, 1, dims) { Own = DType.Bool };

    public static OperatorCase Of(string name, Func<Tensor[], Tensor> function, params Input[] inputs) => new(name, x => [function(x)], inputs);
    public static OperatorCase Many(string name, Func<Tensor[], Tensor[]> function, params Input[] inputs) => new(name, function, inputs);

    /// <summary>Of one operand, element by element.</summary>
    public static OperatorCase One(string name, Func<Tensor, Tensor> function, Func<double, double> expected, double low = -1, double high = 1)
    {
        var input = low == -1 && high == 1 ? In(3, 4) : Between(low, high, 3, 4);
        return Of(name, x => function(x[0]), input).Is(x => x[0].Map(expected)).Empty([0, 4]);
    }

    /// <summary>The same; integers and bools become float32.</summary>
    public static OperatorCase Float(string name, Func<Tensor, Tensor> function, Func<double, double> expected, double low = -1, double high = 1) =>
        One(name, function, expected, low, high).Gives(DTypeRules.Floats);

    /// <summary>Of two operands that broadcast to one another.</summary>
    public static OperatorCase Two(string name, Func<Tensor, Tensor, Tensor> function, Func<double, double, double> expected, Input? a = null, Input? b = null) =>
        Of(name, x => function(x[0], x[1]), a ?? In(3, 1, 4), b ?? In(2, 1)).Is(x => Nd.Zip(x[0], x[1], expected)).Empty([0, 4], [1, 4]) with { Broadcasts = true };

    /// <summary>Of an operand with three axes, any of which may have no elements.</summary>
    public static OperatorCase Cube(string name, Func<Tensor, Tensor> function, Func<Nd, Nd> expected) =>
        Of(name, x => function(x[0]), In(2, 3, 4)).Is(x => expected(x[0])).Empty([0, 3, 4]).Empty([2, 0, 4]).Empty([2, 3, 0]);

    /// <summary>A cube of which some axes may not be empty.</summary>
    public static OperatorCase FailsWithout(this OperatorCase row, params int[] axes) =>
        axes.Aggregate(row, (r, a) => r.EmptyFails([.. new[] { 2, 3, 4 }.Select((n, i) => i == a ? 0 : n)]));

    /// <summary>A constant for each dtype, from nothing.</summary>
    public static OperatorCase Made(string name, Func<DType, Tensor> function, Func<Nd> expected) =>
        new OperatorCase(name, _ => [function(DType.Float32)]) { Made = function }.Is(_ => expected()).NoGradient("made of nothing");
}
