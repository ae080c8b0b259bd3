using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0006: captured methods are known by name, in the manifest and in exports.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class OverloadAnalyzer : MethodRule
{
    static readonly DiagnosticDescriptor s_rule = Error(
        "TINY0006", "Captured methods share a name",
        "Class '{0}' has another captured method '{1}'; give this one a name of its own",
        "A captured method is an entry point known by its name, so captured methods of one class cannot be overloads of each other.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [s_rule];

    private protected override void Check(IMethodSymbol method, SymbolAnalysisContext context)
    {
        if (!KnownTypes.IsCaptured(method)) return;
        foreach (var member in method.ContainingType.GetMembers(method.Name))
        {
            // The first keeps the name; each later one is reported.
            if (SymbolEqualityComparer.Default.Equals(member, method)) return;
            if (member is not IMethodSymbol other || !KnownTypes.IsCaptured(other)) continue;
            context.ReportDiagnostic(Diagnostic.Create(s_rule, Place(method), method.ContainingType.Name, method.Name));
            return;
        }
    }
}
