using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0013: a captured method used in a way that no interceptor sees runs as written, which means the same and takes longer.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UninterceptedUseAnalyzer() : Rule(Descriptors.Delegate, Descriptors.UninterceptedCall)
{
    private protected override void Register(AnalysisContext context) => context.RegisterCompilationStartAction(start =>
    {
        var regions = CapturedRegions.Of(start.Compilation, start.CancellationToken);
        var above = Above(regions.Roots);
        start.RegisterOperationAction(
            c =>
            {
                if (Problem(c.Operation, above, c.Compilation) is { } problem && !IsCaptured(c.Operation, regions)) c.ReportDiagnostic(problem);
            },
            OperationKind.MethodReference, OperationKind.Invocation);
    });

    static Diagnostic? Problem(IOperation operation, HashSet<ISymbol> above, Compilation compilation)
    {
        if (operation is IMethodReferenceOperation reference)
            return KnownTypes.IsCaptured(reference.Method) && !IsWrapped(reference)
                ? Diagnostic.Create(Descriptors.Delegate, reference.Syntax.GetLocation(), reference.Method.Name, reference.Syntax)
                : null;
        var call = (IInvocationOperation)operation;
        string? why = above.Contains(call.TargetMethod.OriginalDefinition) ? $"'{call.TargetMethod.ContainingType.Name}.{call.TargetMethod.Name}' is above what is captured"
            : !KnownTypes.IsCaptured(call.TargetMethod) || !CaptureRules.IsCapturable(call.TargetMethod.ReducedFrom ?? call.TargetMethod) ? null
            : CapturedMethod.Of(call.TargetMethod, compilation) is null ? "other files cannot name it"
            : call.Syntax is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: BaseExpressionSyntax } } ? "it names the base class's own method"
            : CapturedMethod.IsInExpressionTree(call) ? "it is part of an expression tree"
            : null;
        return why is null ? null : Diagnostic.Create(Descriptors.UninterceptedCall, ValueRequests.Place(call), call.TargetMethod.Name, why);
    }

    // What runs inside another capture is part of that.
    static bool IsCaptured(IOperation operation, CapturedRegions regions) =>
        regions.In(operation.Syntax.SyntaxTree).Any(b => b.Syntax.FullSpan.Contains(operation.Syntax.Span));

    static bool IsWrapped(IMethodReferenceOperation reference)
    {
        IOperation? at = reference.Parent;
        while (at is IDelegateCreationOperation or IConversionOperation) at = at.Parent;
        return at is INameOfOperation || at is IArgumentOperation { Parent: IInvocationOperation call } && CapturedRoots.IsTinyJitOf(call.TargetMethod);
    }

    /// <summary>Members of base classes and interfaces that a captured method overrides or implements, and that are not captured themselves.</summary>
    static HashSet<ISymbol> Above(IReadOnlyList<CapturedRoot> roots)
    {
        var above = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var root in roots)
        {
            if (!KnownTypes.IsCaptured(root.Method)) continue;
            for (var up = root.Method.OverriddenMethod; up is not null; up = up.OverriddenMethod)
                if (!KnownTypes.IsCaptured(up)) above.Add(up.OriginalDefinition);
            foreach (var member in root.Method.ContainingType.AllInterfaces.SelectMany(static i => i.GetMembers()).OfType<IMethodSymbol>())
                if (SymbolEqualityComparer.Default.Equals(root.Method.ContainingType.FindImplementationForInterfaceMember(member), root.Method)) above.Add(member.OriginalDefinition);
        }
        return above;
    }
}
