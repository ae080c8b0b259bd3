namespace Tiny.Onnx.Operators;

/// <summary>The cubic kernel by which elements are weighted that lie less than two away (Keys, 1981), with its parameter <c>a</c>.</summary>
static class CubicKernel
{
    /// <summary>The weight at a distance.</summary>
    public static double At(double d, double a) => d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;

    /// <summary>The weights at distances.</summary>
    public static Tensor At(Tensor d, double a) => d.Le(1).Where(Near(d, a), d.Lt(2).Where(Far(d, a), 0));

    /// <summary>The weights at distances of at most 1.</summary>
    public static Tensor Near(Tensor d, double a) => ((a + 2) * d - (a + 3)) * d * d + 1;

    /// <summary>The weights at distances from 1 to 2.</summary>
    public static Tensor Far(Tensor d, double a) => ((d * a - 5 * a) * d + 8 * a) * d - 4 * a;
}
