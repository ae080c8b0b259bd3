using Tiny;
using Tiny.Nn;

namespace RectifiedFlowSample;

/// <summary>
/// Guesses the digit in a noisy picture: from x[n, 784], how far it is on the way from noise to picture t[n, 1], and the class asked for, an int32[n]. A dense net with
/// residual blocks, each scaled and shifted by what time and class ask.
/// </summary>
public sealed class FlowNet
{
    /// <summary>The class that stands for any digit.</summary>
    public const int AnyClass = 10;
    const int Width = 512, Waves = 32;

    public Embedding Classes = new(11, Width);
    public Linear Time1 = new(2 * Waves, Width), Time2 = new(Width, Width);
    public Linear In = new(784, Width), Out = new(Width, 784);
    public Block[] Blocks = [new(Width), new(Width), new(Width)];
    public LayerNorm Norm = new(Width);

    static readonly Tensor s_frequencies = Tensor.From<float>([.. Enumerable.Range(0, Waves).Select(i => (float)(2 * Math.Pow(200, i / (Waves - 1.0))))]);

    public Tensor Forward(Tensor x, Tensor t, Tensor label)
    {
        var waves = t * s_frequencies;
        var asked = Time2.Forward(Time1.Forward(Tensor.Cat([waves.Sin(), waves.Cos()], 1).Contiguous()).ContiguousBackward().Silu().Contiguous()).ContiguousBackward() + Classes.Forward(label);
        asked = asked.Silu().Contiguous();
        var h = In.Forward(x).ContiguousBackward();
        foreach (var block in Blocks) h = block.Forward(h, asked);
        return Out.Forward(Norm.Forward(h).Contiguous()).ContiguousBackward();
    }

    public sealed class Block
    {
        public LayerNorm Norm;
        public Linear Asked, Up, Down;

        public Block(int width)
        {
            Norm = new(width, affine: false);
            (Asked, Up, Down) = (new(width, 2 * width), new(width, width), new(width, width));
        }

        public Tensor Forward(Tensor x, Tensor asked)
        {
            var parts = Asked.Forward(asked.ContiguousBackward()).ContiguousBackward().Chunk(2, 1);
            var y = (Norm.Forward(x) * (1 + parts[0]) + parts[1]).Contiguous();
            return x + Down.Forward(Up.Forward(y).ContiguousBackward().Silu().Contiguous()).ContiguousBackward();
        }
    }
}
