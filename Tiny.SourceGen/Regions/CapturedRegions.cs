using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace Tiny.SourceGen.Regions;

/// <summary>
/// All code of a compilation that runs while a method is captured, from where captures begin through calls of the same assembly: helpers, local
/// functions, lambdas, accessors, constructors, overrides. The rules about captured code look at it; it is found once for all of them.
/// </summary>
sealed class CapturedRegions
{
    static readonly ConditionalWeakTable<Compilation, CapturedRegions> s_known = new();

    readonly ILookup<SyntaxTree, RegionBody> _byTree;

    CapturedRegions(IReadOnlyList<CapturedRoot> roots, IReadOnlyList<RegionBody> bodies, CallTargets targets, Compilation compilation, CancellationToken cancellation)
    {
        Roots = roots;
        _byTree = bodies.ToLookup(static b => b.Syntax.SyntaxTree);
        Dependences = DependenceMap.Of(bodies, roots, targets, cancellation);
        Assignments = new(compilation);
    }

    /// <summary>Where captures begin.</summary>
    public IReadOnlyList<CapturedRoot> Roots { get; }
    /// <summary>What the values computed in it depend on.</summary>
    public DependenceMap Dependences { get; }
    /// <summary>Where variables are assigned.</summary>
    public Assignments Assignments { get; }

    /// <summary>The code in one file.</summary>
    public IEnumerable<RegionBody> In(SyntaxTree tree) => _byTree[tree];

    public static CapturedRegions Of(Compilation compilation, CancellationToken cancellation) =>
        s_known.GetValue(compilation, c => Find(c, cancellation));

    static CapturedRegions Find(Compilation compilation, CancellationToken cancellation)
    {
        var targets = new CallTargets(compilation);
        // A call of a virtual method may run what overrides it.
        List<CapturedRoot> roots = [.. CapturedRoots.Of(compilation, cancellation)
            .SelectMany(r => targets.Below(r.Method.OriginalDefinition).Select(m => r with { Method = m }).Prepend(r))];
        var bodies = new List<RegionBody>();
        var (seen, initialized) = (new HashSet<ISymbol>(SymbolEqualityComparer.Default), new HashSet<ISymbol>(SymbolEqualityComparer.Default));
        var work = new Queue<(IMethodSymbol Method, CapturedRoot Root)>();
        void Reach(IMethodSymbol method, CapturedRoot root)
        {
            if (seen.Add(method)) work.Enqueue((method, root));
        }
        void Add(RegionBody body)
        {
            bodies.Add(body);
            foreach (var operation in body.Operations)
                foreach (var target in targets.Of(operation))
                    // What is nested in the body is part of it.
                    if (target.MethodKind is not (MethodKind.LocalFunction or MethodKind.AnonymousFunction) || !body.Declares(target))
                        Reach(target, body.Root);
        }
        // Those of one root before the next begins, so that what an exported method reaches is known to be its.
        foreach (var root in roots)
        {
            // What is nested in a body found before is part of it.
            if (!bodies.Any(b => b.Declares(root.Method))) Reach(root.Method.OriginalDefinition, root);
            while (work.Count > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                var (method, from) = work.Dequeue();
                if (RegionBody.Of(method, from, compilation, cancellation) is { } body) Add(body);
                // Of several constructors the first: they have their initialisers in common.
                if (RegionBody.HasInitializers(method, cancellation) && initialized.Add(method.ContainingType))
                    foreach (var initializer in RegionBody.InitializersOf(method, from, compilation, cancellation)) Add(initializer);
            }
        }
        return new(roots, bodies, targets, compilation, cancellation);
    }
}
