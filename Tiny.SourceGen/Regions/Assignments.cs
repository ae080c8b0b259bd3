using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tiny.SourceGen.Regions;

/// <summary>Whether a variable is assigned anywhere but where it begins: a local's declaration, a field's or property's initialiser and its class's constructors.</summary>
sealed class Assignments(Compilation compilation)
{
    readonly ConcurrentDictionary<ISymbol, bool> _known = new(SymbolEqualityComparer.Default);

    /// <summary>True for a variable that may be assigned after it began: what only its class or method can name, if that does; what others can name, always.</summary>
    public bool CanChange(ISymbol variable) => variable switch
    {
        IFieldSymbol { DeclaredAccessibility: not Accessibility.Private } => true,
        IPropertySymbol { SetMethod.DeclaredAccessibility: not Accessibility.Private } => true,
        _ => _known.GetOrAdd(variable.OriginalDefinition, Find),
    };

    /// <summary>True for a property that is a variable: it holds what was set, and computes nothing.</summary>
    public static bool IsStored(IPropertySymbol property) => property.SetMethod is not null
        && (property.DeclaringSyntaxReferences.IsEmpty || IsAuto(property));

    /// <summary>True for a property with a field of its own that the compiler made.</summary>
    public static bool IsAuto(IPropertySymbol property) =>
        property.ContainingType.GetMembers().OfType<IFieldSymbol>().Any(f => SymbolEqualityComparer.Default.Equals(f.AssociatedSymbol, property.OriginalDefinition));

    bool Find(ISymbol variable)
    {
        var scope = variable switch
        {
            IFieldSymbol or IPropertySymbol => variable.ContainingType.DeclaringSyntaxReferences,
            IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } } => variable.ContainingType.DeclaringSyntaxReferences,
            _ => variable.ContainingSymbol.DeclaringSyntaxReferences,
        };
        foreach (var reference in scope)
        {
            var model = compilation.GetSemanticModel(reference.SyntaxTree);
            foreach (var name in reference.GetSyntax().DescendantNodes().OfType<IdentifierNameSyntax>())
                if (name.Identifier.ValueText == variable.Name && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name).Symbol?.OriginalDefinition, variable)
                    && IsAssigned(name, model) && !IsInConstructor(name, variable))
                    return true;
        }
        return false;
    }

    static bool IsAssigned(IdentifierNameSyntax name, SemanticModel model)
    {
        SyntaxNode whole = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
        return model.GetOperation(whole) is { } operation && (Writes.IsTarget(operation) || whole.Parent is RefExpressionSyntax);
    }

    static bool IsInConstructor(SyntaxNode node, ISymbol variable)
    {
        if (variable is not (IFieldSymbol or IPropertySymbol)) return false;
        for (var at = node.Parent; at is not null; at = at.Parent)
            switch (at)
            {
                case ConstructorDeclarationSyntax constructor: return constructor.Modifiers.Any(SyntaxKind.StaticKeyword) == variable.IsStatic;
                case AccessorDeclarationSyntax accessor: return accessor.IsKind(SyntaxKind.InitAccessorDeclaration);
                case AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax: return false;
            }
        return false;
    }
}
