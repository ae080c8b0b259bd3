using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Tiny.Graph;

namespace Tiny.Render;

/// <summary>A type or function of generated C that kernels call, with those that it needs before it. One name, one text.</summary>
public sealed partial class CHelper
{
    CHelper(string name, string text, params ReadOnlySpan<CHelper> needs)
    {
        Name = name;
        Text = text;
        Needs = [.. needs];
    }

    /// <summary>The identifier that it declares.</summary>
    public string Name { get; }
    /// <summary>Its declaration.</summary>
    public string Text { get; }
    // No function: it stands in the block of types at the top.
    bool IsType => !Text.Contains('{', StringComparison.Ordinal);
    /// <summary>What its own text uses.</summary>
    public ImmutableArray<CHelper> Needs { get; }

    /// <summary>The helpers and all that they need, each once, in order of need.</summary>
    public static IReadOnlyList<CHelper> Closure(IEnumerable<CHelper> helpers)
    {
        var seen = new HashSet<string>();
        var all = new List<CHelper>();
        foreach (var h in helpers) Visit(h);
        return all;

        // As deep as helpers need helpers, which is three.
        void Visit(CHelper h)
        {
            if (!seen.Add(h.Name)) return;
            foreach (var n in h.Needs) Visit(n);
            all.Add(h);
        }
    }

    /// <summary>Their text, types first in a block of their own; what they need is not added (<see cref="Closure"/>).</summary>
    public static string Listing(IEnumerable<CHelper> helpers)
    {
        var text = new StringBuilder();
        foreach (var h in helpers.OrderBy(h => h.IsType ? 0 : 1))
        {
            if (text.Length > 0 && !h.IsType) text.Append('\n');
            text.Append(h.Text);
        }
        return text.ToString();
    }

    /// <summary>The same for functions with an attribute: it has it too, and a name of its own unless its vectors are those that come with the attribute.</summary>
    internal CHelper For(string attribute)
    {
        if (IsType) return this;
        var text = Text.Replace("static inline ", $"static inline {attribute} ", StringComparison.Ordinal);
        foreach (var function in Closure([this]).Where(h => !h.IsType))
            text = Regex.Replace(text, $@"\b{function.Name}\b", Suffixed(function.Name));
        return new CHelper(Suffixed(Name), text, [.. Needs.Select(n => n.For(attribute))]);

        string Suffixed(string name) => (attribute == "AVX512" && Lanes16().IsMatch(name) || attribute == "AVX2" && Lanes8().IsMatch(name)) ? name : $"{name}_{attribute.ToLowerInvariant()}";
    }

    // Names of types with so many lanes: f16, u8x16, but not i16x8.
    [GeneratedRegex("(?<![a-z0-9])[fiudl]16(?![a-z0-9])|x16(?![0-9])")]
    private static partial Regex Lanes16();
    [GeneratedRegex("(?<![a-z0-9])[fiudl]8(?![a-z0-9])|x8(?![0-9])")]
    private static partial Regex Lanes8();

    /// <summary>Before a loop: it is to be unrolled, so that the elements of its arrays are registers.</summary>
    internal static CHelper Unroll { get; } = new("UNROLL", """
        /* Before loops over the elements of small arrays: unrolled, these are in registers. */
        #if defined(__clang__)
        #define UNROLL _Pragma("clang loop unroll(full)")
        #elif defined(__GNUC__) && __GNUC__ >= 8
        #define UNROLL _Pragma("GCC unroll 1024")
        #else
        #define UNROLL
        #endif

        """);

    // ---- scalars

    // The name of a scalar type inside a helper's name.
    static string Short(DType t) => t.Kind switch
    {
        ScalarKind.Bool => "bool",
        ScalarKind.Int8 => "i8",
        ScalarKind.UInt8 => "u8",
        ScalarKind.Int16 => "i16",
        ScalarKind.UInt16 => "u16",
        ScalarKind.Int32 => "i32",
        ScalarKind.UInt32 => "u32",
        ScalarKind.Int64 => "i64",
        ScalarKind.UInt64 => "u64",
        ScalarKind.Float32 => "f32",
        _ => "f64",
    };

