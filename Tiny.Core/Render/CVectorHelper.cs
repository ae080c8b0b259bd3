using Tiny.Graph;

namespace Tiny.Render;

/// <summary>
/// Helpers on vectors. Types of 32-bit lanes get vector code; the others, and operations that no processor has on vectors,
/// are written lane by lane.
/// </summary>
public sealed partial class CHelper
{
    /// <summary>The name of a vector type: f4, i4, u8x4. A vector of bools is a mask of int32.</summary>
    internal static string TypeName(DType t) => t.Kind switch
    {
        ScalarKind.Bool or ScalarKind.Int32 => $"i{t.Lanes}",
        ScalarKind.UInt32 => $"u{t.Lanes}",
        ScalarKind.Float32 => $"f{t.Lanes}",
        ScalarKind.Float64 => $"d{t.Lanes}",
        ScalarKind.Int64 => $"l{t.Lanes}",
        _ => $"{Short(t.Scalar)}x{t.Lanes}",
    };

    static bool IsMask(DType t) => t.Kind == ScalarKind.Bool;

    static int LaneSize(DType t) => IsMask(t) ? 4 : t.Size;

    // Wider than the smallest machine's registers: passed only between functions of one file, so how is of no concern.
    static readonly CHelper s_anyWidth = new("Wpsabi", "#pragma GCC diagnostic ignored \"-Wpsabi\"\n");

    internal static CHelper VectorType(DType t) => new(TypeName(t),
        $"typedef {(IsMask(t) ? "int32_t" : CRenderer.MemoryType(t))} {TypeName(t)} __attribute__((vector_size({t.Lanes * LaneSize(t)})));\n",
        t.Lanes * LaneSize(t) > 16 ? [s_anyWidth] : []);

    // The integers of the same width as t's lanes, for masks and bits.
    static DType Bits(DType t) => (LaneSize(t) switch { 8 => DType.Int64, 2 => DType.UInt16, 1 => DType.UInt8, _ => DType.Int32 }).Vec(t.Lanes);

    // "f(0), f(1), f(2), f(3)"
    static string Lanes(DType t, Func<int, string> lane) => string.Join(", ", Enumerable.Range(0, t.Lanes).Select(lane));

    internal static CHelper VectorLoad(DType t)
    {
        var (type, name) = (TypeName(t), IsMask(t) ? $"load_mask_{TypeName(t)}" : $"load_{TypeName(t)}");
        var body = IsMask(t) ? $"return ({type}){{ {Lanes(t, i => $"-(p[{i}] != 0)")} }};" : $"""
            {type} v;
                memcpy(&v, p, sizeof v);
                return v;
            """;
        return new(name, $$"""
            static inline {{type}} {{name}}(const {{CRenderer.MemoryType(t)}} *p)
            {
                {{body}}
            }

            """, VectorType(t));
    }

    internal static CHelper GatedLoad(DType t)
    {
        var type = TypeName(t);
        return new($"load_if_{type}", $$"""
            /* The elements from p[i] on, which exist if m holds; else 0. */
            static inline {{type}} load_if_{{type}}(bool m, const {{CRenderer.MemoryType(t)}} *p, int i)
            {
                return {{VectorSelect(t).Name}}({{Splat(DType.Bool.Vec(t.Lanes)).Name}}(m), {{VectorLoad(t).Name}}(&p[m ? i : 0]), ({{type}}){ 0 });
            }

            """, VectorSelect(t), Splat(DType.Bool.Vec(t.Lanes)), VectorLoad(t));
    }

    internal static CHelper MaskedLoad(DType t)
    {
        var (type, mask) = (TypeName(t), DType.Bool.Vec(t.Lanes));
        return new($"load_some_{type}", $$"""
            /* The elements from p[i] on that m chooses, 0 for the others, which may lie outside. */
            static inline {{type}} load_some_{{type}}(const {{CRenderer.MemoryType(t)}} *p, int i, {{TypeName(mask)}} m)
            {
                {{type}} v = { 0 };
                if ({{string.Join(" & ", Enumerable.Range(0, t.Lanes).Select(l => $"m[{l}]"))}}) {
                    memcpy(&v, p + i, sizeof v);
                } else {
                    {{string.Join("\n        ", Enumerable.Range(0, t.Lanes).Select(l => $"if (m[{l}]) v[{l}] = p[i{(l == 0 ? "" : $" + {l}")}];"))}}
                }
                return v;
            }

            """, VectorType(t), VectorType(mask));
    }

    /// <summary>The same where the processor has masks for it: elements of 32 bits.</summary>
    internal static CHelper MaskedLoadAvx(DType t)
    {
        if (t.Size != 4) return MaskedLoad(t);
        var (type, mask) = (TypeName(t), DType.Bool.Vec(t.Lanes));
        var load = t.Lanes == 16 ? "_mm512_maskz_loadu_epi32(_mm512_movepi32_mask((__m512i)m), p + i)"
            : $"_mm{(t.Lanes == 8 ? "256" : "")}_maskload_epi32((const int *)(p + i), (__m{t.Lanes * 32}i)m)";
        return new($"load_some_{type}", $$"""
            /* The elements from p[i] on that m chooses, 0 for the others, which may lie outside. */
            static inline {{type}} load_some_{{type}}(const {{CRenderer.MemoryType(t)}} *p, int i, {{TypeName(mask)}} m)
            {
                return ({{type}}){{load}};
            }

            """, VectorType(t), VectorType(mask));
    }

