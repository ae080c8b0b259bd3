namespace Tiny.Render;

/// <summary>Arithmetic that emitted code calls where no instruction has its meaning.</summary>
static class IlMath
{
    /// <summary>Quotient rounded down; wraps at the one quotient that does not fit.</summary>
    /// <exception cref="DivideByZeroException">b is 0.</exception>
    public static int FloorDiv(int a, int b)
    {
        if (b == -1) return unchecked(-a);
        int q = a / b;
        return (a ^ b) < 0 && q * b != a ? q - 1 : q;
    }

    /// <summary>Quotient rounded down; wraps at the one quotient that does not fit.</summary>
    /// <exception cref="DivideByZeroException">b is 0.</exception>
    public static long FloorDiv(long a, long b)
    {
        if (b == -1) return unchecked(-a);
        long q = a / b;
        return (a ^ b) < 0 && q * b != a ? q - 1 : q;
    }

    /// <summary>What is left of a, with the sign of b.</summary>
    /// <exception cref="DivideByZeroException">b is 0.</exception>
    public static int FloorMod(int a, int b)
    {
        if (b == -1) return 0;
        int r = a % b;
        return r != 0 && (r ^ b) < 0 ? r + b : r;
    }

    /// <summary>What is left of a, with the sign of b.</summary>
    /// <exception cref="DivideByZeroException">b is 0.</exception>
    public static long FloorMod(long a, long b)
    {
        if (b == -1) return 0;
        long r = a % b;
        return r != 0 && (r ^ b) < 0 ? r + b : r;
    }
}
