using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tiny.SourceGen.Regions;

/// <summary>Code that runs while a method is captured: the body of one method, accessor, constructor, local function or lambda, with what is nested in it.</summary>
/// <param name="Method">Whose body it is.</param>
/// <param name="Root">The first captured method found to reach it; an exported one if any does.</param>
/// <param name="Syntax">Its declaration.</param>
/// <param name="Operations">Every operation, operands before what uses them.</param>
sealed record RegionBody(IMethodSymbol Method, CapturedRoot Root, SyntaxNode Syntax, ImmutableArray<IOperation> Operations)
{
    /// <summary>The body of a method that is declared in source; null where it has none.</summary>
    public static RegionBody? Of(IMethodSymbol method, CapturedRoot root, Compilation compilation, CancellationToken cancellation)
    {
        if ((method.PartialImplementationPart ?? method).DeclaringSyntaxReferences is not [var reference, ..]) return null;
        var syntax = reference.GetSyntax(cancellation);
        var operation = compilation.GetSemanticModel(syntax.SyntaxTree).GetOperation(syntax, cancellation);
        return operation is null ? null : new(method, root, syntax, PostOrder(operation));
    }

    /// <summary>True for a constructor that runs the initialisers of the object's fields and properties: not for one that calls another of its class.</summary>
    public static bool HasInitializers(IMethodSymbol method, CancellationToken cancellation) => method.MethodKind == MethodKind.Constructor
        && !method.DeclaringSyntaxReferences.Any(r => r.GetSyntax(cancellation) is ConstructorDeclarationSyntax { Initializer: { } first } && first.IsKind(SyntaxKind.ThisConstructorInitializer));

    /// <summary>The initialisers that a constructor runs.</summary>
    public static IEnumerable<RegionBody> InitializersOf(IMethodSymbol constructor, CapturedRoot root, Compilation compilation, CancellationToken cancellation)
    {
        foreach (var reference in constructor.ContainingType.DeclaringSyntaxReferences)
        {
            if (reference.GetSyntax(cancellation) is not TypeDeclarationSyntax type) continue;
            var model = compilation.GetSemanticModel(type.SyntaxTree);
            foreach (var member in type.Members)
            {
                if (member.Modifiers.Any(SyntaxKind.StaticKeyword) || member.Modifiers.Any(SyntaxKind.ConstKeyword)) continue;
                IEnumerable<EqualsValueClauseSyntax?> values = member switch
                {
                    FieldDeclarationSyntax field => field.Declaration.Variables.Select(static v => v.Initializer),
                    PropertyDeclarationSyntax property => [property.Initializer],
                    _ => [],
                };
                foreach (var value in values)
                    if (value is not null && model.GetOperation(value, cancellation) is { } operation) yield return new(constructor, root, value, PostOrder(operation));
            }
        }
    }

    /// <summary>True where a variable or function is declared inside.</summary>
    public bool Declares(ISymbol symbol) => symbol.DeclaringSyntaxReferences is [var at, ..]
        && at.SyntaxTree == Syntax.SyntaxTree && Syntax.FullSpan.Contains(at.Span);

    /// <summary>The function whose code an operation is: a nested lambda or local function, or the body's own method.</summary>
    public IMethodSymbol FunctionOf(IOperation operation)
    {
        for (var at = operation.Parent; at is not null; at = at.Parent)
            if (at is Microsoft.CodeAnalysis.Operations.IAnonymousFunctionOperation lambda) return lambda.Symbol;
            else if (at is Microsoft.CodeAnalysis.Operations.ILocalFunctionOperation local) return local.Symbol;
        return Method;
    }

    static ImmutableArray<IOperation> PostOrder(IOperation root)
    {
        // Each before its operands, the last operand first; then all of it backwards.
        var all = ImmutableArray.CreateBuilder<IOperation>();
        var work = new Stack<IOperation>();
        work.Push(root);
        while (work.Count > 0)
        {
            var at = work.Pop();
            all.Add(at);
            foreach (var child in at.ChildOperations) work.Push(child);
        }
        all.Reverse();
        return all.ToImmutable();
    }
}
