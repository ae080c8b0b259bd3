using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tiny.SourceGen.Regions;

/// <summary>Which methods of the program's own source an operation may run: what it names, and for a virtual or interface member what overrides or implements it.</summary>
sealed class CallTargets(Compilation compilation)
{
    readonly Lazy<ILookup<ISymbol, IMethodSymbol>> _overrides = new(() => FindOverrides(compilation));

    /// <summary>The methods, as they are declared.</summary>
    public IEnumerable<IMethodSymbol> Of(IOperation operation)
    {
        foreach (var named in Named(operation))
        {
            var method = (named.ReducedFrom ?? named).OriginalDefinition;
            if (!SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, compilation.Assembly)) continue;
            yield return method;
            foreach (var other in Below(method)) yield return other;
        }
    }

    /// <summary>What overrides or implements a method.</summary>
    public IEnumerable<IMethodSymbol> Below(IMethodSymbol method) => method.IsVirtual || method.IsAbstract || method.IsOverride ? _overrides.Value[method] : [];

    static IEnumerable<IMethodSymbol> Named(IOperation operation)
    {
        switch (operation)
        {
            case IInvocationOperation call:
                yield return call.TargetMethod;
                break;
            case IMethodReferenceOperation reference:
                yield return reference.Method;
                break;
            case IObjectCreationOperation { Constructor: { } constructor }:
                yield return constructor;
                break;
            case IPropertyReferenceOperation { Property: var property }:
                if (property.GetMethod is { } get) yield return get;
                if (property.SetMethod is { } set && Writes.IsTarget(operation)) yield return set;
                break;
            case IBinaryOperation { OperatorMethod: { } binary }:
                yield return binary;
                break;
            case IUnaryOperation { OperatorMethod: { } unary }:
                yield return unary;
                break;
            case ICompoundAssignmentOperation { OperatorMethod: { } compound }:
                yield return compound;
                break;
            case IConversionOperation { OperatorMethod: { } conversion }:
                yield return conversion;
                break;
        }
    }

    // From a member to all below it, however far.
    static ILookup<ISymbol, IMethodSymbol> FindOverrides(Compilation compilation)
    {
        var pairs = new List<(ISymbol Above, IMethodSymbol Method)>();
        foreach (var type in TypesOf(compilation.Assembly.GlobalNamespace))
        {
            foreach (var method in type.GetMembers().OfType<IMethodSymbol>())
                for (var above = method.OverriddenMethod; above is not null; above = above.OverriddenMethod)
                    pairs.Add((above.OriginalDefinition, method));
            if (type.TypeKind == TypeKind.Interface) continue;
            foreach (var member in type.AllInterfaces.SelectMany(static i => i.GetMembers()).OfType<IMethodSymbol>())
                if (SymbolEqualityComparer.Default.Equals(member.ContainingAssembly, compilation.Assembly)
                    && type.FindImplementationForInterfaceMember(member) is IMethodSymbol implementation)
                    pairs.Add((member.OriginalDefinition, implementation.OriginalDefinition));
        }
        return pairs.ToLookup(static p => p.Above, static p => p.Method, SymbolEqualityComparer.Default);
    }

    static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceOrTypeSymbol root)
    {
        var work = new Stack<INamespaceOrTypeSymbol>();
        work.Push(root);
        while (work.Count > 0)
        {
            var at = work.Pop();
            if (at is INamedTypeSymbol type) yield return type;
            foreach (var member in at.GetMembers())
                if (member is INamespaceOrTypeSymbol inner) work.Push(inner);
        }
    }
}
