using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tiny.SourceGen.Regions;

/// <summary>Calls that need a tensor's elements now: they cannot be answered while a method is captured, when tensors have none.</summary>
static class ValueRequests
{
    /// <summary>True for <c>Item</c>, <c>ToArray</c> and their like, and for what makes a tensor of a size that elements decide.</summary>
    public static bool Is(IOperation operation) => operation is IInvocationOperation { TargetMethod: var method } && KnownTypes.IsTensor(method.ContainingType) && method.Name switch
    {
        "Item" or "ToArray" or "CopyTo" or "WriteTo" or "Realize" => true,
        "Nonzero" or "MaskedSelect" => !method.Parameters.Any(static p => p.Name == "size"),
        _ => false,
    };

    /// <summary>The elements that it asks for.</summary>
    public static Dependence Elements(IOperation operation, DependenceMap map) =>
        operation.ChildOperations.Aggregate(Dependence.None, (all, operand) => all | map.Of(operand)).AsElements();

    /// <summary>Where the name of what is called stands.</summary>
    public static Location Place(IInvocationOperation call)
    {
        SyntaxNode place = (call.Syntax as InvocationExpressionSyntax)?.Expression switch
        {
            MemberAccessExpressionSyntax access => access.Name,
            MemberBindingExpressionSyntax binding => binding.Name,
            SimpleNameSyntax name => name,
            _ => call.Syntax,
        };
        return place.GetLocation();
    }
}
