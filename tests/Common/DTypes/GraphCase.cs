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
    public override string ToString() => Name;
}
