using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tiny.SourceGen.Regions;

/// <summary>Operations that need a tensor's elements now: they cannot be answered while a method is captured, when tensors have none.</summary>
static class ValueRequests
{
    /// <summary>True for <c>Item</c>, <c>ToArray</c> and their like, and for conversions of a tensor to something else.</summary>
    public static bool Is(IOperation operation) => operation switch
    {
        IInvocationOperation { TargetMethod: { Name: "Item" or "ToArray" or "ToSpan" or "AsSpan" or "CopyTo" or "Realize" } method } => KnownTypes.IsTensor(method.ContainingType),
        IConversionOperation { OperatorMethod: { } method } conversion => KnownTypes.IsTensor(conversion.Operand.Type) && !KnownTypes.IsTensor(method.ReturnType)
            && method.ReturnType.SpecialType != SpecialType.None,
        _ => false,
    };

    /// <summary>The elements that it asks for.</summary>
    public static Dependence Elements(IOperation operation, DependenceMap map) =>
        operation.ChildOperations.Aggregate(Dependence.None, (all, operand) => all | map.Of(operand)).AsElements();

    /// <summary>What a message calls it, and where it stands.</summary>
    public static (string Name, Location Place) Describe(IOperation operation)
    {
        if (operation is not IInvocationOperation call) return ("(" + operation.Type?.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat) + ")", operation.Syntax.GetLocation());
        SyntaxNode place = (call.Syntax as InvocationExpressionSyntax)?.Expression switch
        {
            MemberAccessExpressionSyntax access => access.Name,
            MemberBindingExpressionSyntax binding => binding.Name,
            SimpleNameSyntax name => name,
            _ => call.Syntax,
        };
        return (call.TargetMethod.Name, place.GetLocation());
    }
}
