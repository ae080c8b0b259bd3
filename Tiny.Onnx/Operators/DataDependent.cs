using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>
/// What an operator must know to lay out its graph, though inputs may say it: how many results there are, along which axis. It is read where that is allowed, else
/// taken from the declared shape of a result, else an <see cref="OnnxDataDependentException"/>.
/// </summary>
static class DataDependent
{
    /// <summary>How many elements a result has along an axis, of which <paramref name="count"/> is the number computed.</summary>
    public static int Extent(NodeContext n, Tensor count, int output, int axis) =>
        !n.CanRead(count) && n.Declared(output) is { } shape && axis < shape.Rank ? shape[axis] : checked((int)n.Numbers(count)[0]);

    /// <summary>How many elements a result has along an axis, of which an input is the number.</summary>
    public static int Extent(NodeContext n, int input, int output, int axis) => Extent(n, n[input], output, axis);

    /// <summary>A scalar input, or null where it cannot be read.</summary>
    public static long? Scalar(NodeContext n, int input) => n.CanRead(input) ? n.Integer(input) : null;

    /// <summary>
    /// A result along the axis that an input says. Where that cannot be read, all axes whose results have the declared shape are computed, and one of them is chosen
    /// when the program runs.
    /// </summary>
    public static Tensor Along(NodeContext n, int input, int rank, Func<int, Tensor> along)
    {
        if (n.CanRead(input) || n.Declared(0) is not { } declared) return along(NodeContext.Axis(n.Integer(input), rank));
        var axis = n[input].Reshape([]);
        var fromFront = axis.Lt(0).Where(axis + rank, axis);
        Tensor? result = null;
        for (int a = 0; a < rank; a++)
        {
            var one = along(a);
            if (one.Shape.Equals(declared)) result = result is null ? one : fromFront.Eq(a).Where(one, result);
        }
        return result ?? throw NodeContext.Bad($"along none of {rank} axes the result is {declared}");
    }
}
