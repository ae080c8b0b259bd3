using static Tiny.Onnx.Tests.Operators.CaseData;

namespace Tiny.Onnx.Tests.Operators;

/// <summary>Boxes of images, against loops that are written as the definition is.</summary>
static class DetectionCases
{
    const int Channels = 2, Height = 6, Width = 5;

    // One inside, a small one, one that is larger than the image, one outside of it, one that is no box.
    static readonly float[][] s_boxes = [[0.5f, 1, 4, 5], [1.2f, 2, 1.9f, 2.3f], [-7, -30, 9.5f, 41], [8, 9, 12, 13], [3, 3, 1, 2]];
    static readonly float[] s_images = [.. Enumerable.Range(0, 2 * Channels * Height * Width).Select(i => (float)Math.Sin(i * 1.7) - 0.3f)];
    static readonly long[] s_of = [0, 1, 1, 0, 1];

    const int Boxes = 45;
    static readonly float[] s_scores = [.. Enumerable.Range(0, 4 * Boxes).Select(i => (float)(Math.Sin(i * 2.3) + 0.9) / 2)];

    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        .. from mode in new[] { "avg", "max" } from half in new[] { true, false } from sampling in new[] { 0, 2 }
           // Of two opposite corners in the wrong order there is nothing to be the largest of.
           let boxes = mode == "max" && half ? s_boxes[..4] : s_boxes
           select new OperatorCase($"roi_align_{mode}_{(half ? "half" : "whole")}_{sampling}", "RoiAlign", 16,
               [F([2, Channels, Height, Width], s_images), F([boxes.Length, 4], [.. boxes.SelectMany(b => b)]), L([boxes.Length], s_of[..boxes.Length])],
               [F([boxes.Length, Channels, 3, 2], boxes.SelectMany((b, i) => Enumerable.Range(0, Channels).SelectMany(c => Bins(b, (int)s_of[i], c, mode == "max", half, sampling))))])
           {
               Attributes = [("output_height", 3), ("output_width", 2), ("sampling_ratio", sampling), ("spatial_scale", 0.75f), ("mode", mode),
                   ("coordinate_transformation_mode", half ? "half_pixel" : "output_half_pixel")],
               Absolute = 1e-5,
           },
        // Few are looked for one by one, many in blocks; boxes by corners in any order, or by their middles.
        .. from most in new[] { 3L, 20, 45, long.MaxValue } from centred in new[] { false, true }
           let chosen = Suppressed(most, centred)
           select new OperatorCase($"non_max_suppression_{most}_{(centred ? "middles" : "corners")}", "NonMaxSuppression", 11,
               [F([2, Boxes, 4], Edges(centred)), F([2, 2, Boxes], s_scores), L([1], most), F([1], 0.3f), F([1], 0.1f)], [L([chosen.Count, 3], [.. chosen.SelectMany(c => c)])])
           {
               Attributes = [("center_point_box", centred ? 1 : 0)], Constants = most == 20 ? [] : [2],
           },
    ];

    static IEnumerable<double> Edges(bool centred)
    {
        for (int i = 0; i < 2 * Boxes; i++)
        {
            double x = 6 * Math.Abs(Math.Sin(i * 0.7)), y = 6 * Math.Abs(Math.Sin(i * 1.9)), w = 1 + Math.Abs(Math.Sin(i * 3.1)), h = 1 + Math.Abs(Math.Cos(i * 1.1));
            foreach (var e in centred ? [x, y, w, h] : i % 2 == 0 ? [y, x, y + h, x + w] : new[] { y + h, x, y, x + w }) yield return (float)e;
        }
    }

    static List<long[]> Suppressed(long most, bool centred)
    {
        double[] edges = [.. Edges(centred)];
        (double X1, double Y1, double X2, double Y2) Box(int i) => edges[(4 * i)..(4 * i + 4)] is [var a, var b, var c, var d]
            ? centred ? (a - c / 2, b - d / 2, a + c / 2, b + d / 2) : (Math.Min(b, d), Math.Min(a, c), Math.Max(b, d), Math.Max(a, c)) : default;
        double Shared(int i, int j)
        {
            var (a, b) = (Box(i), Box(j));
            double both = Math.Max(0, Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1)) * Math.Max(0, Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1));
            return both / ((a.X2 - a.X1) * (a.Y2 - a.Y1) + (b.X2 - b.X1) * (b.Y2 - b.Y1) - both);
        }
        var all = new List<long[]>();
        for (int b = 0; b < 2; b++)
            for (int c = 0; c < 2; c++)
            {
                var kept = new List<int>();
                float Score(int i) => s_scores[(b * 2 + c) * Boxes + i];
                foreach (int i in Enumerable.Range(0, Boxes).Where(i => Score(i) > 0.1f).OrderByDescending(Score))
                    if (kept.Count < most && kept.All(k => Shared(b * Boxes + k, b * Boxes + i) <= 0.3)) kept.Add(i);
                all.AddRange(kept.Select(i => new[] { (long)b, c, i }));
            }
        return all;
    }

    static IEnumerable<double> Bins(float[] box, int image, int channel, bool largest, bool half, int sampling)
    {
        double[] edges = [.. box.Select(e => e * 0.75 - (half ? 0.5 : 0))];
        double wide = edges[2] - edges[0], high = edges[3] - edges[1];
        if (!half) (wide, high) = (Math.Max(wide, 1), Math.Max(high, 1));
        double binWidth = wide / 2, binHeight = high / 3;
        int across = sampling > 0 ? sampling : (int)Math.Ceiling(binWidth), down = sampling > 0 ? sampling : (int)Math.Ceiling(binHeight);
        for (int r = 0; r < 3; r++)
            for (int c = 0; c < 2; c++)
            {
                double sum = 0, most = double.NegativeInfinity;
                for (int i = 0; i < down; i++)
                    for (int j = 0; j < across; j++)
                    {
                        var parts = Sample(image * Channels + channel, edges[1] + r * binHeight + (i + 0.5) * binHeight / down, edges[0] + c * binWidth + (j + 0.5) * binWidth / across);
                        sum += parts.Sum();
                        most = Math.Max(most, parts.Max());
                    }
                yield return largest ? most : sum / Math.Max(1, across * down);
            }
    }

    // The four elements around a place, each by its weight.
    static double[] Sample(int plane, double y, double x)
    {
        if (y < -1 || y > Height || x < -1 || x > Width) return [0];
        (y, x) = (Math.Clamp(y, 0, Height - 1), Math.Clamp(x, 0, Width - 1));
        int top = (int)y, left = (int)x, bottom = Math.Min(top + 1, Height - 1), right = Math.Min(left + 1, Width - 1);
        double At(int r, int c) => s_images[(plane * Height + r) * Width + c];
        double dy = y - top, dx = x - left;
        return [At(top, left) * (1 - dy) * (1 - dx), At(top, right) * (1 - dy) * dx, At(bottom, left) * dy * (1 - dx), At(bottom, right) * dy * dx];
    }
}
