namespace Tiny;

/// <summary>
/// A whole number that a program is compiled without knowing: it is given at each call, within its bounds. Shapes, slices and sums of
/// numbers may hold one (<see cref="Dim"/>). Variables of one name and bounds are one variable.
/// </summary>
public sealed record Variable
{
    /// <summary>A number from <paramref name="min"/> to <paramref name="max"/>, both included.</summary>
    /// <exception cref="ShapeException">The name is no identifier, or the bounds are negative or in the wrong order.</exception>
    public Variable(string name, int min, int max)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new ShapeException($"variable '{name}': a name is made of letters, digits and _, and begins with no digit");
        if (min < 0 || max < min) throw new ShapeException($"variable {name}: bounds {min}..{max} are not 0 <= min <= max");
        (Name, Min, Max) = (name, min, max);
    }

    /// <summary>What it is called in messages and in exported programs.</summary>
    public string Name { get; }
    /// <summary>The least value.</summary>
    public int Min { get; }
    /// <summary>The largest value.</summary>
    public int Max { get; }

    /// <summary>a + b.</summary>
    public static Dim operator +(Variable a, Dim b) => (Dim)a + b;
    /// <summary>a - b.</summary>
    public static Dim operator -(Variable a, Dim b) => (Dim)a - b;
    /// <summary>a * b.</summary>
    public static Dim operator *(Variable a, Dim b) => (Dim)a * b;
    /// <summary>a / n rounded down.</summary>
    public static Dim operator /(Variable a, int n) => (Dim)a / n;
    /// <summary>a - n * (a / n).</summary>
    public static Dim operator %(Variable a, int n) => (Dim)a % n;

    /// <summary><c>t (1..512)</c>.</summary>
    public override string ToString() => $"{Name} ({Min}..{Max})";
}
