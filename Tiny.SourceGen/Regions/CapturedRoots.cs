using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tiny.SourceGen.Regions;

/// <summary>Where a capture begins: a method marked <c>[TinyJit]</c>, or what is given to <c>TinyJit.Of</c>.</summary>
/// <param name="Method">The method, lambda or local function.</param>
/// <param name="IsExported">True for <c>[TinyExport]</c>.</param>
readonly record struct CapturedRoot(IMethodSymbol Method, bool IsExported)
{
    /// <summary>What a message calls it.</summary>
    public string Name => Method.Name.Length > 0 ? Method.Name : "the lambda";
}

/// <summary>Finds where captures begin in the source of a compilation; exported methods come first.</summary>
static class CapturedRoots
{
    public static IReadOnlyList<CapturedRoot> Of(Compilation compilation, CancellationToken cancellation)
    {
        var roots = new List<CapturedRoot>();
        foreach (var tree in compilation.SyntaxTrees)
        {
            cancellation.ThrowIfCancellationRequested();
            var index = TreeIndex.Of(tree);
            if (index.AttributedMethods.IsEmpty && index.OfCalls.IsEmpty) continue;
            var model = compilation.GetSemanticModel(tree);
            foreach (var syntax in index.AttributedMethods)
                if (model.GetDeclaredSymbol(syntax, cancellation) is IMethodSymbol method && KnownTypes.IsCaptured(method))
                    roots.Add(new(method, KnownTypes.Export(method) is not null));
            foreach (var syntax in index.OfCalls)
                if (model.GetOperation(syntax, cancellation) is IInvocationOperation { Arguments: [var argument] } call && IsTinyJitOf(call.TargetMethod)
                    && Wrapped(argument.Value) is { } wrapped)
                    roots.Add(new(wrapped.OriginalDefinition, false));
        }
        return [.. roots.OrderBy(static r => !r.IsExported)];
    }

    /// <summary>True for <c>TinyJit.Of</c>.</summary>
    public static bool IsTinyJitOf(IMethodSymbol method) => method is { Name: "Of", ContainingType: { Name: "TinyJit" } type } && KnownTypes.IsInTiny(type);

    static IMethodSymbol? Wrapped(IOperation value) => value switch
    {
        IDelegateCreationOperation d => Wrapped(d.Target),
        IConversionOperation c => Wrapped(c.Operand),
        IAnonymousFunctionOperation f => f.Symbol,
        IMethodReferenceOperation { Method.DeclaringSyntaxReferences.Length: > 0 } m => m.Method,
        _ => null,
    };
}
