namespace Tiny.Tests;

/// <summary>How exactly a target computes, as docs/math.md promises. Errors are in units of the result's last place.</summary>
public sealed record Accuracy
{
    /// <summary>2 to the x.</summary>
    public double Exp2 { get; init; } = 2;
    /// <summary>e to the x.</summary>
    public double Exp { get; init; } = 2;
    /// <summary>Logarithm to base 2.</summary>
    public double Log2 { get; init; } = 2;
    /// <summary>Sine, where it is not near 0 for another reason than a small argument.</summary>
    public double Sin { get; init; } = 2;
    /// <summary>Quotient; 0 where it is rounded correctly.</summary>
    public double Div { get; init; }
    /// <summary>Square root; 0 where it is rounded correctly.</summary>
    public double Sqrt { get; init; }
    /// <summary>True where a * b + c may be rounded once without being asked for.</summary>
    public bool Contracts { get; init; }
    /// <summary>True where numbers below the normal range may count as 0.</summary>
    public bool Flushes { get; init; }
    /// <summary>True where the sign of a zero may be lost.</summary>
    public bool LosesZeroSign { get; init; }

    /// <summary>IL and C: basic operations as IEEE 754 says.</summary>
    public static Accuracy Cpu { get; } = new();
    /// <summary>WGSL: what its specification allows.</summary>
    public static Accuracy Wgsl { get; } = new() { Div = 2.5, Sqrt = 4, Contracts = true, Flushes = true, LosesZeroSign = true };
}
