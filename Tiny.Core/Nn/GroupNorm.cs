namespace Tiny.Nn;

/// <summary>
/// Group normalisation (Wu and He, 2018): the channels of axis 1 are cut into groups, each of which is brought to mean 0 and variance 1 within a
/// sample; then each channel is scaled and shifted.
/// </summary>
public sealed class GroupNorm : ILayer
{
    /// <summary>Scale[channels], or null.</summary>
    public Tensor? Weight;
    /// <summary>Shift[channels], or null.</summary>
    public Tensor? Bias;

    /// <summary>A layer for a number of channels in groups.</summary>
    /// <exception cref="ShapeException">The channels do not divide into the groups.</exception>
    public GroupNorm(int groups, int channels, double eps = 1e-5, bool affine = true)
    {
        if (groups < 1 || channels % groups != 0) throw new ShapeException($"GroupNorm: {channels} channels do not divide into {groups} groups");
        if (affine) (Weight, Bias) = (Initial.Full(1, channels), Initial.Full(0, channels));
        (Groups, Channels, Eps) = (groups, channels, eps);
    }

    /// <summary>How many groups there are.</summary>
    public int Groups { get; }
    /// <summary>How many channels there are.</summary>
    public int Channels { get; }
    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>The layer applied to x[n, channels, ...].</summary>
    public Tensor Forward(Tensor x) => Normalised("GroupNorm", x, Groups, Channels, Weight, Bias, Eps);

    internal static Tensor Normalised(string name, Tensor x, int groups, int channels, Tensor? weight, Tensor? bias, double eps)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank < 2 || !x.Shape[1].Is(channels)) throw new ShapeException($"{name}: input {x.Shape} is not [n, {channels}, ...]");
        using var scope = Origin.Scope("group_norm");
        var grouped = x.Unflatten(1, groups, channels / groups);
        int[] axes = [.. Enumerable.Range(2, grouped.Rank - 2)];
        var y = grouped.Standardized(axes, eps).Flatten(1, 2);
        var each = new int[x.Rank - 1];
        Array.Fill(each, 1);
        each[0] = channels;
        if (weight is not null) y *= weight.Reshape(each);
        return bias is null ? y : y + bias.Reshape(each);
    }
}
