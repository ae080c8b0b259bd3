namespace Tiny;

// Angles are in radians. Dtypes as for the exponentials. Cos and Tan rest on Sin, of which no argument is rounded first.
public sealed partial class Tensor
{
    /// <summary>Cosine: off by at most 2^-22 (float32), 2^-51 (float64) and four times the error of Sin, at any argument.</summary>
    public Tensor Cos() => Analysis("cos", Cos);

    /// <summary>Sin(x) / Cos(x). Near a pole the relative error grows as that of x itself does.</summary>
    public Tensor Tan() => Analysis("tan", static x => x.Sin() / Cos(x));

    /// <summary>Angle in -pi/2..pi/2 whose sine is x: within 4 ULP; NaN outside of -1..1.</summary>
    public Tensor Asin() => Analysis("asin", static x => Derived(x, Odd(x, static a => AtanOfPositive(a / ((1 - a) * (1 + a)).Sqrt())),
        static (x, _) => ((1 - x) * (1 + x)).Rsqrt()));

    /// <summary>Angle in 0..pi whose cosine is x: within 4 ULP; NaN outside of -1..1.</summary>
    public Tensor Acos() => Analysis("acos", static x => Derived(x, AtanOfPositive(((1 - x) / (1 + x)).Sqrt()) * 2,
        static (x, _) => -((1 - x) * (1 + x)).Rsqrt()));

    /// <summary>Angle in -pi/2..pi/2 whose tangent is x: within 2 ULP.</summary>
    public Tensor Atan() => Analysis("atan", static x => Derived(x, Odd(x, AtanOfPositive), static (x, _) => 1 / (x * x + 1)));

    /// <summary>
    /// Angle of the point (x, y) in -pi..pi, from the signs of both, zeros and infinities included: within 4 ULP.
    /// Shapes broadcast.
    /// </summary>
    public static Tensor Atan2(Tensor y, Tensor x) => Analysis("atan2", y, x, static (y, x) =>
    {
        Tensor ay = y.Magnitude(), ax = x.Magnitude();
        Tensor longer = ay.Maximum(ax), shorter = ay.Minimum(ax);
        // 0 / 0 counts as 0, infinity / infinity as 1.
        var ratio = longer.Eq(shorter).Where(longer.Gt(0).Where(One(x), 0), shorter / longer);
        var angle = AtanOfPositive(ratio);
        angle = ay.Gt(ax).Where(Math.PI / 2 - angle, angle);
        angle = x.HasSign().Where(Math.PI - angle, angle).WithSignOf(y);
        return Derived(y, x, angle, static (y, x, _) => (x / (x * x + y * y), -y / (x * x + y * y)));
    });
    /// <summary>Angle of the point (<paramref name="x"/>, this) in -pi..pi, from the signs of both. Shapes broadcast.</summary>
    public Tensor Atan2(Tensor x) => Atan2(this, x);

    // 1 - 2 sin(x/2)^2: halving x rounds nothing, adding pi/2 to it would.
    static Tensor Cos(Tensor x)
    {
        var half = (x * 0.5).Sin();
        return Derived(x, 1 - half * half * 2, static (x, _) => -x.Sin());
    }

    static Tensor AtanOfPositive(Tensor a)
    {
        // Turned by 0, pi/4 or pi/2, so that what is left is at most sqrt(2) - 1. The turns are kept in two parts.
        Tensor far = a.Gt(1 + Math.Sqrt(2)), middle = a.Gt(Math.Sqrt(2) - 1), one = One(a);
        var t = far.Where(-1, middle.Where(a - 1, a)) / far.Where(a, middle.Where(a + 1, one));
        bool wide = a.DType == DType.Float64;
        double high = wide ? Math.PI / 2 : (float)(Math.PI / 2), low = wide ? 6.123233995736766e-17 : Math.PI / 2 - high;
        var turns = far.Where(one, middle.Where(one * 0.5, 0));
        var z = t * t;
        return turns * high + (t + (t * (z * Approximation.Atan(z)) + turns * low));
    }

    static Tensor One(Tensor like) => new(Build.Fill(1.0, like.Node));
}
