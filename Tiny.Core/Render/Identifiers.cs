using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;

namespace Tiny.Render;

/// <summary>
/// Makes names of a model ("blocks.0.attn.wq") into identifiers of a language, each different from all that this object
/// gave out before. A scope within another starts from <see cref="Nested"/>.
/// </summary>
public sealed partial class Identifiers
{
    readonly Func<string, bool> _isReserved;
    readonly HashSet<string> _given;

    Identifiers(Func<string, bool> isReserved, IEnumerable<string> given)
    {
        _isReserved = isReserved;
        _given = [.. given];
    }

    /// <summary>For C99 with the standard headers that generated code includes.</summary>
    public static Identifiers ForC() => new(static name => s_c.Contains(name) || HelperName().IsMatch(name), []);

    /// <summary>For WGSL.</summary>
    public static Identifiers ForWgsl() => new(static name => s_wgsl.Contains(name) || WgslHelper.IsHelper(name), []);

    /// <summary>An inner scope, whose names differ from the outer ones too.</summary>
    public Identifiers Nested() => new(_isReserved, _given);

    /// <summary>An identifier for the name.</summary>
    public string Of(string name)
    {
        var clean = Clean(name);
        if (_isReserved(clean)) clean += "_";
        var unique = clean;
        for (int i = 1; !_given.Add(unique); i++) unique = $"{clean.TrimEnd('_')}_{i}";
        return unique;
    }

    // Letters, digits and single underscores, a letter first: fits C (where a leading underscore is the implementation's)
    // and WGSL (where two are forbidden).
    static string Clean(string name)
    {
        var text = new StringBuilder();
        foreach (char c in name)
        {
            if (char.IsAsciiLetterOrDigit(c)) text.Append(c);
            else if (text.Length > 0 && text[^1] != '_') text.Append('_');
        }
        var clean = text.ToString().TrimEnd('_');
        return clean.Length == 0 ? "v" : char.IsAsciiDigit(clean[0]) ? "n" + clean : clean;
    }

    // Helper functions and vector types of generated C: max_f32, select_f4, wrap_add_i32, f32_to_i32, i4; functions for one kind of processor.
    [GeneratedRegex("^(?:.*_avx(?:2|512|512vnni)|[fiudl](?:2|4|8|16)|[iu]8x(?:2|4|8|16|32|64)|(?:[fiu](?:8|32|64)|[fiudlx0-9]+)_to_(?:[fiu](?:8|32|64)|[fiudlx0-9]+)"
        + "|(?:max|min|at_least|at_most|clamp|fma|wrap_add|wrap_sub|wrap_mul|wrap_neg|wrap_shl|floor_div|floor_mod|bitcast|select|splat|load|store|trunc|sqrt|sin|exp2|log2|sum|product|shr|dot|words)_[a-z0-9_]+)$")]
    private static partial Regex HelperName();

    static FrozenSet<string> Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();

    static readonly FrozenSet<string> s_c = Words("""
        auto break case char const continue default do double else enum extern float for goto if inline int long register restrict
        return short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof
        and and_eq bitand bitor bool catch class compl const_cast delete dynamic_cast explicit export false friend mutable namespace
        new not not_eq operator or or_eq private protected public reinterpret_cast static_cast template this throw true try typeid
        typename using virtual wchar_t xor xor_eq alignas alignof char16_t char32_t constexpr decltype noexcept nullptr
        static_assert thread_local
        acos asin atan atan2 cos sin tan acosh asinh atanh cosh sinh tanh exp exp2 expm1 frexp ilogb ldexp log log10 log1p log2 logb
        modf scalbn scalbln cbrt fabs hypot pow sqrt erf erfc lgamma tgamma ceil floor nearbyint rint lrint llrint round lround
        llround trunc fmod remainder remquo copysign nan nextafter nexttoward fdim fmax fmin fma isfinite isinf isnan isnormal signbit
        acosf asinf atanf atan2f cosf sinf tanf expf exp2f logf log2f powf sqrtf ceilf floorf roundf truncf fmodf fmaxf fminf fmaf
        fabsf gamma j0 j1 jn y0 y1 yn drem significand scalb finite signgam M_PI M_E
        memcpy memmove memset memcmp memchr strcat strchr strcmp strcpy strlen strncmp strncpy strstr strtok strerror index rindex
        bcmp bcopy bzero ffs abs labs llabs div ldiv printf sprintf snprintf fprintf scanf exit abort malloc calloc realloc free
        puts putchar putc getc main errno stdin stdout stderr NULL NAN INFINITY HUGE_VAL INT32_MIN INT32_MAX UINT32_MAX
        INT64_MIN INT64_MAX UINT64_MAX size_t ptrdiff_t intptr_t uintptr_t
        int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t int_fast8_t linux unix i386
        """);

    static readonly FrozenSet<string> s_wgsl = Words("""
        alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let loop
        override requires return struct switch true var while
        NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become cast catch class co_await
        co_return co_yield coherent column_major common compile compile_fragment concept const_cast consteval constexpr constinit crate
        debugger decltype delete demote demote_to_helper do dynamic_cast enum explicit export extends extern external fallthrough
        filter final finally friend from fxgroup get goto groupshared highp impl implements import inline instanceof interface layout
        lowp macro macro_rules match mediump meta mod module move mut mutable namespace new nil noexcept noinline nointerpolation
        non_coherent noncoherent noperspective null nullptr of operator package packoffset partial pass patch pixelfragment precise
        precision premerge priv protected pub public readonly ref regardless register reinterpret_cast require resource restrict self
        set shared sizeof smooth snorm static static_assert static_cast std subroutine super target template this thread_local throw
        trait try type typedef typeid typename typeof union unless unorm unsafe unsized use using varying virtual volatile wgsl where
        with writeonly yield
        array atomic bool f16 f32 i32 u32 mat2x2 mat2x3 mat2x4 mat3x2 mat3x3 mat3x4 mat4x2 mat4x3 mat4x4 ptr sampler
        sampler_comparison texture_1d texture_2d vec2 vec3 vec4 vec2f vec3f vec4f vec2i vec3i vec4i vec2u vec3u vec4u vec2h vec3h
        vec4h function private workgroup uniform storage read write read_write
        abs acos acosh all any arrayLength asin asinh atan atan2 atanh bitcast ceil clamp cos cosh countOneBits cross degrees
        determinant distance dot exp exp2 extractBits faceForward firstLeadingBit firstTrailingBit floor fma fract frexp insertBits
        inverseSqrt ldexp length log log2 max min mix modf normalize pow quantizeToF16 radians reflect refract reverseBits round
        saturate select sign sin sinh smoothstep sqrt step tan tanh transpose trunc workgroupBarrier storageBarrier
        countLeadingZeros countTrailingZeros atomicLoad atomicStore atomicAnd atomicOr
        wid lid id
        """);
}