    static string ScalarType(DType t) => t.Kind switch
    {
        ScalarKind.Bool => "bool",
        ScalarKind.Int32 => "int",
        _ => CRenderer.MemoryType(t),
    };

    /// <summary>The function of libm.</summary>
    internal static string? LibraryFunction(Op op, DType t) => !t.IsFloat || op is not (Op.Sqrt or Op.Trunc or Op.Sin or Op.Exp2 or Op.Exp or Op.Log2 or Op.MulAcc)
        ? null : (op == Op.MulAcc ? "fma" : op.ToString()).ToLowerInvariant() + (t.Kind == ScalarKind.Float32 ? "f" : "");

    internal static CHelper? ScalarFunction(Op op, DType t) => op switch
    {
        Op.Max => Extremum("max", ">", "larger", t),
        Op.Min => Extremum("min", "<", "smaller", t),
        Op.Add => Wrapping("add", "+", t),
        Op.Mul => Wrapping("mul", "*", t),
        Op.Shl => Wrapping("shl", "<<", t),
        Op.Neg => Function($"wrap_neg_{Short(t)}", t, "a", $"return ({ScalarType(t)})(0 - ({Unsigned(t)})a);", "-a with two's complement wrap-around."),
        Op.FloorDiv => FloorDiv(t),
        Op.FloorMod => FloorMod(t),
        _ => null,
    };

    /// <summary>A request for a line of memory: an integer may point where a pointer may not.</summary>
    internal static CHelper Prefetch(DType t)
    {
        var (name, type) = ($"prefetch_{Short(t)}", CRenderer.MemoryType(t));
        return new(name, $$"""
            /* Asks for the memory of p[i], which may lie outside: nothing is read. */
            static inline void {{name}}(const {{type}} *p, int i)
            {
                __builtin_prefetch((const void *)((uintptr_t)p + (uintptr_t)i * sizeof *p));
            }

            """);
    }

    static CHelper Extremum(string name, string op, string word, DType t) => t.IsFloat
        ? Function($"{name}_{Short(t)}", t, "a, b", $"return a {op} b || a != a ? a : b;", $"The {word}; NaN if either is.")
        : Function($"{name}_{Short(t)}", t, "a, b", $"return a {op} b ? a : b;");

    /// <summary>The larger (smaller) of a float, or each of a vector of them, and a number that is not NaN: one comparison, which is false for NaN, or one instruction.</summary>
    internal static CHelper Limit(Op op, DType t, bool intrinsics)
    {
        var (name, less) = op == Op.Max ? ("at_least", ">") : ("at_most", "<");
        if (t.Lanes == 1) return Function($"{name}_{Short(t)}", t, "a, b", $"return b {less} a ? b : a;");
        var type = TypeName(t);
        var (body, comment) = !intrinsics ? ($"{VectorSelect(t).Name}(v {less} a, v, a)", "")
            : ($"({type}){Intrinsic(t)}_{(op == Op.Max ? "max" : "min")}_ps((__m{t.Lanes * 32})v, (__m{t.Lanes * 32})a)", "/* Of two of which one is NaN the instruction gives the second. */\n");
        return new($"{name}_{type}", $$"""
            {{comment}}static inline {{type}} {{name}}_{{type}}({{type}} a, float b)
            {
                {{type}} v = {{Splat(t).Name}}(b);
                return {{body}};
            }

            """, [VectorType(t), Splat(t), .. intrinsics ? (CHelper[])[] : [VectorSelect(t)]]);
    }

    /// <summary>Both limits.</summary>
    internal static CHelper Clamp(DType t, bool intrinsics)
    {
        var (type, low, high) = (t.Lanes > 1 ? TypeName(t) : ScalarType(t), Limit(Op.Max, t, intrinsics), Limit(Op.Min, t, intrinsics));
        var name = $"clamp_{(t.Lanes > 1 ? type : Short(t))}";
        return new(name, $$"""
            static inline {{type}} {{name}}({{type}} x, float low, float high)
            {
                return {{high.Name}}({{low.Name}}(x, low), high);
            }

            """, low, high);
    }

    /// <summary>What the intrinsics for a vector of floats begin with.</summary>
    static string Intrinsic(DType t) => $"_mm{(t.Lanes == 4 ? "" : $"{t.Lanes * 32}")}";

