using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;

namespace Tiny.Render;

/// <summary>
/// Functions of generated WGSL that kernels call, by name. A 64-bit integer is a <c>vec2u</c>, its low word first; functions of such pairs end in
/// <c>_64</c>, or in <c>_i64</c> and <c>_u64</c> where the sign makes a difference.
/// </summary>
static partial class WgslHelper
{
    /// <summary>The functions and all that they call, each once, as text.</summary>
    public static string Listing(IEnumerable<string> names)
    {
        var all = new SortedSet<string>(StringComparer.Ordinal);
        var work = new Stack<string>(names);
        while (work.TryPop(out var name))
            if (all.Add(name))
                foreach (Match call in Call().Matches(s_functions[name])) if (IsHelper(call.Groups[1].Value)) work.Push(call.Groups[1].Value);
        var text = new StringBuilder();
        foreach (var name in all) text.Append(s_functions[name]).Append('\n');
        return text.ToString();
    }

    /// <summary>True for a name that a function here has.</summary>
    public static bool IsHelper(string name) => s_functions.ContainsKey(name);

    [GeneratedRegex(@"\b([a-z][a-z0-9_]*)\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"^fn ([a-z][a-z0-9_]*)\(", RegexOptions.Multiline)]
    private static partial Regex Name();

    static readonly FrozenDictionary<string, string> s_functions = Words.Concat(Vectors).Concat(Sine).Concat(Pairs)
        .ToFrozenDictionary(text => Name().Match(text).Groups[1].Value, text => text);

    // For four lanes.
    static string[] Vectors =>
    [
        """
        fn is_nan_4(x: vec4f) -> vec4<bool> {
            return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
        }

        """,
        """
        fn max_nan_4(a: vec4f, b: vec4f) -> vec4f {
            return select(select(max(a, b), b, is_nan_4(b)), a, is_nan_4(a));
        }

        """,
        """
        fn min_nan_4(a: vec4f, b: vec4f) -> vec4f {
            return select(select(min(a, b), b, is_nan_4(b)), a, is_nan_4(a));
        }

        """,
        """
        fn at_least_4(x: vec4f, least: f32) -> vec4f {
            return select(max(x, vec4f(least)), x, is_nan_4(x));
        }

        """,
        """
        fn at_most_4(x: vec4f, most: f32) -> vec4f {
            return select(min(x, vec4f(most)), x, is_nan_4(x));
        }

        """,
        """
        fn within_4(x: vec4f, least: f32, most: f32) -> vec4f {
            return select(clamp(x, vec4f(least), vec4f(most)), x, is_nan_4(x));
        }

        """,
        """
        fn f32_to_i32_4(x: vec4f) -> vec4i {
            let whole = select(vec4i(x), vec4i(), is_nan_4(x));
            return select(whole, vec4i(2147483647), x >= vec4f(2147483648.0));
        }

        """,
    ];

    static string[] Words =>
    [
        """
        // a / b rounded down; 0 for a divisor of 0.
        fn floor_div(a: i32, b: i32) -> i32 {
            if (b == 0) { return 0; }
            let q = a / b;
            return select(q, q - 1, a % b != 0 && (a < 0) != (b < 0));
        }

        """,
        """
        // a - b * floor(a / b); a for a divisor of 0.
        fn floor_mod(a: i32, b: i32) -> i32 {
            if (b == 0) { return a; }
            let r = a % b;
            return select(r, r + b, r != 0 && (r < 0) != (b < 0));
        }

        """,
        """
        fn floor_div_u(a: u32, b: u32) -> u32 {
            if (b == 0u) { return 0u; }
            return a / b;
        }

        """,
        """
        fn floor_mod_u(a: u32, b: u32) -> u32 {
            if (b == 0u) { return a; }
            return a % b;
        }

        """,
        """
        // By the bits: a compiler of shaders may take x != x for false.
        fn is_nan(x: f32) -> bool {
            return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
        }

        """,
        """
        // The larger; NaN if either is.
        fn max_nan(a: f32, b: f32) -> f32 {
            return select(select(max(a, b), b, is_nan(b)), a, is_nan(a));
        }

        """,
        """
        // The smaller; NaN if either is.
        fn min_nan(a: f32, b: f32) -> f32 {
            return select(select(min(a, b), b, is_nan(b)), a, is_nan(a));
        }

        """,
        """
        // The larger of x and a number; NaN for NaN.
        fn at_least(x: f32, least: f32) -> f32 {
            return select(max(x, least), x, is_nan(x));
        }

        """,
        """
        // The smaller of x and a number; NaN for NaN.
        fn at_most(x: f32, most: f32) -> f32 {
            return select(min(x, most), x, is_nan(x));
        }

        """,
        """
        // x, but no less and no more than two numbers; NaN for NaN.
        fn within(x: f32, least: f32, most: f32) -> f32 {
            return select(clamp(x, least, most), x, is_nan(x));
        }

        """,
        """
        // Rounds towards zero and saturates; 0 for NaN.
        fn f32_to_i32(x: f32) -> i32 {
            if (x >= 2147483648.0) { return 2147483647; }
            return select(i32(x), 0, is_nan(x));
        }

        """,
        """
        // Rounds towards zero and saturates; 0 for NaN.
        fn f32_to_u32(x: f32) -> u32 {
            if (x >= 4294967296.0) { return 4294967295u; }
            return select(0u, u32(x), x > 0.0 && !is_nan(x));
        }

        """,
        """
        // The nearest float32: f32(x) of a number beyond 2^24 is rounded in another way by some drivers.
        fn u32_to_f32(x: u32) -> f32 {
            return f32(x >> 16u) * 65536.0 + f32(x & 0xffffu);
        }

        """,
        """
        fn infinity() -> f32 {
            var bits = 0x7f800000u;
            return bitcast<f32>(bits);
        }

        """,
        """
        fn not_a_number() -> f32 {
            var bits = 0x7fc00000u;
            return bitcast<f32>(bits);
        }

        """,
    ];
}
