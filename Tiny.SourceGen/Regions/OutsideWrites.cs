using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tiny.SourceGen.Regions;

/// <summary>
/// What captured code writes that was there before the capture: fields, properties and elements of objects from outside, static variables, captured
/// locals. A replay does none of it. What it assigns to the elements of tensors is no such write.
/// </summary>
static class OutsideWrites
{
    // What changes a collection of the framework.
    static readonly HashSet<string> s_changing = new(StringComparer.Ordinal)
    {
        "Add", "AddAfter", "AddBefore", "AddFirst", "AddLast", "AddOrUpdate", "AddRange", "Clear", "Dequeue", "Enqueue", "ExceptWith", "GetOrAdd", "Insert", "InsertRange",
        "IntersectWith", "Pop", "Push", "Remove", "RemoveAll", "RemoveAt", "RemoveFirst", "RemoveLast", "RemoveRange", "RemoveWhere", "Reverse", "Sort", "SymmetricExceptWith",
        "TryAdd", "TryDequeue", "TryPop", "TryRemove", "TryTake", "TryUpdate", "UnionWith",
    };

    /// <summary>The places that an operation writes.</summary>
    public static IEnumerable<IOperation> Of(IOperation operation, RegionBody body, CapturedRegions regions)
    {
        foreach (var (target, _) in Writes.Of(operation))
            if (IsOutside(target)) yield return target;
        if (operation is IInvocationOperation { Instance: { } collection } call && s_changing.Contains(call.TargetMethod.Name) && IsCollection(call.TargetMethod.ContainingType)
            && regions.Dependences.Of(collection).IsOutside)
            yield return collection;

        bool IsOutside(IOperation place) => place switch
        {
            ILocalReferenceOperation local => !body.Declares(local.Local),
            IParameterReferenceOperation { Parameter.DeclaringSyntaxReferences.IsEmpty: false } parameter => !body.Declares(parameter.Parameter),
            IFieldReferenceOperation field => field.Instance is null || regions.Dependences.Of(field.Instance).IsOutside,
            IPropertyReferenceOperation property when KnownTypes.IsTensor(property.Property.ContainingType) => false,
            // What a setter of the program's own does is seen there.
            IPropertyReferenceOperation { Property.IsIndexer: false } property => Assignments.IsStored(property.Property)
                && (property.Instance is null || regions.Dependences.Of(property.Instance).IsOutside),
            IPropertyReferenceOperation { Instance: { } indexed } property => property.Property.DeclaringSyntaxReferences.IsEmpty && regions.Dependences.Of(indexed).IsOutside,
            IArrayElementReferenceOperation element => regions.Dependences.Of(element.ArrayReference).IsOutside,
            _ => false,
        };
    }

    // Those of immutable collections give another one; only their builders change.
    static bool IsCollection(ITypeSymbol type) => type.ContainingNamespace?.ToDisplayString() is { } name && name.StartsWith("System.Collections", StringComparison.Ordinal)
        && (name != "System.Collections.Immutable" || type.Name == "Builder");
}
