using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen;

/// <summary>Names that captured methods may have, in source by syntax alone and in referenced assemblies by their manifests: more than those that do.</summary>
static class CapturedNames
{
    static readonly ConditionalWeakTable<Compilation, HashSet<string>> s_known = new();
    static readonly ConditionalWeakTable<IAssemblySymbol, string[]> s_manifests = new();

    public static HashSet<string> Of(Compilation compilation) => s_known.GetValue(compilation, Find);

    static HashSet<string> Find(Compilation compilation)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tree in compilation.SyntaxTrees)
            foreach (var method in TreeIndex.Of(tree).AttributedMethods) names.Add(method.Identifier.ValueText);
        foreach (var assembly in compilation.SourceModule.ReferencedAssemblySymbols) names.UnionWith(s_manifests.GetValue(assembly, Manifest));
        return names;
    }

    static string[] Manifest(IAssemblySymbol assembly) => !assembly.Modules.Any(static m => m.ReferencedAssemblies.Any(static r => r.Name == "Tiny.Jit")) ? []
        : [.. assembly.GetAttributes().Where(static a => a.AttributeClass is { Name: "TinyEntryPointAttribute" } type && KnownTypes.IsInTiny(type))
            .Select(static a => a.ConstructorArguments is [_, { Value: string name }, ..] ? name : "")];
}
