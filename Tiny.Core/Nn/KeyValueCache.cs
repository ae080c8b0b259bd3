namespace Tiny.Nn;

/// <summary>
/// Keys and values of the positions that an attention has seen, so that a step of decoding computes only the new ones. It is written in place, in
/// a captured method too; see <see cref="MultiHeadAttention"/>.
/// </summary>
public sealed class KeyValueCache
{
    /// <summary>Keys[n, heads, most positions, features].</summary>
    [Buffer] public Tensor Keys;
    /// <summary>Values[n, heads, most positions, features].</summary>
    [Buffer] public Tensor Values;

    /// <summary>An empty cache.</summary>
    public KeyValueCache(int n, int heads, int positions, int features)
    {
        (Keys, Values) = (Initial.Buffer(0, n, heads, positions, features), Initial.Buffer(0, n, heads, positions, features));
        Positions = positions;
    }

    /// <summary>How many positions there is room for.</summary>
    public int Positions { get; }

    /// <summary>
    /// Writes keys and values[n, heads, t, features] at positions <paramref name="start"/> and following, and gives those of all positions up to there.
    /// </summary>
    /// <exception cref="ShapeException">There is no room for them.</exception>
    public (Tensor Keys, Tensor Values) Append(Tensor keys, Tensor values, Dim start)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        var end = start + keys.Shape.Dims[^2];
        if (start.Min < 0 || end.Max > Positions) throw new ShapeException($"KeyValueCache: positions {start} to {end} are not within {Positions}");
        Keys[.., .., Slice.Of(start, end)] = keys;
        Values[.., .., Slice.Of(start, end)] = values;
        return (Keys[.., .., Slice.To(end)], Values[.., .., Slice.To(end)]);
    }
}
