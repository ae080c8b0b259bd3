namespace Tiny.Nn;

/// <summary>A table of vectors, one for each index: rows of weight[count, width].</summary>
public sealed class Embedding
{
    /// <summary>Weight[count, width].</summary>
    public Tensor Weight;

    /// <summary>A table of the given sizes.</summary>
    public Embedding(int count, int width) => Weight = Initial.Uniform(width, count, width);

    /// <summary>The rows of an integer tensor's indices, [..., width]. An index that has no row gives zeros.</summary>
    /// <exception cref="DTypeException">The index is no integer tensor.</exception>
    public Tensor Forward(Tensor index)
    {
        using var scope = Origin.Scope("embedding");
        return Weight.Take(index);
    }
}
