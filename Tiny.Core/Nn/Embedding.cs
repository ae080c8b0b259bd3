namespace Tiny.Nn;

/// <summary>A table of vectors, one for each index: rows of weight[count, width].</summary>
public sealed class Embedding : ILayer
{
    /// <summary>Weight[count, width].</summary>
    public Tensor Weight;

    /// <summary>A table of the given sizes.</summary>
    public Embedding(int count, int width) => Weight = Initial.Normal(count, width);

    /// <summary>The rows at the indices that an integer tensor x holds, [..., width]. An index that has no row gives zeros.</summary>
    /// <exception cref="DTypeException">x is no integer tensor.</exception>
    public Tensor Forward(Tensor x)
    {
        using var scope = Origin.Scope("embedding");
        return Weight.Take(x);
    }
}
