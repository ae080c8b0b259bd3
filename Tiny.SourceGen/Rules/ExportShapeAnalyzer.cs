using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0003: the build calls an exported method without arguments of its own, so their shapes and values are declared.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ExportShapeAnalyzer() : MethodRule(Descriptors.NoShape, Descriptors.NoShapeOfParts, Descriptors.NoBounds, Descriptors.NoDefault)
{
    private protected override void Check(IMethodSymbol method, SymbolAnalysisContext context)
    {
        if (KnownTypes.Export(method) is null || !CaptureRules.IsCapturable(method)) return;
        foreach (var parameter in method.Parameters)
            if (Missing(parameter) is { } missing) context.ReportDiagnostic(Diagnostic.Create(missing, Place(parameter), parameter.Name, method.Name));
    }

    // Only names say how many a list or dictionary has.
    static bool HasParts(IParameterSymbol parameter)
    {
        string[] named = [.. KnownTypes.ShapedParts(parameter)];
        return SignatureTypes.Collections(parameter.Type).All(path => named.Any(n => path.Length == 0 || n.StartsWith(path + ".", StringComparison.Ordinal)));
    }

    static DiagnosticDescriptor? Missing(IParameterSymbol parameter)
    {
        if (KnownTypes.HasShape(parameter)) return HasParts(parameter) ? null : Descriptors.NoShapeOfParts;
        if (KnownTypes.IsTensor(parameter.Type)) return parameter.HasExplicitDefaultValue ? null : Descriptors.NoShape;
        if (SignatureTypes.HoldsTensors(parameter.Type)) return parameter.HasExplicitDefaultValue ? null : Descriptors.NoShapeOfParts;
        if (KnownTypes.IsDim(parameter.Type)) return KnownTypes.HasBounds(parameter) ? null : Descriptors.NoBounds;
        return parameter.HasExplicitDefaultValue ? null : Descriptors.NoDefault;
    }
}