    internal static CHelper VectorStore(DType t)
    {
        var name = IsMask(t) ? $"store_mask_{TypeName(t)}" : $"store_{TypeName(t)}";
        var body = IsMask(t) ? string.Join("\n    ", Enumerable.Range(0, t.Lanes).Select(i => $"p[{i}] = v[{i}] != 0;")) : "memcpy(p, &v, sizeof v);";
        return new(name, $$"""
            static inline void {{name}}({{CRenderer.MemoryType(t)}} *p, {{TypeName(t)}} v)
            {
                {{body}}
            }

            """, VectorType(t));
    }

    internal static CHelper Splat(DType t)
    {
        var (type, name) = (TypeName(t), IsMask(t) ? $"splat_mask_{TypeName(t)}" : $"splat_{TypeName(t)}");
        return new(name, $$"""
            static inline {{type}} {{name}}({{ScalarType(t.Scalar)}} x)
            {
                return ({{type}}){ {{Lanes(t, _ => IsMask(t) ? "-x" : "x")}} };
            }

            """, VectorType(t));
    }

    internal static CHelper VectorSelect(DType t)
    {
        var (type, bits, mask) = (TypeName(t), Bits(t), DType.Bool.Vec(t.Lanes));
        var name = $"select_{type}";
        var (m, widen) = LaneSize(t) == 4 ? ("m", "")
            : ("w", $"{TypeName(bits)} w = __builtin_convertvector(m, {TypeName(bits)});\n    ");
        string Cast(string to, DType from, string x) => to == TypeName(from) ? x : $"({to}){x}";
        var blend = $"({m} & {Cast(TypeName(bits), t, "a")}) | (~{m} & {Cast(TypeName(bits), t, "b")})";
        return new(name, $$"""
            static inline {{type}} {{name}}({{TypeName(mask)}} m, {{type}} a, {{type}} b)
            {
                {{widen}}return {{(type == TypeName(bits) ? blend : $"({type})({blend})")}};
            }

            """, VectorType(t), VectorType(mask), VectorType(bits));
    }

    internal static CHelper VectorCast(DType from, DType to)
    {
        var (source, target) = (TypeName(from), TypeName(to));
        var name = IsMask(from) ? $"mask_{source}_to_{target}" : IsMask(to) ? $"{source}_to_mask_{target}" : $"{source}_to_{target}";
        string body;
        CHelper[] needs = [VectorType(from), VectorType(to)];
        if (IsMask(to))
        {
            var differs = $"x != ({source}){{ 0 }}";
            body = $"return {(LaneSize(from) == 4 ? differs : $"__builtin_convertvector({differs}, {target})")};";
        }
        else if (from.Kind == ScalarKind.Float32 && to.Kind == ScalarKind.Int32)
        {
            body = $"""
                {target} high = x >= 2147483648.0f;
                    {target} low = x <= -2147483648.0f;
                    {target} inside = (x == x) & ~(high | low);
                    {target} y = __builtin_convertvector(({source})(({target})x & inside), {target});
                    return y | (high & INT32_MAX) | (low & INT32_MIN);
                """;
        }
        else if (from.IsFloat && to.IsInt)
        {
            var scalar = Saturating(from.Scalar, to.Scalar);
            body = $"return ({target}){{ {Lanes(to, i => $"{scalar.Name}(x[{i}])")} }};";
            needs = [.. needs, scalar];
        }
        else
        {
            body = $"return __builtin_convertvector({(IsMask(from) ? "-x" : "x")}, {target});";
        }
        return new(name, $$"""
            static inline {{target}} {{name}}({{source}} x)
            {
                {{body}}
            }

            """, needs);
    }

