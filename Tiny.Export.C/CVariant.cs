using Tiny.Optimize;
using Tiny.Render;

namespace Tiny.Export.C;

/// <summary>
/// A kind of processor that kernels are compiled for. One C file has kernels for all of them and needs no compiler flags: what every processor of an architecture has, the
/// preprocessor chooses; for the rest the processor is asked when a model is set up.
/// </summary>
/// <param name="Level">Its number; of one architecture a higher one has all that lower ones have. The macro <c>NAME_LEVEL</c> is the highest to use.</param>
/// <param name="Name">Its name for a reader.</param>
/// <param name="Profile">What it offers.</param>
/// <param name="Base">The kind whose kernels it uses where its own would be the same; null for the first.</param>
/// <param name="Architecture">What compilers define where it can be, without underscores; null for anywhere.</param>
/// <param name="Attribute">The macro before its functions; null where functions need none, since every processor of the architecture is of this kind.</param>
/// <param name="Features">What the processor is asked for, as gcc and clang call it.</param>
sealed record CVariant(int Level, string Name, TargetProfile Profile, CVariant? Base = null, string? Architecture = null, string? Attribute = null, params string[] Features)
{
    /// <summary>Any C99 compiler.</summary>
    public static CVariant Plain { get; } = new(0, "C99", CRenderer.Plain);
    /// <summary>gcc and clang, on any machine; on x86-64 that is SSE2.</summary>
    public static CVariant Vectors { get; } = new(1, "vectors of 128 bits", CRenderer.Gnu128, Plain);
    /// <summary>Every 64-bit Arm processor.</summary>
    public static CVariant Neon { get; } = new(2, "NEON", CRenderer.Neon, Vectors, "aarch64");
    /// <summary>x86-64 since about 2013.</summary>
    public static CVariant Avx2 { get; } = new(2, "AVX2 and FMA", CRenderer.Avx2, Vectors, "x86_64", "AVX2", "avx2", "fma");
    /// <summary>Servers since 2017, and most since Zen 4.</summary>
    public static CVariant Avx512 { get; } = new(3, "AVX-512", CRenderer.Avx512, Avx2, "x86_64", "AVX512", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx2", "fma");

    /// <summary>Servers since 2019, and Zen 4: products of bytes.</summary>
    public static CVariant Avx512Vnni { get; } = new(4, "AVX-512 with VNNI", CRenderer.Avx512Vnni, Avx512, "x86_64", "AVX512VNNI", [.. Avx512.Features, "avx512vnni"]) { OnlyBytes = true };

    /// <summary>Those before their own successors, and of one architecture the lowest level first.</summary>
    public static IReadOnlyList<CVariant> All { get; } = [Plain, Vectors, Neon, Avx2, Avx512, Avx512Vnni];

    /// <summary>Those of which the preprocessor chooses the last that it can.</summary>
    public static IReadOnlyList<CVariant> ByCompiler { get; } = [.. All.Where(v => v.Attribute is null)];
    /// <summary>Those of which a model's set-up chooses the last that the processor has.</summary>
    public static IReadOnlyList<CVariant> ByProcessor { get; } = [.. All.Where(v => v.Attribute is not null)];

    /// <summary>It differs from its base only where bytes are read.</summary>
    public bool OnlyBytes { get; private init; }

    /// <summary>What its functions' names end in.</summary>
    public string Suffix => Attribute is null ? "" : $"_{Attribute.ToLowerInvariant()}";

    /// <summary>The preprocessor's condition for its functions.</summary>
    public string Condition(string macro) => Level == 0 ? "1" : $"{macro}_LEVEL >= {Level}{(Architecture is null ? "" : $" && defined(__{Architecture}__)")}";
}
