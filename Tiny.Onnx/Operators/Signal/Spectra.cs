using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators.Signal;

/// <summary>Discrete Fourier transforms, of a whole axis and of pieces of a signal. Complex numbers are the last axis: its one element is real, a second imaginary.</summary>
static class Spectra
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("DFT", n => Along(n, n.Axis("axis", 1, n[0].Rank)), Since: 17),
        new("DFT", n => n.Has(2) ? Choice.OfAxis(n, 2, n[0].Rank, axis => Along(n, axis)) : Along(n, n[0].Rank - 2), Since: 20),
        new("STFT", Stft, Since: 17),
    ];

    static Complex Split(Tensor x)
    {
        int last = x.Rank - 1;
        if (last < 1 || !(x.Shape[last].Is(1) || x.Shape[last].Is(2))) throw NodeContext.Bad($"{x.Shape} does not end in 1 or 2 for real or complex numbers");
        return new(Movement.Part(x, last, 0, 1).Squeeze(-1), x.Shape[last].Is(2) ? Movement.Part(x, last, 1, 2).Squeeze(-1) : null);
    }

    static Tensor Joined(Complex x) => Tensor.Stack([x.Re, x.Im!], -1);

    static Tensor Along(NodeContext n, int axis)
    {
        var x = Split(n[0]);
        if (axis < 0 || axis >= x.Re.Rank) throw NodeContext.Bad($"axis {axis} of {n[0].Shape} is that of real and imaginary parts");
        bool inverse = n.Flag("inverse"), oneSided = n.Flag("onesided");
        int given = x.Re.Shape[axis];
        int length = n.Has(1) ? Length(n, axis, oneSided && !inverse) : inverse && oneSided ? 2 * (given - 1) : given;
        if (length < 1) throw NodeContext.Bad($"a transform of length {length}");
        x = x.Move(t => t.MoveDim(axis, -1));
        if (inverse && oneSided) return Fourier.Transform(Whole(x, length), inverse).Re.MoveDim(-1, axis).Unsqueeze(-1);
        if (oneSided && x.Im is not null) throw NodeContext.Bad("of complex numbers all results are needed, not one side");
        var result = Fourier.Transform(x.Move(t => Fit(t, length)), inverse);
        if (oneSided) result = result.Move(t => Fit(t, length / 2 + 1));
        return Joined(result.Move(t => t.MoveDim(-1, axis)));
    }

    static int Length(NodeContext n, int axis, bool half) => half ? checked((int)n.Integer(1)) : n.Counted(n[1], 0, axis);

    // The last axis cut off, or with zeros behind.
    static Tensor Fit(Tensor x, int length)
    {
        int last = x.Rank - 1, have = x.Shape[last];
        if (have >= length) return Movement.Part(x, last, 0, length);
        var edges = new (Dim, Dim)[x.Rank];
        edges[last] = (0, length - have);
        return x.Pad(edges);
    }

    // The spectrum of a real signal from its first half: the second mirrors it, conjugated.
    static Complex Whole(Complex half, int length)
    {
        int count = length / 2 + 1, last = half.Re.Rank - 1;
        var first = half.Move(t => Fit(t, count));
        var second = first.Move(t => Movement.Part(t, last, 1, 1 + length - count).Flip(last));
        return new(first.Re.Cat(second.Re, last), first.Im?.Cat(-second.Im!, last));
    }

    static Results Stft(NodeContext n)
    {
        var x = Split(n[0]);
        if (x.Re.Rank != 2) throw NodeContext.Bad($"signal {n[0].Shape} is not [batch, length, 1 or 2]");
        bool oneSided = n.Flag("onesided", true) && x.Im is null;
        int signal = x.Re.Shape[1];
        var window = n.Optional(2);
        int length = n.Has(3) && (n.CanRead(3) || window is null && oneSided) ? checked((int)n.Integer(3))
            : n.Has(3) && !oneSided ? n.Counted(n[3], 0, 2) : window is not null ? window.Shape[0] : signal;
        if (length < 1 || length > signal) throw NodeContext.Bad($"frames of {length} in a signal of {signal}");
        var frames = x.Move(t => Frames(n, t, signal, length));
        if (window is not null) frames = frames.Move(t => t * Fit(window, length));
        var result = Fourier.Transform(frames, false);
        return Joined(oneSided ? result.Move(t => Fit(t, length / 2 + 1)) : result);
    }

    // [batch, frames, length]. A step that is known when the program runs picks elements, and how many frames there are is declared.
    static Tensor Frames(NodeContext n, Tensor x, int signal, int length)
    {
        if (n.CanRead(1) && n.Integer(1) is var step)
            return step > 0 ? x.Unfold(1, length, checked((int)step)) : throw NodeContext.Bad($"a step of {step}");
        int count = n.Counted(Tensor.Scalar(signal - length, n[1].DType).TruncDiv(n[1].Reshape([])) + 1, 0, 1);
        var index = Tensor.Arange(count).Unsqueeze(1) * n[1].Reshape([]).Cast(DType.Int32) + Tensor.Arange(length);
        return x.Take(index, 1);
    }
}
