namespace Tiny.SourceGen.CodeFixes;

/// <summary>TINY0011: <c>_state = _state + x</c> and <c>_state += x</c> become <c>_state.Assign(_state + x)</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class AssignFix() : NodeFix("TINY0011")
{
    private protected override (SyntaxNode, SyntaxNode, string)? Fix(SyntaxNode node, Diagnostic diagnostic, SemanticModel model)
    {
        // A part of a tuple has no value of its own here, and what `??=` makes hold a tensor may hold none yet.
        if (node.FirstAncestorOrSelf<AssignmentExpressionSyntax>(a => a.Left.Span == diagnostic.Location.SourceSpan) is not { } write
            || model.GetTypeInfo(write.Left).Type is not { Name: "Tensor" } || Value(write) is not { } value) return null;
        var place = write.Left.WithoutTrivia();
        var call = InvocationExpression(
            MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, place, IdentifierName("Assign")), ArgumentList(SingletonSeparatedList(Argument(value))));
        return (write, call.WithTriviaFrom(write), $"Write into it: {place}.Assign(...)");
    }

    static ExpressionSyntax? Value(AssignmentExpressionSyntax write)
    {
        var value = write.Right.WithoutTrivia();
        if (write.IsKind(SyntaxKind.SimpleAssignmentExpression)) return value;
        SyntaxKind kind = write.Kind() switch
        {
            SyntaxKind.AddAssignmentExpression => SyntaxKind.AddExpression,
            SyntaxKind.SubtractAssignmentExpression => SyntaxKind.SubtractExpression,
            SyntaxKind.MultiplyAssignmentExpression => SyntaxKind.MultiplyExpression,
            SyntaxKind.DivideAssignmentExpression => SyntaxKind.DivideExpression,
            SyntaxKind.AndAssignmentExpression => SyntaxKind.BitwiseAndExpression,
            SyntaxKind.OrAssignmentExpression => SyntaxKind.BitwiseOrExpression,
            SyntaxKind.ExclusiveOrAssignmentExpression => SyntaxKind.ExclusiveOrExpression,
            SyntaxKind.LeftShiftAssignmentExpression => SyntaxKind.LeftShiftExpression,
            SyntaxKind.RightShiftAssignmentExpression => SyntaxKind.RightShiftExpression,
            _ => SyntaxKind.None,
        };
        if (kind == SyntaxKind.None) return null;
        // What was one operand stays one.
        var operand = value is IdentifierNameSyntax or LiteralExpressionSyntax or InvocationExpressionSyntax or MemberAccessExpressionSyntax or ElementAccessExpressionSyntax or ParenthesizedExpressionSyntax
            ? value : ParenthesizedExpression(value);
        var whole = BinaryExpression(kind, write.Left.WithoutTrivia().WithTrailingTrivia(Space), operand);
        return whole.WithOperatorToken(whole.OperatorToken.WithTrailingTrivia(Space));
    }
}
