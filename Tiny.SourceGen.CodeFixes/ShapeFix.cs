namespace Tiny.SourceGen.CodeFixes;

/// <summary>TINY0003: a tensor parameter gets a <c>[Shape(1)]</c>, a size a <c>[Bounds(1, 512)]</c>, whose numbers the user then changes.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class ShapeFix() : NodeFix("TINY0003")
{
    private protected override (SyntaxNode, SyntaxNode, string)? Fix(SyntaxNode node, Diagnostic diagnostic, SemanticModel model)
    {
        if (node.FirstAncestorOrSelf<ParameterSyntax>() is not { } parameter || model.GetDeclaredSymbol(parameter) is not IParameterSymbol symbol) return null;
        string? text = symbol.Type.Name switch
        {
            "Tensor" => "Shape(1)",
            "Dim" => "Bounds(1, 512)",
            _ => null,
        };
        if (text is null) return null;
        var attribute = ((ParameterSyntax)ParseParameterList($"([{text}] int x)").Parameters[0]).AttributeLists[0].Attributes[0];
        var list = AttributeList(SingletonSeparatedList(attribute)).WithLeadingTrivia(parameter.GetLeadingTrivia()).WithTrailingTrivia(Space);
        return (parameter, parameter.WithLeadingTrivia().WithAttributeLists(parameter.AttributeLists.Insert(0, list)), $"Declare it: [{text}]");
    }
}
