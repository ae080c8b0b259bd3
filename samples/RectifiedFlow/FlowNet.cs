using Tiny;
using Tiny.Nn;
using TrainDigitsSample;

namespace RectifiedFlowSample;

/// <summary>
/// Guesses the digit in a noisy picture: a dense net with residual blocks, each of which is scaled and shifted by what the time and the class ask for.
/// </summary>
public sealed class FlowNet
{
    /// <summary>The class that stands for any digit.</summary>
    public const int AnyClass = 10;
    const int Width = 512, Waves = 32;

    public Embedding Classes = new(11, Width);
    public Linear Time = new(2 * Waves, Width), Asked = new(Width, Width);
    public Linear In = new(DigitSet.Area, Width), Out = new(Width, DigitSet.Area);
    public Block[] Blocks = [new(Width), new(Width), new(Width)];
    public LayerNorm Norm = new(Width);

    static readonly Tensor s_frequencies = Tensor.From<float>([.. Enumerable.Range(0, Waves).Select(i => (float)(2 * Math.Pow(200, i / (Waves - 1.0))))]);

    /// <summary>The guesses, from -1 for paper to 1 for ink.</summary>
    /// <param name="x">Pictures[n, 784], noisy.</param>
    /// <param name="time">How far each is on its way from noise (0) to a digit (1), of [n, 1].</param>
    /// <param name="label">The digit asked for, int32[n].</param>
    public Tensor Forward(Tensor x, Tensor time, Tensor label)
    {
        var waves = time * s_frequencies;
        var asked = Dense(Time, Tensor.Cat([waves.Sin(), waves.Cos()], 1)).Silu();
        asked = (Dense(Asked, asked) + Classes.Forward(label)).Silu();
        var h = Dense(In, x);
        foreach (var block in Blocks) h = block.Forward(h, asked);
        return Dense(Out, Norm.Forward(h));
    }

    /// <summary>A dense layer whose input, and the gradient of whose result, lie in memory: both are read many times by matrix products.</summary>
    static Tensor Dense(Linear layer, Tensor x) => layer.Forward(x.Contiguous()).ContiguousBackward();

    /// <summary>x + a net of the normalised x, scaled and shifted as asked.</summary>
    public sealed class Block(int width)
    {
        public LayerNorm Norm = new(width, affine: false);
        public Linear Asked = new(width, 2 * width), Up = new(width, width), Down = new(width, width);

        public Tensor Forward(Tensor x, Tensor asked)
        {
            var parts = Dense(Asked, asked.ContiguousBackward()).Chunk(2, 1);
            var y = Norm.Forward(x) * (1 + parts[0]) + parts[1];
            return x + Dense(Down, Dense(Up, y).Silu());
        }
    }
}
