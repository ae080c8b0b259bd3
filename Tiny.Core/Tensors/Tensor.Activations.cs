namespace Tiny;

// Activations, element by element. Integers and bools become float32; floats of fewer than 32 bits are computed in float32 and rounded once.
public sealed partial class Tensor
{
    /// <summary>x above 0, else alpha * (e^x - 1).</summary>
    public Tensor Elu(double alpha = 1) => Analysis("elu", x => Elu(x, 1, alpha));

    /// <summary>x above 0, else alpha * (e^(x / alpha) - 1): smooth at 0 for any <paramref name="alpha"/>, which is not 0.</summary>
    public Tensor Celu(double alpha = 1) => alpha != 0 ? Analysis("celu", x => x.Gt(0).Where(x, Expm1(x.Minimum(0) / alpha) * alpha))
        : throw new ArgumentOutOfRangeException(nameof(alpha), "Celu: alpha is 0");

    /// <summary>Elu scaled so that mean 0 and variance 1 are kept from layer to layer.</summary>
    public Tensor Selu() => Analysis("selu", static x => Elu(x, 1.0507009873554804934193349852946, 1.6732632423543772848170429916717));

    /// <summary>x above 0, else slope * x.</summary>
    public Tensor LeakyRelu(double slope = 0.01) => Analysis("leaky_relu", x => x.Gt(0).Where(x, x * slope));

    /// <summary>x / 6 + 1/2, limited to 0..1.</summary>
    public Tensor HardSigmoid() => Analysis("hard_sigmoid", HardSigmoid);

    /// <summary>x * HardSigmoid(x).</summary>
    public Tensor HardSwish() => Analysis("hard_swish", static x => x * HardSigmoid(x));

    /// <summary>x limited to an interval, -1..1 unless given.</summary>
    public Tensor HardTanh(double min = -1, double max = 1) => Analysis("hard_tanh", x => x.Clamp(min, max));

    /// <summary>log(sigmoid(x)), without loss at either end.</summary>
    public Tensor LogSigmoid() => Analysis("log_sigmoid", static x => -Softplus(-x));

    /// <summary>x * tanh(softplus(x)).</summary>
    public Tensor Mish() => Analysis("mish", static x => x * Tanh(Softplus(x)));

    /// <summary>x * sigmoid(1.702 x), close to <see cref="Gelu"/>.</summary>
    public Tensor QuickGelu() => Analysis("quick_gelu", static x => x * (x * 1.702).Sigmoid());

    /// <summary>log(1 + e^(beta x)) / beta, without overflow; <paramref name="beta"/> is not 0.</summary>
    public Tensor Softplus(double beta = 1) => beta != 0 ? Analysis("softplus", x => Softplus(x * beta) / beta)
        : throw new ArgumentOutOfRangeException(nameof(beta), "Softplus: beta is 0");

    /// <summary>x / (1 + |x|).</summary>
    public Tensor Softsign() => Analysis("softsign", static x => x / (x.Magnitude() + 1));

    // The exponential is kept from overflowing where it does not count.
    static Tensor Elu(Tensor x, double scale, double alpha) => x.Gt(0).Where(x, Expm1(x.Minimum(0)) * alpha) * scale;

    static Tensor HardSigmoid(Tensor x) => (x / 6 + 0.5).Clamp(0, 1);

    static Tensor Softplus(Tensor x) => Derived(x, x.Maximum(0) + Log1p((-x.Magnitude()).Exp()), static (x, _) => x.Sigmoid());
}
