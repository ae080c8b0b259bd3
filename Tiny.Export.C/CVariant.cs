using Tiny.Optimize;
using Tiny.Render;

namespace Tiny.Export.C;

/// <summary>
/// A kind of processor that kernels are compiled for. One C file has kernels for all of them, needs no compiler flags, and asks the processor when a model is set up.
/// </summary>
/// <param name="Level">Its number; a higher one has all that lower ones have. The macro <c>NAME_LEVEL</c> is the highest to use.</param>
/// <param name="Name">Its name for a reader.</param>
/// <param name="Profile">What it offers.</param>
/// <param name="Attribute">The macro before its functions; null where functions need none.</param>
/// <param name="Features">What gcc and clang call it.</param>
sealed record CVariant(int Level, string Name, TargetProfile Profile, string? Attribute = null, params string[] Features)
{
    /// <summary>The lowest level first. Of the first two the preprocessor chooses one, by what the compiler knows.</summary>
    public static IReadOnlyList<CVariant> All { get; } =
    [
        new(0, "C99", CRenderer.Plain),
        new(1, "vectors of 128 bits", CRenderer.Gnu128),
        new(2, "AVX2 and FMA", CRenderer.Avx2, "AVX2", "avx2", "fma"),
        new(3, "AVX-512", CRenderer.Avx512, "AVX512", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx2", "fma"),
    ];

    /// <summary>What its functions' names end in.</summary>
    public string Suffix => Attribute is null ? "" : $"_{Attribute.ToLowerInvariant()}";
}
