namespace Tiny.Tests;

/// <summary>Whether results are what is expected: integers and bools exactly, floats within some last places of the largest, NaN just where it is expected.</summary>
static class Agreement
{
    /// <summary>Exact numbers as an integer dtype holds them: whole, and wrapped. Floats stay.</summary>
    public static Nd Held(Nd exact, DType dtype, Func<double, double> rounded) => dtype.IsFloat ? exact : exact.Map(v => Wrapped(rounded(v), dtype));

    /// <summary>What is wrong with a result of a dtype, or null.</summary>
    public static string? Difference(Nd actual, Nd expected, DType dtype)
    {
        if (!actual.Dims.SequenceEqual(expected.Dims)) return $"shape [{string.Join(", ", actual.Dims)}] instead of [{string.Join(", ", expected.Dims)}]";
        double[] wanted = expected.Data;
        double allowed = dtype.IsFloat ? Step(dtype) * wanted.Where(double.IsFinite).Select(Math.Abs).Append(1).Max() : 0;
        for (int i = 0; i < wanted.Length; i++)
            if (!actual.Data[i].Equals(wanted[i]) && !(Math.Abs(actual.Data[i] - wanted[i]) <= allowed)) return $"element {i} of {dtype} is {actual.Data[i]:R} instead of {wanted[i]:R}";
        return null;
    }

    /// <summary>The whole number that a dtype holds of one that may be too large; of NaN, 0.</summary>
    static double Wrapped(double value, DType dtype)
    {
        if (!double.IsFinite(value)) return 0;
        int bits = dtype.IsBool ? 1 : dtype.Size * 8;
        Int128 all = (Int128)value & ((Int128.One << bits) - 1);
        return (double)(!dtype.IsBool && !dtype.IsUnsigned && all >> bits - 1 != 0 ? all - (Int128.One << bits) : all);
    }

    /// <summary>A few last places of 1.</summary>
    static double Step(DType dtype) => dtype.Kind switch
    {
        ScalarKind.Float64 => 1e-11,
        ScalarKind.Float32 => 4e-6,
        ScalarKind.Float16 => 4.0 / 1024,
        ScalarKind.BFloat16 => 4.0 / 128,
        ScalarKind.Float8E4M3 => 2.0 / 8,
        _ => 2.0 / 4,
    };
}
