using static Tiny.Onnx.Tests.Operators.CaseData;

namespace Tiny.Onnx.Tests.Operators;

/// <summary>Images read between their elements.</summary>
static class SamplingCases
{
    static readonly float[] s_image = [.. Enumerable.Range(0, 30).Select(i => (float)(i * i % 17))], s_grid = [-1.2f, 0.3f, 0.9f, -1.4f, 1.1f, 1.3f, 0.1f, 0.2f];

    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        // The centre of column 11 is at 11.5 / 2.3 - 0.5: in float32, and in what was written, the middle of two.
        new("resize_nearest_middle", "Resize", 13, [F([1, 1, 5, 6], s_image), null, F([4], 1, 1, 1.6f, 2.3f)],
            [F([1, 1, 8, 13], from row in new[] { 0, 0, 1, 2, 2, 3, 4, 4 } from column in new[] { 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5 } select (double)s_image[row * 6 + column])]) { Constants = [2] },
        .. new[] { 0, 1 }.Select(corners => new OperatorCase($"grid_sample_cubic_border_{corners}", "GridSample", 20, [F([1, 1, 5, 6], s_image), F([1, 2, 2, 2], s_grid)],
            [F([1, 1, 2, 2], Enumerable.Range(0, 4).Select(p => Cubic(s_grid[2 * p], s_grid[2 * p + 1], corners == 1)))])
            { Attributes = [("mode", "cubic"), ("padding_mode", "border"), ("align_corners", corners)], Absolute = 1e-5 }),
    ];

    // Elements beyond the border are those at it; the place itself is where it is.
    static double Cubic(double x, double y, bool corners)
    {
        double Place(double at, int extent) => corners ? (at + 1) / 2 * (extent - 1) : ((at + 1) * extent - 1) / 2;
        static double Weight(double d) => d <= 1 ? (1.25 * d - 2.25) * d * d + 1 : d < 2 ? ((-0.75 * d + 3.75) * d - 6) * d + 3 : 0;
        (x, y) = (Place(x, 6), Place(y, 5));
        double sum = 0;
        for (int r = (int)Math.Floor(y) - 1; r <= (int)Math.Floor(y) + 2; r++)
            for (int c = (int)Math.Floor(x) - 1; c <= (int)Math.Floor(x) + 2; c++)
                sum += Weight(Math.Abs(r - y)) * Weight(Math.Abs(c - x)) * s_image[Math.Clamp(r, 0, 4) * 6 + Math.Clamp(c, 0, 5)];
        return sum;
    }
}
