using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0009: a plain value that is read from a variable which can change is part of the captured program as it was.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MutableReadAnalyzer() : RegionRule(Descriptors.MutableRead)
{
    private protected override void Check(RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
        var seen = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        // In the order of the text; only the first read of each variable is reported.
        foreach (var operation in body.Operations.OrderBy(static o => o.Syntax.SpanStart))
        {
            if (Read(operation, body, regions) is not { } variable || !IsPlain(variable.Type) || !regions.Assignments.CanChange(variable.Symbol) || !seen.Add(variable.Symbol)) continue;
            bool frozen = body.Root.IsExported;
            report(Diagnostic.Create(Descriptors.MutableRead, Name(operation.Syntax).GetLocation(), frozen ? DiagnosticSeverity.Warning : Descriptors.MutableRead.DefaultSeverity, null, null,
                variable.Symbol.Name, body.Root.Name, frozen ? "an export keeps the value that it has when the build makes the model" : "each change captures anew"));
        }
    }

    static (ISymbol Symbol, ITypeSymbol Type)? Read(IOperation operation, RegionBody body, CapturedRegions regions)
    {
        if (Writes.IsTarget(operation) || operation.Parent is INameOfOperation) return null;
        switch (operation)
        {
            case IFieldReferenceOperation { Field: { IsConst: false, IsReadOnly: false } field } read when IsOutside(read.Instance, regions): return (field, field.Type);
            case IPropertyReferenceOperation { Property: { IsIndexer: false, SetMethod.IsInitOnly: false } property } read
                when IsOutside(read.Instance, regions) && Regions.Assignments.IsStored(property): return (property, property.Type);
            case ILocalReferenceOperation { Local: { IsConst: false } local } when !body.Declares(local): return (local, local.Type);
            case IParameterReferenceOperation { Parameter: { DeclaringSyntaxReferences.IsEmpty: false } parameter } when !body.Declares(parameter): return (parameter, parameter.Type);
            default: return null;
        }
    }

    static bool IsOutside(IOperation? holder, CapturedRegions regions) =>
        holder is null || regions.Dependences.Of(holder) is { IsOutside: true } value && !regions.Dependences.IsArgument(value);

    // Objects are looked into at each call, and tensors in them are bound anew; a number is all that there is of it.
    static bool IsPlain(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => IsPlain(array.ElementType),
        INamedTypeSymbol { TypeArguments: [var element], IsReferenceType: true, TypeKind: not TypeKind.Delegate } list => SignatureTypes.IsParameter(list) && IsPlain(element),
        _ => (type.IsValueType || type.SpecialType == SpecialType.System_String || type.TypeKind == TypeKind.Delegate) && !SignatureTypes.HoldsTensors(type),
    };

    static SyntaxNode Name(SyntaxNode read) => read switch
    {
        MemberAccessExpressionSyntax access => access.Name,
        MemberBindingExpressionSyntax binding => binding.Name,
        _ => read,
    };
}
