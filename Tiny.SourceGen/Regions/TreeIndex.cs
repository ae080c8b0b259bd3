using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tiny.SourceGen.Regions;

/// <summary>
/// What of one file may matter to capture, by syntax alone: more than what does. It is found once for each version of a file, so that an
/// edit costs one file and not the project.
/// </summary>
sealed class TreeIndex
{
    static readonly ConditionalWeakTable<SyntaxTree, TreeIndex> s_known = new();

    TreeIndex(SyntaxNode root)
    {
        var methods = ImmutableArray.CreateBuilder<MethodDeclarationSyntax>();
        var calls = ImmutableArray.CreateBuilder<InvocationExpressionSyntax>();
        foreach (var node in root.DescendantNodes())
            if (node is MethodDeclarationSyntax { AttributeLists.Count: > 0 } method) methods.Add(method);
            else if (node is InvocationExpressionSyntax { ArgumentList.Arguments.Count: 1 } call && NameOf(call) == "Of") calls.Add(call);
        AttributedMethods = methods.ToImmutable();
        OfCalls = calls.ToImmutable();
    }

    /// <summary>Methods with any attribute.</summary>
    public ImmutableArray<MethodDeclarationSyntax> AttributedMethods { get; }
    /// <summary>Calls of anything named <c>Of</c> with one argument.</summary>
    public ImmutableArray<InvocationExpressionSyntax> OfCalls { get; }

    public static TreeIndex Of(SyntaxTree tree) => s_known.GetValue(tree, static t => new(t.GetRoot()));

    /// <summary>The name that a call calls; null where it is no name.</summary>
    public static string? NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        SimpleNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
        _ => null,
    };
}
