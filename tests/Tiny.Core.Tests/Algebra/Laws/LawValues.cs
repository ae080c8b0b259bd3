namespace Tiny.Tests.Algebra;

/// <summary>A law on given numbers. Floats are carried as their bits, every NaN the same, so that equal means no difference at all.</summary>
static class LawValues
{
    static readonly float[] s_floats =
    [
        0f, -0f, 1f, -1f, 0.5f, 3.25f, -7e-45f, float.Epsilon, float.MaxValue, float.NegativeInfinity, float.PositiveInfinity, float.NaN,
    ];

    /// <summary>What a name stands for in turn.</summary>
    public static IEnumerable<long> Domain(LawTerm name) => name.Kind switch
    {
        LawKind.Bool => [0, 1],
        LawKind.Float => s_floats.Select(Bits),
        _ => name.IsConstant ? Enumerable.Range(-3, 9).Select(i => (long)i) : Enumerable.Range(-4, 11).Select(i => (long)i),
    };

    /// <summary>The first point at which the law is wrong, and how many there were at which its condition holds.</summary>
    public static (string? Wrong, int Points) Check(Law law)
    {
        var at = new Dictionary<string, long>();
        int points = 0;
        string? wrong = null;
        Try(0);
        return (wrong, points);

        void Try(int n)
        {
            if (wrong is not null) return;
            if (n < law.Names.Count)
                foreach (long v in Domain(law.Names[n]))
                {
                    at[law.Names[n].Head] = v;
                    Try(n + 1);
                }
            else if (Holds(law.Condition, at))
            {
                points++;
                var (left, right) = (Of(law.Left, at), Of(law.Right, at));
                if (left != right) wrong = $"{left} against {right} at {string.Join(", ", at.Select(p => $"{p.Key} = {p.Value}"))}";
            }
        }
    }

    /// <summary>A condition; one that divides by nothing does not hold.</summary>
    public static bool Holds(LawTerm condition, Dictionary<string, long> at) => condition.Head == "&"
        ? Holds(condition.Args[0], at) && Holds(condition.Args[1], at) : Of(condition, at) != 0;

    public static long Of(LawTerm t, Dictionary<string, long> at)
    {
        if (t.Head == "#") return t.Kind == LawKind.Float ? Bits((float)t.Number) : (long)t.Number;
        if (t.IsName) return at[t.Head];
        if (t.Head == "load") return t.Args.Length == 3 && Of(t.Args[2], at) == 0 ? 0 : 1000 + 7 * Of(t.Args[1], at);
        if (t.Head == "?") return Of(t.Args[0], at) != 0 ? Of(t.Args[1], at) : Of(t.Args[2], at);
        if (t.Head == "loop") return 0;
        long a = Of(t.Args[0], at), b = t.Args.Length > 1 ? Of(t.Args[1], at) : 0;
        if (t.Kind == LawKind.Float)
            return Bits(t.Head switch
            {
                "*" => Float(a) * Float(b),
                "/" => Float(a) / Float(b),
                "-" => -Float(a),
                _ => throw new InvalidOperationException(t.Head),
            });
        return t.Head switch
        {
            "+" => a + b,
            "-" => -a,
            "*" => a * b,
            "/" => Floor(a, b),
            "%" => a - Floor(a, b) * b,
            "min" => Math.Min(a, b),
            "max" => Math.Max(a, b),
            "int" => a,
            "&" => a & b,
            "|" => a | b,
            "!" => 1 - a,
            "<" => a < b ? 1 : 0,
            "<=" => a <= b ? 1 : 0,
            "=" => a == b ? 1 : 0,
            "!=" => a != b ? 1 : 0,
            _ => throw new InvalidOperationException(t.Head),
        };
    }

    static long Floor(long a, long b) => (long)Math.Floor((decimal)a / b);
    static long Bits(float f) => float.IsNaN(f) ? -1 : BitConverter.SingleToUInt32Bits(f);
    static float Float(long bits) => bits < 0 ? float.NaN : BitConverter.UInt32BitsToSingle((uint)bits);
}
