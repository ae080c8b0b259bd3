using Tiny.Graph;

namespace Tiny.Runtime;

/// <summary>
/// The oracle: evaluates a tensor graph as it stands, one node after another, by plain loops. It shares nothing with the
/// compiler, so that an error there cannot hide here. Floats are computed in double and rounded to the node's dtype at
/// every node, sums are kept in double; integers wrap.
/// </summary>
public static class Interpreter
{
    /// <summary>The value of a node, row-major, in memory of its own.</summary>
    /// <param name="node">A node of a tensor graph.</param>
    /// <param name="parameters">Gives the value of each <see cref="Op.Param"/>, row-major.</param>
    public static HostMemory Evaluate(UOp node, Func<ParamArg, HostMemory>? parameters = null) => Evaluate([node], parameters)[0];

    /// <summary>The values of several nodes; what they share is evaluated once.</summary>
    public static IReadOnlyList<HostMemory> Evaluate(IReadOnlyList<UOp> nodes, Func<ParamArg, HostMemory>? parameters = null)
    {
        throw new NotImplementedException();
    }
}
