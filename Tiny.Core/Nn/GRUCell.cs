namespace Tiny.Nn;

/// <summary>
/// One step of a gated recurrent unit (Cho et al., 2014), with the reset gate applied to the product with the hidden state. With gates r, z, n in
/// this order along the weights' rows: n = tanh(n_x + sigmoid(r) n_h), h' = (1 - sigmoid(z)) n + sigmoid(z) h.
/// </summary>
public sealed class GRUCell : RecurrentCell
{
    /// <summary>A cell of the given sizes.</summary>
    public GRUCell(int inFeatures, int hidden, bool bias = true) : base(3, inFeatures, hidden, bias) { }

    /// <summary>The next state from x[n, in] and the state h[n, hidden], zeros if it is not given.</summary>
    public Tensor Forward(Tensor x, Tensor? h = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var scope = Origin.Scope("gru_cell");
        h ??= Tensor.Zeros(new Shape([.. x.Shape.Dims[..^1], Hidden]), x.DType);
        var a = x.Linear(WeightIh, BiasIh).Chunk(3, -1);
        var b = h.Linear(WeightHh, BiasHh).Chunk(3, -1);
        var z = (a[1] + b[1]).Sigmoid();
        var n = (a[2] + (a[0] + b[0]).Sigmoid() * b[2]).Tanh();
        return n + z * (h - n);
    }
}
