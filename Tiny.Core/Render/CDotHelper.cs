namespace Tiny.Render;

/// <summary>Helpers for <see cref="Graph.Op.Dot"/>: four products of bytes added to each lane. All are exact.</summary>
public sealed partial class CHelper
{
    /// <param name="a">Four bytes for each lane, or four in all.</param>
    /// <param name="b">The same.</param>
    /// <param name="t">The sums.</param>
    /// <param name="instructions">The attribute of the function; null for none.</param>
    internal static CHelper Dot(DType a, DType b, DType t, string? instructions)
    {
        // What a name computes does not depend on whose function it is.
        var how = instructions switch { null => "dot", "AVX512VNNI" => "dot_by_bytes", _ => "dot_by_pairs" };
        var (type, name) = (TypeName(t), $"{how}_{TypeName(a)}_{TypeName(b)}_{TypeName(t)}");
        var (x, y) = (Words(a, t), Words(b, t));
        var body = instructions switch
        {
            null => Lanewise(a, b, t),
            "AVX512VNNI" => Instruction(a, b, t),
            _ => Pairs(a, b, t),
        };
        return new(name, $$"""
            /* c + the products of four neighbours in each lane. */
            static inline {{type}} {{name}}({{TypeName(a)}} a, {{TypeName(b)}} b, {{type}} c)
            {
                {{body}}
            }

            """, VectorType(t), VectorType(a), VectorType(b), VectorType(DType.UInt32.Vec(t.Lanes)), x, y);
    }

    // The same bits in lanes of 32.
    static CHelper Words(DType bytes, DType t)
    {
        var u = DType.UInt32.Vec(t.Lanes);
        var name = $"words_{TypeName(bytes)}_{TypeName(u)}";
        return new(name, bytes.Lanes == 4 * t.Lanes ? $$"""
            static inline {{TypeName(u)}} {{name}}({{TypeName(bytes)}} x)
            {
                return ({{TypeName(u)}})x;
            }

            """ : $$"""
            static inline {{TypeName(u)}} {{name}}({{TypeName(bytes)}} x)
            {
                uint32_t w;
                memcpy(&w, &x, sizeof w);
                return ({{TypeName(u)}}){ {{Lanes(u, _ => "w")}} };
            }

            """, VectorType(bytes), VectorType(u));
    }

    static bool IsSigned(DType t) => t.Kind == ScalarKind.Int8;

    // Each byte of a word by itself.
    static string Lanewise(DType a, DType b, DType t)
    {
        var (i, u) = (TypeName(t), TypeName(DType.UInt32.Vec(t.Lanes)));
        string Byte(DType x, string word, int n) => IsSigned(x) ? $"(({i})({word} << {24 - 8 * n}) >> 24)" : $"({i})({word} >> {8 * n} & 255)";
        var products = string.Join("\n        + ", Enumerable.Range(0, 4).Select(n => $"{Byte(a, "x", n)} * {Byte(b, "y", n)}"));
        return $"""
            {u} x = {Words(a, t).Name}(a), y = {Words(b, t).Name}(b);
                return ({i})(({u})c + ({u})({products}));
            """;
    }

    // Even and odd bytes as 16 bits; an instruction multiplies those and adds neighbours, and nothing saturates.
    static string Pairs(DType a, DType b, DType t)
    {
        int bits = t.Lanes * 32;
        var (mm, register) = (Intrinsic(t), $"__m{bits}i");
        string Even(DType x, string v) => IsSigned(x) ? $"{mm}_srai_epi16({mm}_slli_epi16({v}, 8), 8)" : $"{mm}_and_si{bits}({v}, {mm}_set1_epi16(255))";
        string Odd(DType x, string v) => $"{mm}_{(IsSigned(x) ? "srai" : "srli")}_epi16({v}, 8)";
        return $"""
            {register} x = ({register}){Words(a, t).Name}(a), y = ({register}){Words(b, t).Name}(b);
                {register} even = {mm}_madd_epi16({Even(a, "x")}, {Even(b, "y")});
                {register} odd = {mm}_madd_epi16({Odd(a, "x")}, {Odd(b, "y")});
                return ({TypeName(t)}){mm}_add_epi32({mm}_add_epi32(({register})c, even), odd);
            """;
    }

    // The instruction multiplies unsigned bytes by signed ones. An operand of the other kind is moved by 128, and 128 times the other's sum is taken off again.
    static string Instruction(DType a, DType b, DType t)
    {
        int bits = t.Lanes * 32;
        var (mm, register, type) = (Intrinsic(t), $"__m{bits}i", TypeName(t));
        string Moved(string v) => $"{mm}_xor_si{bits}({v}, {mm}_set1_epi8(-128))";
        var load = $"{register} x = ({register}){Words(a, t).Name}(a), y = ({register}){Words(b, t).Name}(b);";
        return (IsSigned(a), IsSigned(b)) switch
        {
            (false, true) => $"{load}\n    return ({type}){mm}_dpbusd_epi32(({register})c, x, y);",
            (true, false) => $"{load}\n    return ({type}){mm}_dpbusd_epi32(({register})c, y, x);",
            (true, true) => $"""
                {load}
                    {register} more = {mm}_dpbusd_epi32({mm}_setzero_si{bits}(), {mm}_set1_epi8(-128), y);
                    return ({type}){mm}_sub_epi32({mm}_dpbusd_epi32(({register})c, {Moved("x")}, y), more);
                """,
            _ => $"""
                {load}
                    {register} less = {mm}_slli_epi32({mm}_dpbusd_epi32({mm}_setzero_si{bits}(), y, {mm}_set1_epi8(1)), 7);
                    return ({type}){mm}_add_epi32({mm}_dpbusd_epi32(({register})c, y, {Moved("x")}), less);
                """,
        };
    }
}
