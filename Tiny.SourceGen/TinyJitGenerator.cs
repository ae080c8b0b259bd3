using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen;

/// <summary>
/// For methods marked <c>[TinyJit]</c>: a manifest of them, which the export host reads, and interceptors that route direct calls to
/// the replaying JIT. Interceptors only save time; without them a call means the same.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class TinyJitGenerator : IIncrementalGenerator
{
    /// <summary>Name of the step that finds captured methods.</summary>
    public const string EntriesStep = "Entries";
    /// <summary>Name of the step that finds calls of captured methods.</summary>
    public const string CallsStep = "Calls";
    /// <summary>Names of all steps.</summary>
    public static IReadOnlyList<string> Steps { get; } = [EntriesStep, ManifestStep, CallsStep, InterceptorsStep];
    const string ManifestStep = "Manifest", InterceptorsStep = "Interceptors";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var entries = context.SyntaxProvider.ForAttributeWithMetadataName(
                KnownTypes.TinyJit,
                static (node, _) => node is MethodDeclarationSyntax,
                static (c, _) => Entry(c))
            .Where(static e => e is not null).Select(static (e, _) => e!)
            .WithTrackingName(EntriesStep);
        var projectDirectory = context.AnalyzerConfigOptionsProvider.Select(static (p, _) =>
            p.GlobalOptions.TryGetValue("build_property.ProjectDir", out var directory) ? directory : "");
        context.RegisterSourceOutput(entries.Collect().Combine(projectDirectory).WithTrackingName(ManifestStep), static (c, pair) =>
        {
            if (pair.Left.Length > 0) Add(c, "TinyEntryPoints.g.cs", ManifestWriter.Write(pair.Left, pair.Right));
        });

        var calls = context.SyntaxProvider.CreateSyntaxProvider(static (node, _) => IsCandidate(node), Call)
            .Where(static s => s is not null).Select(static (s, _) => s!)
            .WithTrackingName(CallsStep);
        var enabled = context.ParseOptionsProvider.Select(static (options, _) => HasInterceptors((CSharpParseOptions)options));
        context.RegisterSourceOutput(calls.Collect().Combine(enabled).WithTrackingName(InterceptorsStep), static (c, pair) =>
        {
            if (pair.Right && pair.Left.Length > 0) Add(c, "TinyInterceptors.g.cs", InterceptorWriter.Write(pair.Left));
        });
    }

    static ManifestEntry? Entry(GeneratorAttributeSyntaxContext context)
    {
        var method = (IMethodSymbol)context.TargetSymbol;
        if (!CaptureRules.IsCapturable(method) || !CapturedMethod.IsNameable(method.ContainingType, context.SemanticModel.Compilation)) return null;
        var type = method.ContainingType.IsGenericType ? method.ContainingType.ConstructUnboundGenericType() : method.ContainingType;
        var place = ((MethodDeclarationSyntax)context.TargetNode).Identifier.GetLocation().GetLineSpan();
        return new ManifestEntry(
            type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat), method.Name,
            place.Path, place.StartLinePosition.Line + 1, place.StartLinePosition.Character + 1);
    }

    /// <summary>A call by name. <c>base.Forward(x)</c> is left alone: an interceptor's call would be virtual.</summary>
    static bool IsCandidate(SyntaxNode node) => node is InvocationExpressionSyntax { Expression: var called } && called
        is SimpleNameSyntax
        or MemberBindingExpressionSyntax
        or MemberAccessExpressionSyntax { Expression: not BaseExpressionSyntax };

    static CallSite? Call(GeneratorSyntaxContext context, CancellationToken cancellation)
    {
        var call = (InvocationExpressionSyntax)context.Node;
        // Every call of the project comes here after every edit; few have the name of a captured method.
        if (TreeIndex.NameOf(call) is not { } name || !CapturedNames.Of(context.SemanticModel.Compilation).Contains(name)) return null;
        if (context.SemanticModel.GetSymbolInfo(call, cancellation).Symbol is not IMethodSymbol method || !KnownTypes.IsCaptured(method)) return null;
        if (CapturedMethod.Of(method, context.SemanticModel.Compilation) is not { } captured) return null;
        if (IsInFunction(call) && context.SemanticModel.GetOperation(call, cancellation) is { } operation && CapturedMethod.IsInExpressionTree(operation)) return null;
        return context.SemanticModel.GetInterceptableLocation(call, cancellation) is { } location
            ? new CallSite(captured, location.GetInterceptsLocationAttributeSyntax())
            : null;
    }

    // Only there can a call be part of an expression tree.
    static bool IsInFunction(SyntaxNode call) => call.Ancestors().Any(static a => a is AnonymousFunctionExpressionSyntax or QueryExpressionSyntax);

    static bool HasInterceptors(CSharpParseOptions options)
    {
        if (options.LanguageVersion < InterceptorWriter.Language || !options.Features.TryGetValue("InterceptorsNamespaces", out var namespaces)) return false;
        foreach (var name in namespaces.Split(';'))
            if (name.Trim() is "Tiny" or InterceptorWriter.Namespace)
                return true;
        return false;
    }

    static void Add(SourceProductionContext context, string name, string text) => context.AddSource(name, SourceText.From(text, Encoding.UTF8));
}
