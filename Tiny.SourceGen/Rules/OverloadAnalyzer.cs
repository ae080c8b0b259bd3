using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0006: captured methods are known by name, in the manifest and in exports.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class OverloadAnalyzer() : MethodRule(Descriptors.Overload)
{
    private protected override void Check(IMethodSymbol method, SymbolAnalysisContext context)
    {
        if (!KnownTypes.IsCaptured(method)) return;
        foreach (var member in method.ContainingType.GetMembers(method.Name))
        {
            // The first keeps the name; each later one is reported.
            if (SymbolEqualityComparer.Default.Equals(member, method)) return;
            if (member is not IMethodSymbol other || !KnownTypes.IsCaptured(other)) continue;
            context.ReportDiagnostic(Diagnostic.Create(Descriptors.Overload, Place(method), method.ContainingType.Name, method.Name));
            return;
        }
    }
}
