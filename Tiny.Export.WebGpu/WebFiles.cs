using System.Text.RegularExpressions;

namespace Tiny.Export.WebGpu;

/// <summary>The files of <c>web/</c>, which travel inside this assembly.</summary>
internal static partial class WebFiles
{
    // In the order of what they need of each other; the last is what a bundle imports.
    static readonly string[] s_modules = ["tiny-common.js", "tiny-weights.js", "tiny-choice.js", "tiny-webgpu.js", "tiny-wasm.js", "tiny.js"];

    /// <summary>
    /// The runtime as the one module <c>tiny.js</c> of a bundle: the modules of <c>web/</c> one after another, without what only people need, comments and indentation. Names at
    /// the top of a module are therefore different in all of them.
    /// </summary>
    public static string Runtime() => "// The sources are the modules of web/ in Tiny.\n// SPDX-License-Identifier: MIT-0\n\n"
        + string.Concat(s_modules.Select(m => m == s_modules[^1] ? Compact(m) : Exported().Replace(Compact(m), "")));

    static string Compact(string name) =>
        Margin().Replace(Documentation().Replace(CastOfName().Replace(Import().Replace(Read(name), ""), "$1"), ""), "\n").TrimStart('\n');

    // A cast's parentheses are part of it.
    [GeneratedRegex(@"\/\*\* @type \{[^*]*\} \*\/ \(([\w.]+)\)")]
    private static partial Regex CastOfName();

    [GeneratedRegex(@"\/\*\*?(?:(?!\*\/)[\s\S])*\*\/ ?|^ *\/\/ .*\n| \/\/ .*$", RegexOptions.Multiline)]
    private static partial Regex Documentation();

    [GeneratedRegex(@"^import [^;]*;\n", RegexOptions.Multiline)]
    private static partial Regex Import();

    [GeneratedRegex(@"^export (?!\{)", RegexOptions.Multiline)]
    private static partial Regex Exported();

    [GeneratedRegex(@"\n\s+")]
    private static partial Regex Margin();

    /// <summary>A file's text with line ends of one kind, so that bundles do not depend on how the sources were checked out.</summary>
    public static string Read(string name)
    {
        using var stream = typeof(WebFiles).Assembly.GetManifestResourceStream($"web/{name}")
            ?? throw new InvalidOperationException($"no embedded file web/{name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
