namespace Tiny.Nn;

/// <summary>What cells of recurrent nets have: weights and biases for the input and for the hidden state, the gates' rows one after another.</summary>
public abstract class RecurrentCell
{
    /// <summary>Weight[gates * hidden, in] of the input.</summary>
    public Tensor WeightIh;
    /// <summary>Weight[gates * hidden, hidden] of the hidden state.</summary>
    public Tensor WeightHh;
    /// <summary>Bias[gates * hidden], or null.</summary>
    public Tensor? BiasIh;
    /// <summary>Bias[gates * hidden], or null.</summary>
    public Tensor? BiasHh;

    private protected RecurrentCell(int gates, int inFeatures, int hidden, bool bias)
    {
        int rows = gates * hidden;
        (WeightIh, WeightHh) = (Initial.Uniform(hidden, rows, inFeatures), Initial.Uniform(hidden, rows, hidden));
        if (bias) (BiasIh, BiasHh) = (Initial.Uniform(hidden, rows), Initial.Uniform(hidden, rows));
        Hidden = hidden;
    }

    /// <summary>Width of the state.</summary>
    public int Hidden { get; }
}
