namespace Tiny.Render;

/// <summary>
/// Arithmetic that emitted code calls where no instruction has its meaning: quotients rounded down, where the one that does not fit
/// wraps; a divisor of 0 gives the quotient 0 and leaves the dividend.
/// </summary>
static class IlMath
{
    /// <summary>Quotient rounded down.</summary>
    public static int FloorDiv(int a, int b)
    {
        if (b is 0 or -1) return unchecked(a * b);
        int q = a / b;
        return (a ^ b) < 0 && q * b != a ? q - 1 : q;
    }

    /// <summary>Quotient rounded down.</summary>
    public static long FloorDiv(long a, long b)
    {
        if (b is 0 or -1) return unchecked(a * b);
        long q = a / b;
        return (a ^ b) < 0 && q * b != a ? q - 1 : q;
    }

    /// <summary>Quotient.</summary>
    public static uint FloorDiv(uint a, uint b) => b == 0 ? 0 : a / b;

    /// <summary>Quotient.</summary>
    public static ulong FloorDiv(ulong a, ulong b) => b == 0 ? 0 : a / b;

    /// <summary>What is left of a, with the sign of b.</summary>
    public static int FloorMod(int a, int b)
    {
        if (b is 0 or -1) return b == 0 ? a : 0;
        int r = a % b;
        return r != 0 && (r ^ b) < 0 ? r + b : r;
    }

    /// <summary>What is left of a, with the sign of b.</summary>
    public static long FloorMod(long a, long b)
    {
        if (b is 0 or -1) return b == 0 ? a : 0;
        long r = a % b;
        return r != 0 && (r ^ b) < 0 ? r + b : r;
    }

    /// <summary>What is left of a.</summary>
    public static uint FloorMod(uint a, uint b) => b == 0 ? a : a % b;

    /// <summary>What is left of a.</summary>
    public static ulong FloorMod(ulong a, ulong b) => b == 0 ? a : a % b;
}
