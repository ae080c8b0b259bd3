using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>A rule about the methods of the program.</summary>
public abstract class MethodRule : Rule
{
    private protected MethodRule(params DiagnosticDescriptor[] descriptors) : base(descriptors)
    {
    }

    private protected override void Register(AnalysisContext context) => context.RegisterSymbolAction(c => Check((IMethodSymbol)c.Symbol, c), SymbolKind.Method);

    private protected abstract void Check(IMethodSymbol method, SymbolAnalysisContext context);

    /// <summary>Where the method's name stands.</summary>
    private protected static Location Place(ISymbol symbol) => symbol.Locations.Length > 0 ? symbol.Locations[0] : Location.None;

    /// <summary>Where the parameter's type stands.</summary>
    private protected static Location TypePlace(IParameterSymbol parameter, CancellationToken cancellation) =>
        Declaration<ParameterSyntax>(parameter, cancellation)?.Type?.GetLocation() ?? Place(parameter);

    /// <summary>Where the method's return type stands.</summary>
    private protected static Location ResultPlace(IMethodSymbol method, CancellationToken cancellation) =>
        Declaration<MethodDeclarationSyntax>(method, cancellation)?.ReturnType.GetLocation() ?? Place(method);

    private protected static Location Place(AttributeData attribute, ISymbol owner, CancellationToken cancellation) =>
        attribute.ApplicationSyntaxReference?.GetSyntax(cancellation).GetLocation() ?? Place(owner);

    static T? Declaration<T>(ISymbol symbol, CancellationToken cancellation) where T : SyntaxNode =>
        symbol.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) as T;
}
