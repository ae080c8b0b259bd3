namespace Tiny.Runtime;

/// <summary>
/// Floats of 8 and 16 bits for the interpreter: a table of all their numbers, by their bits, and rounding by a search in it.
/// </summary>
sealed class InterpreterShortFloats
{
    static readonly Lazy<InterpreterShortFloats> s_e4m3 = new(() => new(4, 3, infinity: false)), s_e5m2 = new(() => new(5, 2, infinity: true)),
        s_half = new(() => new(5, 10, infinity: true)), s_brain = new(() => new(8, 7, infinity: true));

    readonly double[] _numbers;
    // Positive numbers by their bits, with one step more than there are: what is rounded to that overflows.
    readonly double[] _steps;
    readonly int _sign, _nan;

    InterpreterShortFloats(int exponentBits, int fractionBits, bool infinity)
    {
        int fractions = 1 << fractionBits, bias = (1 << exponentBits - 1) - 1;
        _sign = 1 << exponentBits + fractionBits;
        int overflow = infinity ? _sign - fractions : _sign - 1;
        _nan = infinity ? overflow + fractions / 2 : overflow;
        _steps = new double[overflow + 1];
        for (int i = 0; i < fractions; i++) _steps[i] = i * Math.Pow(2, 1 - bias - fractionBits);
        // Each exponent's numbers are twice those of the one before; the first normal ones follow the subnormal ones.
        for (int i = fractions; i < _steps.Length; i++) _steps[i] = i < 2 * fractions ? i * _steps[1] : 2 * _steps[i - fractions];
        _numbers = new double[2 * _sign];
        for (int i = 0; i < _sign; i++)
        {
            _numbers[i] = i < overflow ? _steps[i] : i == overflow && infinity ? double.PositiveInfinity : double.NaN;
            _numbers[_sign + i] = -_numbers[i];
        }
    }

    /// <summary>The floats of a kind.</summary>
    public static InterpreterShortFloats Of(ScalarKind kind) => kind switch
    {
        ScalarKind.Float8E4M3 => s_e4m3.Value,
        ScalarKind.Float8E5M2 => s_e5m2.Value,
        ScalarKind.Float16 => s_half.Value,
        ScalarKind.BFloat16 => s_brain.Value,
        _ => throw new InvalidOperationException($"{kind} is no float of 8 or 16 bits"),
    };

    /// <summary>The number of a bit pattern.</summary>
    public double this[int bits] => _numbers[bits];

    /// <summary>The bits of the number nearest to x, of two as near the one whose last bit is 0.</summary>
    public int Nearest(double x)
    {
        int sign = double.IsNegative(x) ? _sign : 0;
        double size = Math.Abs(x);
        if (double.IsNaN(x)) return sign | _nan;
        int above = Array.BinarySearch(_steps, size);
        if (above >= 0) return sign | above;
        above = Math.Min(~above, _steps.Length - 1);
        double middle = (_steps[above - 1] + _steps[above]) / 2;
        return sign | (size > middle || size == middle && above % 2 == 0 ? above : above - 1);
    }
}
