using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0003: the build calls an exported method without arguments of its own, so their shapes and values are declared.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ExportShapeAnalyzer : MethodRule
{
    static readonly DiagnosticDescriptor s_shape = Error(
        "TINY0003", "Exported method's parameter is not declared in full",
        "Tensor parameter '{0}' of exported method '{1}' has no shape; write [Shape(1, 28, 28)] with its own extents before it",
        "The build captures an exported method without running the program, so it must read the shape of every tensor parameter from the code.");

    static readonly DiagnosticDescriptor s_parts = Error(
        "TINY0003", "Exported method's parameter is not declared in full",
        "The tensors in parameter '{0}' of exported method '{1}' have no shapes; write [Shape(1, 64, Of = \"name\")] before it, one for each",
        "The build captures an exported method without running the program, so it must read the shape of every tensor parameter from the code.");

    static readonly DiagnosticDescriptor s_value = Error(
        "TINY0003", "Exported method's parameter is not declared in full",
        "Parameter '{0}' of exported method '{1}' has no default value; the build has none to pass",
        "The build captures an exported method without running the program, so a parameter that is no tensor takes its default value.");

    static readonly DiagnosticDescriptor s_bounds = Error(
        "TINY0003", "Exported method's parameter is not declared in full",
        "Size '{0}' of exported method '{1}' has no bounds; write [Bounds(1, 512)] with its own before it",
        "One program serves every value of a size, so the build must read its bounds from the code.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [s_shape, s_parts, s_bounds, s_value];

    private protected override void Check(IMethodSymbol method, SymbolAnalysisContext context)
    {
        if (KnownTypes.Export(method) is null || !CaptureRules.IsCapturable(method)) return;
        foreach (var parameter in method.Parameters)
            if (Missing(parameter) is { } missing) context.ReportDiagnostic(Diagnostic.Create(missing, Place(parameter), parameter.Name, method.Name));
    }

    static DiagnosticDescriptor? Missing(IParameterSymbol parameter)
    {
        if (KnownTypes.HasShape(parameter)) return null;
        if (KnownTypes.IsTensor(parameter.Type)) return parameter.HasExplicitDefaultValue ? null : s_shape;
        if (SignatureTypes.HoldsTensors(parameter.Type)) return parameter.HasExplicitDefaultValue ? null : s_parts;
        if (KnownTypes.IsDim(parameter.Type)) return KnownTypes.HasBounds(parameter) ? null : s_bounds;
        return parameter.HasExplicitDefaultValue ? null : s_value;
    }
}
