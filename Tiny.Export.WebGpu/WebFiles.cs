using System.Text.RegularExpressions;

namespace Tiny.Export.WebGpu;

/// <summary>The files of <c>web/</c>, which travel inside this assembly.</summary>
internal static partial class WebFiles
{
    /// <summary>The modules of the runtime.</summary>
    public static readonly string[] Runtime = ["tiny.js", "tiny-choice.js", "tiny-common.js", "tiny-wasm.js", "tiny-webgpu.js", "tiny-weights.js"];

    /// <summary>A module of the runtime without its comments for developers, which only make it longer to load: types are declared by <c>index.d.ts</c>.</summary>
    public static string Module(string name) => Documentation().Replace(Read(name), "");

    // With the rest of its last line, if that is empty; and lines that are nothing but a comment, below the file's own.
    [GeneratedRegex(@"(?:^ *\/\*\*(?:(?!\*\/)[\s\S])*\*\/ *\n)|\/\*\*(?:(?!\*\/)[\s\S])*\*\/ ?|^ +\/\/ .*\n", RegexOptions.Multiline)]
    private static partial Regex Documentation();

    /// <summary>A file's text with line ends of one kind, so that bundles do not depend on how the sources were checked out.</summary>
    public static string Read(string name)
    {
        using var stream = typeof(WebFiles).Assembly.GetManifestResourceStream($"web/{name}")
            ?? throw new InvalidOperationException($"no embedded file web/{name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
