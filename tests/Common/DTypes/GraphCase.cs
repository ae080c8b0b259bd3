namespace Tiny.Tests;

/// <summary>What results' bytes are compared with.</summary>
interface IExpectation
{
    /// <summary>How many results there are.</summary>
    int Results { get; }
    /// <summary>Length of a result in bytes.</summary>
    int Bytes(int result);
    /// <summary>What is wrong with a result's bytes, or null.</summary>
    string? Difference(int result, ReadOnlySpan<byte> actual);
}

/// <summary>A graph over inputs in memory, to be run by some target and compared with the interpreter.</summary>
/// <param name="Name">An identifier.</param>
/// <param name="Inputs">The inputs.</param>
/// <param name="Build">The results' graphs over inputs of those dtypes and shapes.</param>
/// <param name="Expect">Computes what is expected.</param>
sealed record GraphCase(string Name, IReadOnlyList<Tensor> Inputs, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> Build, Func<IExpectation> Expect)
{
    /// <summary>The calls that are made, one after another; each has inputs and an expectation of its own, and the sizes that the graph depends on.</summary>
    public IReadOnlyList<GraphCall> Calls { get; init; } = [new(new Dictionary<Variable, int>(), Inputs, Expect)];

    /// <summary>The declared shapes of the inputs.</summary>
    public IReadOnlyList<Shape> Shapes { get; init; } = [.. Inputs.Select(t => t.Shape)];

    public override string ToString() => Name;
}

/// <summary>A call of a graph.</summary>
sealed record GraphCall(IReadOnlyDictionary<Variable, int> Sizes, IReadOnlyList<Tensor> Inputs, Func<IExpectation> Expect);
