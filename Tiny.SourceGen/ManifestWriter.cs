using System.Text;
using Microsoft.CodeAnalysis.CSharp;

namespace Tiny.SourceGen;

/// <summary>Writes the list of captured methods that the export host reads.</summary>
static class ManifestWriter
{
    public static string Write(IEnumerable<ManifestEntry> entries, string projectDirectory)
    {
        var text = new StringBuilder(GeneratedText.Header);
        // The order of files is the build's affair; the manifest's must not depend on it.
        foreach (var e in entries.OrderBy(static e => e.Type, StringComparer.Ordinal).ThenBy(static e => e.Line).ThenBy(static e => e.Column))
            text.Append("[assembly: global::Tiny.TinyEntryPoint(typeof(").Append(e.Type).Append("), ").Append(Literal(e.Method)).Append(", ")
                .Append(Literal(ProjectPath.Relative(projectDirectory, e.Path))).Append(", ").Append(e.Line).Append(", ").Append(e.Column).Append(")]\n");
        return text.ToString();
    }

    static string Literal(string value) => SymbolDisplay.FormatLiteral(value, quote: true);
}