    internal static CHelper Wrapping(string name, string op, DType t) => Function($"wrap_{name}_{Short(t)}", t, "a, b",
        op == "<<" ? $"return ({ScalarType(t)})(({Unsigned(t)})a << b);" : $"return ({ScalarType(t)})(({Unsigned(t)})a {op} ({Unsigned(t)})b);",
        $"a {op} b with two's complement wrap-around.");

    static string Unsigned(DType t) => t.Size == 8 ? "uint64_t" : "uint32_t";

    static CHelper FloorDiv(DType t)
    {
        var name = $"floor_div_{Short(t)}";
        if (t.IsUnsigned)
            return Function(name, t, "a, b", $"return {Back(t, "b != 0 ? a / b : 0")};", "a / b; 0 for a divisor of 0.");
        var negate = ScalarFunction(Op.Neg, t)!;
        return Function(name, t, "a, b", $"""
            if (b == 0) return 0;
                if (b == -1) return {negate.Name}(a);
                return a / b - (a % b != 0 && (a < 0) != (b < 0));
            """, "a / b rounded down; 0 for a divisor of 0.", negate);
    }

    static CHelper FloorMod(DType t)
    {
        var name = $"floor_mod_{Short(t)}";
        if (t.IsUnsigned)
            return Function(name, t, "a, b", $"return {Back(t, "b != 0 ? a % b : a")};", "a % b; a for a divisor of 0.");
        return Function(name, t, "a, b", $"""
            if (b == 0) return a;
                if (b == -1) return 0;
                {ScalarType(t)} r = a % b;
                return r != 0 && (r < 0) != (b < 0) ? r + b : r;
            """, "a - b * floor(a / b); a for a divisor of 0.");
    }

    static string Back(DType t, string text) => t.Kind == ScalarKind.UInt8 ? $"(uint8_t)({text})" : text;

    /// <summary>A conversion of floats to integers.</summary>
    internal static CHelper Saturating(DType from, DType to)
    {
        // The bounds are powers of two, and so exact in both float types; the low one is inside the integer's range or one below it.
        var suffix = from.Kind == ScalarKind.Float32 ? "f" : "";
        var (high, max, min) = to.Kind switch
        {
            ScalarKind.UInt8 => ("256.0", "UINT8_MAX", "0"),
            ScalarKind.UInt32 => ("4294967296.0", "UINT32_MAX", "0"),
            ScalarKind.Int32 => ("2147483648.0", "INT32_MAX", "INT32_MIN"),
            ScalarKind.UInt64 => ("18446744073709551616.0", "UINT64_MAX", "0"),
            _ => ("9223372036854775808.0", "INT64_MAX", "INT64_MIN"),
        };
        var low = min == "0" ? $"if (!(x > 0.0{suffix})) return 0;" : $"""
            if (x != x) return 0;
                if (x <= -{high}{suffix}) return {min};
            """;
        return new($"{Short(from)}_to_{Short(to)}", $$"""
            /* Rounds towards zero and saturates; 0 for NaN. */
            static inline {{ScalarType(to)}} {{Short(from)}}_to_{{Short(to)}}({{ScalarType(from)}} x)
            {
                {{low}}
                return x >= {{high}}{{suffix}} ? {{max}} : ({{ScalarType(to)}})x;
            }

            """);
    }

    /// <summary>The bits of one type seen as another.</summary>
    internal static CHelper Bitcast(DType from, DType to)
    {
        var name = $"bitcast_{Short(from)}_{Short(to)}";
        return new(name, $$"""
            static inline {{ScalarType(to)}} {{name}}({{ScalarType(from)}} x)
            {
                {{ScalarType(to)}} y;
                memcpy(&y, &x, sizeof y);
                return y;
            }

            """);
    }

    static CHelper Function(string name, DType t, string arguments, string body, string? comment = null, params ReadOnlySpan<CHelper> needs)
    {
        var type = t.Lanes > 1 ? TypeName(t) : ScalarType(t);
        var list = string.Join(", ", arguments.Split(", ").Select(a => $"{type} {a}"));
        return new(name, $$"""
            {{(comment is null ? "" : $"/* {comment} */\n")}}static inline {{type}} {{name}}({{list}})
            {
                {{body}}
            }

            """, needs);
    }
}
