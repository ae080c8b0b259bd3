namespace Tiny.Onnx.Tests.Operators;

/// <summary>Fourier transforms against the sums that define them, windows against their formulas.</summary>
static class SignalCases
{
    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        .. new[] { 1, 2, 7, 12, 30, 64, 97, 105, 128, 1031 }.SelectMany(n => new[] { Dft($"dft_real_{n}", n, n, 1), Dft($"dft_complex_inverse_{n}", n, n, 2, inverse: true) }),
        Dft("dft_longer", 9, 16, 2), Dft("dft_shorter", 16, 9, 1), Dft("dft_one_sided_odd", 15, 15, 1, oneSided: true), Dft("dft_one_sided_padded", 10, 24, 1, oneSided: true),
        Dft("dft_back_to_real", 9, 16, 2, inverse: true, oneSided: true), Dft("dft_back_to_real_odd", 9, 17, 2, inverse: true, oneSided: true),
        Stft("stft_complex", 2, 20, 8, 3, null, false), Stft("stft_one_sided_without_window", 1, 25, 10, 5, null, true),
        Stft("stft_shorter_window", 1, 25, 10, 4, 6, true), Stft("stft_step_at_the_call", 1, 25, 10, 4, 10, true, constant: false),
        Window("hann_symmetric", "HannWindow", 9, false, t => 0.5 - 0.5 * Math.Cos(t)), Window("hamming_periodic_double", "HammingWindow", 12, true, t => 25.0 / 46 - 21.0 / 46 * Math.Cos(t), 11),
        Window("blackman_periodic", "BlackmanWindow", 10, true, t => 0.42 - 0.5 * Math.Cos(t) + 0.08 * Math.Cos(2 * t)),
    ];

    static double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(i => (double)(float)((i * 7919L % 199 - 99) / 99.0))];

    // Of [n, 1 or 2]; the first axis is transformed.
    static double[] Sums(double[] x, int parts, int length, bool inverse)
    {
        int have = x.Length / parts;
        var y = new double[2 * length];
        for (int k = 0; k < length; k++)
            for (int j = 0; j < Math.Min(have, length); j++)
            {
                double angle = (inverse ? 2 : -2) * Math.PI * ((long)k * j % length) / length, re = x[j * parts], im = parts == 2 ? x[j * parts + 1] : 0;
                y[2 * k] += (re * Math.Cos(angle) - im * Math.Sin(angle)) / (inverse ? length : 1);
                y[2 * k + 1] += (re * Math.Sin(angle) + im * Math.Cos(angle)) / (inverse ? length : 1);
            }
        return y;
    }

    static OperatorCase Dft(string name, int n, int length, int parts, bool inverse = false, bool oneSided = false)
    {
        double[] x = Numbers(n * parts), y;
        long[] shape;
        if (inverse && oneSided)
        {
            // The other half mirrors this one, conjugated; imaginary parts where it meets itself do not count.
            var whole = new double[2 * length];
            for (int k = 0; k < length; k++)
            {
                int from = k <= length / 2 ? k : length - k;
                if (from < n) (whole[2 * k], whole[2 * k + 1]) = (x[2 * from], from == 0 || 2 * from == length ? 0 : k <= length / 2 ? x[2 * from + 1] : -x[2 * from + 1]);
            }
            y = [.. Sums(whole, 2, length, true).Where((_, i) => i % 2 == 0)];
            shape = [length, 1];
        }
        else
        {
            y = Sums(x, parts, length, inverse);
            if (oneSided) y = y[..(2 * (length / 2 + 1))];
            shape = [y.Length / 2, 2];
        }
        return new(name, "DFT", 20, [CaseData.F([n, parts], x), CaseData.L([], length), null], [CaseData.F(shape, y)])
        {
            Attributes = [("inverse", inverse ? 1L : 0L), ("onesided", oneSided ? 1L : 0L)], Constants = [1], Absolute = 2e-5,
        };
    }

    static OperatorCase Stft(string name, int parts, int signal, int length, int step, int? window, bool oneSided, bool constant = true)
    {
        double[] x = Numbers(signal * parts), w = [.. Numbers(window ?? 0).Select(v => v + 2)];
        int frames = (signal - length) / step + 1, bins = oneSided ? length / 2 + 1 : length;
        var y = new List<double>();
        for (int f = 0; f < frames; f++)
        {
            double[] frame = [.. Enumerable.Range(0, length * parts).Select(i => x[f * step * parts + i] * (window is null ? 1 : i / parts < w.Length ? (double)(float)w[i / parts] : 0))];
            y.AddRange(Sums(frame, parts, length, false)[..(2 * bins)]);
        }
        return new(name, "STFT", 17, [CaseData.F([1, signal, parts], x), CaseData.L([], step), window is null ? null : CaseData.F([window.Value], w), CaseData.L([], length)],
            [CaseData.F([1, frames, bins, 2], y)])
        { Attributes = [("onesided", oneSided ? 1L : 0L)], Constants = constant ? [1, 3] : [3], Absolute = 2e-5 };
    }

    static OperatorCase Window(string name, string op, int size, bool periodic, Func<double, double> formula, int type = 1)
    {
        double[] values = [.. Enumerable.Range(0, size).Select(i => formula(2 * Math.PI * i / (periodic ? size : size - 1)))];
        return new(name, op, 17, [CaseData.I([], size)], [type == 11 ? CaseData.D([size], values) : CaseData.F([size], values)])
        { Attributes = [("periodic", periodic ? 1L : 0L), ("output_datatype", (long)type)], Constants = [0], Absolute = type == 11 ? 1e-12 : 2e-7, Relative = type == 11 ? 1e-12 : 1e-6 };
    }
}
