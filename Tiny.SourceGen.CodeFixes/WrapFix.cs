namespace Tiny.SourceGen.CodeFixes;

/// <summary>TINY0013: a captured method given as a delegate, <c>model.Forward</c>, becomes <c>TinyJit.Of(model.Forward)</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class WrapFix() : NodeFix("TINY0013")
{
    private protected override (SyntaxNode, SyntaxNode, string)? Fix(SyntaxNode node, Diagnostic diagnostic, SemanticModel model)
    {
        // Calls through an interface or a base class have no delegate to wrap.
        if (node.FirstAncestorOrSelf<ExpressionSyntax>(e => e.Span == diagnostic.Location.SourceSpan) is not { } method
            || model.GetTypeInfo(method).ConvertedType is not INamedTypeSymbol { TypeKind: TypeKind.Delegate } type) return null;
        // The compiler infers a Func, but not a delegate type of the user's own, nor what a method with default values is given as.
        bool isInferred = type is { Name: "Func", ContainingNamespace.Name: "System" }
            && model.GetSymbolInfo(method).Symbol is IMethodSymbol { Parameters: var parameters } && !parameters.Any(static p => p.HasExplicitDefaultValue || p.IsParams);
        SimpleNameSyntax of = isInferred ? IdentifierName("Of")
            : GenericName("Of").AddTypeArgumentListArguments(ParseTypeName(type.ToMinimalDisplayString(model, method.SpanStart)));
        var call = InvocationExpression(
            MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, ParseName(ShortName(model, method.SpanStart)), of),
            ArgumentList(SingletonSeparatedList(Argument(method.WithoutTrivia()))));
        return (method, call.WithTriviaFrom(method), $"Replay it: TinyJit.Of({method.WithoutTrivia()})");
    }

    // As short as it can be named there.
    static string ShortName(SemanticModel model, int place) => model.LookupNamespacesAndTypes(place, name: "TinyJit").Any(static s => s.ContainingNamespace?.Name == "Tiny") ? "TinyJit" : "Tiny.TinyJit";
}
