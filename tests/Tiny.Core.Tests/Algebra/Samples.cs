using Tiny.Graph;

namespace Tiny.Tests.Algebra;

/// <summary>Nodes for tests of the algebra.</summary>
static class Samples
{
    /// <summary>An integer of which nothing is known but its bounds; no rule takes it apart.</summary>
    public static UOp Atom(int id, long min, long max) =>
        UOp.New(Op.Lane, DType.Index, [UOp.New(Op.Vector, DType.Index.Vec(2), [UOp.Index(min), UOp.Index(max)])], id);

    /// <summary>A condition of which nothing is known.</summary>
    public static UOp Condition(int id) =>
        UOp.New(Op.Lane, DType.Bool, [UOp.New(Op.Vector, DType.Bool.Vec(2), [UOp.Bool(false), UOp.Bool(true)])], id);
}
