using System.Collections.Immutable;
using Microsoft.CodeAnalysis.CodeActions;

namespace Tiny.SourceGen.CodeFixes;

/// <summary>A code fix of one rule, that replaces one node. All occurrences in a document, project or solution can be fixed together.</summary>
public abstract class NodeFix : CodeFixProvider
{
    private protected NodeFix(string id) => FixableDiagnosticIds = [id];

    /// <inheritdoc/>
    public sealed override ImmutableArray<string> FixableDiagnosticIds { get; }

    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (root is null || model is null) return;
        foreach (var diagnostic in context.Diagnostics)
            if (Fix(root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true), diagnostic, model) is var (old, with, title))
                context.RegisterCodeFix(
                    CodeAction.Create(title, _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(old, with))), equivalenceKey: GetType().Name), diagnostic);
    }

    /// <summary>What to replace, by what, and what the editor calls it; null where there is no fix.</summary>
    /// <param name="node">Where the diagnostic stands.</param>
    /// <param name="diagnostic">The diagnostic.</param>
    /// <param name="model">The document's meaning.</param>
    private protected abstract (SyntaxNode Old, SyntaxNode With, string Title)? Fix(SyntaxNode node, Diagnostic diagnostic, SemanticModel model);
}
