using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators;

/// <summary>Fourier transforms, windows, filters of frequencies.</summary>
static class Signal
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("DFT", n => Transform(n, n.Integer("axis", 1)), Since: 17),
        new("DFT", n => Transform(n, n.Has(2) ? n.Integer(2) : -2), Since: 20),
        new("STFT", n => ShortTime(n)),
        new("HannWindow", n => Window(n, 0.5, 0.5, 0)),
        new("HammingWindow", n => Window(n, 25.0 / 46, 21.0 / 46, 0)),
        new("BlackmanWindow", n => Window(n, 0.42, 0.5, 0.08)),
        new("MelWeightMatrix", n => MelWeights(n)),
    ];

    static Tensor Transform(NodeContext n, long axis)
    {
        var x = n[0];
        int a = NodeContext.Axis(axis, x.Rank);
        if (a == x.Rank - 1) throw NodeContext.Bad($"axis {axis} of {x.Shape} is that of real and imaginary parts");
        bool inverse = n.Flag("inverse"), onesided = n.Flag("onesided");
        int length = n.Has(1) ? checked((int)n.Integer(1)) : inverse && onesided ? 2 * ((int)x.Shape[a] - 1) : x.Shape[a];
        if (length < 1) throw NodeContext.Bad($"a length of {length}");
        // The axis last, real and imaginary part taken apart.
        var moved = x.MoveDim(a, x.Rank - 2);
        Tensor Part(int i) => Movement.Part(moved, moved.Rank - 1, i, i + 1).Squeeze(-1);
        var real = Part(0);
        var imaginary = (int)x.Shape[x.Rank - 1] == 2 ? Part(1) : null;
        Tensor[] parts = inverse && onesided ? [Real(Sized(real, length / 2 + 1), Sized(imaginary ?? real.ZerosLike(), length / 2 + 1), length)]
            : Complex(Sized(real, length), imaginary is null ? null : Sized(imaginary, length), onesided ? length / 2 + 1 : length, inverse);
        return Tensor.Stack(parts, -1).MoveDim(x.Rank - 2, a).Cast(x.DType);
    }

    // Cut off, or filled up with zeros.
    static Tensor Sized(Tensor x, int length)
    {
        int have = x.Shape[x.Rank - 1];
        if (have >= length) return Movement.Part(x, x.Rank - 1, 0, length);
        var edges = new (Dim, Dim)[x.Rank];
        edges[^1] = (0, length - have);
        return x.Pad(edges);
    }

    // A product with the table of roots of unity, of which the first so many columns are wanted.
    static Tensor[] Complex(Tensor real, Tensor? imaginary, int columns, bool inverse)
    {
        int length = real.Shape[real.Rank - 1];
        var (cos, sin) = Roots(length, columns, inverse ? 1 : -1, inverse ? 1.0 / length : 1, real.DType);
        if (imaginary is null) return [real.MatMul(cos), real.MatMul(sin)];
        return [real.MatMul(cos) - imaginary.MatMul(sin), real.MatMul(sin) + imaginary.MatMul(cos)];
    }

    // Frequencies from 0 to the middle stand for those behind it too, which are their conjugates.
    static Tensor Real(Tensor real, Tensor imaginary, int length)
    {
        int half = length / 2 + 1;
        var (cos, sin) = Roots(length, half, 1, 1.0 / length, real.DType);
        float[] twice = [.. Enumerable.Range(0, half).Select(k => k == 0 || 2 * k == length ? 1f : 2f)];
        var weight = Tensor.From(twice).Cast(real.DType);
        return (real * weight).MatMul(cos.Transpose()) - (imaginary * weight).MatMul(sin.Transpose());
    }

    /// <summary>cos and sin of 2 pi j k / length, [length, columns], computed in double from an angle below a full turn.</summary>
    static (Tensor Cos, Tensor Sin) Roots(int length, int columns, int sign, double scale, DType dtype)
    {
        if ((long)length * columns > 1 << 26) throw new OnnxUnsupportedException($"a transform of {length} elements");
        var (cos, sin) = (new double[length * columns], new double[length * columns]);
        for (int j = 0; j < length; j++)
            for (int k = 0; k < columns; k++)
            {
                double angle = 2 * Math.PI * ((long)j * k % length) / length;
                (cos[j * columns + k], sin[j * columns + k]) = (Math.Cos(angle) * scale, sign * Math.Sin(angle) * scale);
            }
        Tensor Of(double[] table) => (dtype == DType.Float64 ? Tensor.From(table) : Tensor.From([.. table.Select(v => (float)v)]).Cast(dtype)).Reshape(length, columns);
        return (Of(cos), Of(sin));
    }

    static Tensor ShortTime(NodeContext n)
    {
        var x = n[0];
        int step = checked((int)n.Integer(1)), length = n.Has(3) ? checked((int)n.Integer(3)) : n.Has(2) ? n[2].Shape[0] : throw NodeContext.Bad("neither window nor frame length are given");
        if (step < 1 || length < 1 || (int)x.Shape[1] < length) throw NodeContext.Bad($"frames of {length} by steps of {step} over {x.Shape}");
        bool onesided = n.Flag("onesided", true);
        Tensor Frames(int part) => Movement.Part(x, 2, part, part + 1).Squeeze(2).Unfold(1, length, step) is var frames && n.Optional(2) is { } window ? frames * window : frames;
        var parts = Complex(Frames(0), x.Rank == 3 && (int)x.Shape[2] == 2 ? Frames(1) : null, onesided ? length / 2 + 1 : length, false);
        return Tensor.Stack(parts, -1).Cast(x.DType);
    }

    // a - b cos(2 pi i / n) + c cos(4 pi i / n).
    static OnnxValue Window(NodeContext n, double a, double b, double c)
    {
        int size = n.CanRead(0) || n.Declared(0) is null ? checked((int)n.Integer(0)) : n.Declared(0)![0];
        var type = n.Type("output_datatype", OnnxType.Float32);
        var angle = Tensor.Arange(size).Cast(DType.Float32) * (2 * Math.PI / Math.Max(1, n.Flag("periodic", true) ? size : size - 1));
        var window = a - angle.Cos() * b;
        if (c != 0) window += (angle * 2).Cos() * c;
        return Casting.Convert(new TensorValue(window), type);
    }

    // Triangles over frequencies, evenly spaced by the ear.
    static OnnxValue MelWeights(NodeContext n)
    {
        int bands = checked((int)n.Integer(0)), length = checked((int)n.Integer(1)), bins = length / 2 + 1;
        double rate = n.Integer(2), low = Mel(n.Floats(3)[0]), high = Mel(n.Floats(4)[0]), step = (high - low) / (bands + 2);
        if (bands < 1 || length < 1 || (long)bands * bins > 1 << 26) throw NodeContext.Bad($"{bands} bands of {length} elements");
        int[] at = [.. Enumerable.Range(0, bands + 2).Select(i => (int)Math.Floor((length + 1) * (700 * (Math.Pow(10, (i * step + low) / 2595) - 1)) / rate))];
        var weights = new float[bins * bands];
        for (int band = 0; band < bands; band++)
        {
            int begin = at[band], centre = at[band + 1], end = at[band + 2];
            if (centre == begin) Set(centre, 1);
            for (int j = begin; j < centre + (centre > begin ? 1 : 0); j++) Set(j, (float)(j - begin) / (centre - begin));
            if (end > centre)
                for (int j = centre; j < end; j++) Set(j, (float)(end - j) / (end - centre));
            void Set(int bin, float value)
            {
                if (bin >= 0 && bin < bins) weights[bin * bands + band] = value;
            }
        }
        return Casting.Convert(new TensorValue(Tensor.From(weights, bins, bands)), n.Type("output_datatype", OnnxType.Float32));

        static double Mel(double hertz) => 2595 * Math.Log10(1 + hertz / 700);
    }
}
