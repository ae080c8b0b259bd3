using Microsoft.CodeAnalysis;

namespace Tiny.SourceGen.Rules;

/// <summary>What the descriptors of all rules have in common.</summary>
static class Descriptors
{
    // A page for each rule, named by its id, in this repository.
    const string Pages = "docs/diagnostics/";

    public static DiagnosticDescriptor Make(string id, DiagnosticSeverity severity, string title, string message, string description) =>
        new(id, title, message, "Tiny", severity, isEnabledByDefault: true, description, Pages + id + ".md");
}
