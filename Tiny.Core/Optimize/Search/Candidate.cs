using Tiny.Lower;

namespace Tiny.Optimize.Search;

/// <summary>Choices for a kernel, and the code that they make of it.</summary>
/// <param name="Choices">The choices.</param>
/// <param name="Code">The code.</param>
/// <param name="Price">What a model says that it costs; prices of one kernel and profile can be compared.</param>
sealed record Candidate(IReadOnlyList<OptOp> Choices, LinearKernel Code, double Price);

/// <summary>Runs the candidates of one kernel.</summary>
interface IMeasurer
{
    /// <summary>
    /// Seconds that each takes, all measured side by side. Null for one that cannot be compiled, or gives other results than the first, which the
    /// heuristic has chosen.
    /// </summary>
    IReadOnlyList<double?> Measure(IReadOnlyList<Candidate> candidates);
}