    internal static CHelper? VectorFunction(Op op, DType t)
    {
        var type = TypeName(t);
        var vector = VectorType(t);
        bool wide = LaneSize(t) == 4;
        var unsigned = DType.UInt32.Vec(t.Lanes);
        var u = TypeName(unsigned);
        switch (op)
        {
            case Op.Max or Op.Min when wide:
                var (name, less, word) = op == Op.Max ? ("max", ">", "larger") : ("min", "<", "smaller");
                var select = VectorSelect(t);
                return t.IsFloat
                    ? Function($"{name}_{type}", t, "a, b", $"return {select.Name}((a {less} b) | (a != a), a, b);", $"The {word}; NaN if either is.", select)
                    : Function($"{name}_{type}", t, "a, b", $"return {select.Name}(a {less} b, a, b);", null, select);
            case Op.MulAcc when t.Kind == ScalarKind.Float32 && t.Lanes is 4 or 8 or 16:
                string Register(string x) => $"(__m{t.Lanes * 32}){x}";
                return Function($"fma_{type}", t, "a, b, c", $"return ({type}){Intrinsic(t)}_fmadd_ps({Register("a")}, {Register("b")}, {Register("c")});", "a * b + c, rounded once.", vector);
            case Op.Add or Op.Mul or Op.Shl when wide:
                return VectorWrapping(op.ToString().ToLowerInvariant(), op switch { Op.Add => "+", Op.Mul => "*", _ => "<<" }, t);
            case Op.Neg when wide:
                return Function($"wrap_neg_{type}", t, "a", $"return ({type})(-({u})a);", null, vector, VectorType(unsigned));
            case Op.Trunc when t.Kind == ScalarKind.Float32:
                var bits = TypeName(Bits(t));
                return Function($"trunc_{type}", t, "x", $"""
                    {bits} sign = ({bits})x & INT32_MIN;
                        {bits} small = ({type})(({bits})x ^ sign) < 8388608.0f; /* larger ones are whole */
                        {bits} whole = __builtin_convertvector(({type})(({bits})x & small), {bits});
                        {bits} y = ({bits})__builtin_convertvector(whole, {type}) | sign;
                        return ({type})((small & y) | (~small & ({bits})x));
                    """, null, vector, VectorType(Bits(t)));
            case Op.Sqrt or Op.Trunc or Op.Sin or Op.Exp2 or Op.Exp or Op.Log2:
                return LibraryFunction(op, t.Scalar) is { } function
                    ? Lanewise($"{op.ToString().ToLowerInvariant()}_{type}", t, 1, function, vector) : null;
            default:
                var scalar = ScalarFunction(op, t.Scalar);
                return scalar is null ? null : Lanewise($"{scalar.Name[..scalar.Name.LastIndexOf('_')]}_{type}", t, op == Op.Neg ? 1 : 2, scalar.Name, vector, scalar);
        }
    }

    /// <summary>a * b + c of four floats on 64-bit Arm.</summary>
    internal static CHelper NeonMulAcc { get; } = Function("fma_f4", DType.Float32.Vec(4), "a, b, c", "return (f4)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);",
        "a * b + c, rounded once.", VectorType(DType.Float32.Vec(4)));

    /// <summary>A difference of integers that wraps.</summary>
    internal static CHelper VectorDifference(DType t)
    {
        if (LaneSize(t) == 4) return VectorWrapping("sub", "-", t);
        var scalar = Wrapping("sub", "-", t.Scalar);
        return Lanewise($"wrap_sub_{TypeName(t)}", t, 2, scalar.Name, VectorType(t), scalar);
    }

    static CHelper VectorWrapping(string name, string sign, DType t)
    {
        var (type, unsigned) = (TypeName(t), DType.UInt32.Vec(t.Lanes));
        return Function($"wrap_{name}_{type}", t, "a, b", $"return ({type})(({TypeName(unsigned)})a {sign} ({TypeName(unsigned)})b);",
            $"a {sign} b with two's complement wrap-around.", VectorType(t), VectorType(unsigned));
    }

    static CHelper Lanewise(string name, DType t, int arguments, string function, params ReadOnlySpan<CHelper> needs) =>
        Function(name, t, arguments == 1 ? "a" : "a, b",
            $"return ({TypeName(t)}){{ {Lanes(t, i => arguments == 1 ? $"{function}(a[{i}])" : $"{function}(a[{i}], b[{i}])")} }};", null, needs);

    internal static CHelper FoldLanes(Op op, DType t)
    {
        var name = $"{op switch { Op.Add => "sum", Op.Mul => "product", Op.Max => "max_of", _ => "min_of" }}_{TypeName(t)}";
        var needs = new List<CHelper> { VectorType(t) };
        var values = Enumerable.Range(0, t.Lanes).Select(i => Expression.Primary($"v[{i}]")).ToList();
        // Halves first: the order in which processors add.
        while (values.Count > 1)
        {
            int half = values.Count / 2;
            values = [.. Enumerable.Range(0, half).Select(i => Combine(values[i], values[i + half])), .. values.Skip(2 * half)];
        }
        return new(name, $$"""
            static inline {{ScalarType(t.Scalar)}} {{name}}({{TypeName(t)}} v)
            {
                return {{(IsMask(t) ? $"({values[0].Text}) != 0" : values[0].Text)}};
            }

            """, [.. needs]);

        Expression Combine(Expression a, Expression b)
        {
            if (IsMask(t)) return Expression.Binary(a, op == Op.Max ? "|" : "&", b);
            if (op is Op.Add or Op.Mul && t.Kind is not (ScalarKind.Int32 or ScalarKind.Int64))
            {
                var e = Expression.Binary(a, op == Op.Add ? "+" : "*", b);
                return t.Kind == ScalarKind.UInt8 ? Expression.Prefix("(uint8_t)", e) : e;
            }
            var scalar = ScalarFunction(op, t.Scalar)!;
            needs.Add(scalar);
            return Expression.Call(scalar.Name, a, b);
        }
    }
}
