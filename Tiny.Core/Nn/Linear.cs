namespace Tiny.Nn;

/// <summary>A dense layer: the last axis times weight[out, in], plus bias[out].</summary>
public sealed class Linear : ILayer
{
    /// <summary>Weight[out, in].</summary>
    public Tensor Weight;
    /// <summary>Bias[out], or null.</summary>
    public Tensor? Bias;

    /// <summary>A layer of the given sizes.</summary>
    public Linear(int inFeatures, int outFeatures, bool bias = true)
    {
        Weight = Initial.Uniform(inFeatures, outFeatures, inFeatures);
        if (bias) Bias = Initial.Uniform(inFeatures, outFeatures);
    }

    /// <summary>The layer applied to x[..., in].</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Linear(Weight, Bias);
    }
}
