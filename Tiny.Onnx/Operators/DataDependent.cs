using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>
/// What an operator would like to know to lay out its graph, and can do without where only the model's inputs say it.
/// </summary>
static class DataDependent
{
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
