using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tiny.SourceGen.Regions;

/// <summary>Members of the framework that give something else at each call, or do something besides: a table.</summary>
static class ImpureMembers
{
    const string Clock = "reads the clock", Random = "draws random numbers", Environment = "reads the environment", Output = "does input or output", Thread = "starts or delays other work";

    // A type with the members meant; none for all of them, those after ! for all others.
    static readonly Dictionary<string, (string Does, string Members)> s_types = new(StringComparer.Ordinal)
    {
        ["System.DateTime"] = (Clock, "Now UtcNow Today"),
        ["System.DateTimeOffset"] = (Clock, "Now UtcNow"),
        ["System.TimeProvider"] = (Clock, ""),
        ["System.Diagnostics.Stopwatch"] = (Clock, ""),
        ["System.Guid"] = (Random, "NewGuid CreateVersion7"),
        ["System.Security.Cryptography.RandomNumberGenerator"] = (Random, ""),
        ["System.Environment"] = (Environment, "!NewLine"),
        ["System.AppContext"] = (Environment, ""),
        ["System.Diagnostics.Process"] = (Environment, ""),
        ["System.Console"] = (Output, ""),
        ["System.IO.File"] = (Output, ""),
        ["System.IO.FileInfo"] = (Output, ""),
        ["System.IO.FileStream"] = (Output, ""),
        ["System.IO.Directory"] = (Output, ""),
        ["System.IO.DirectoryInfo"] = (Output, ""),
        ["System.IO.DriveInfo"] = (Output, ""),
        ["System.IO.StreamReader"] = (Output, ""),
        ["System.IO.StreamWriter"] = (Output, ""),
        ["System.IO.Path"] = (Environment, "GetTempFileName GetTempPath GetRandomFileName GetFullPath Exists"),
        ["System.Threading.Thread"] = (Thread, "!MemoryBarrier"),
        ["System.Threading.ThreadPool"] = (Thread, ""),
        ["System.Threading.Timer"] = (Thread, ""),
        ["System.Threading.PeriodicTimer"] = (Thread, ""),
        ["System.Threading.Tasks.Task"] = (Thread, "Run Delay Start Yield"),
        ["System.Threading.Tasks.TaskFactory"] = (Thread, ""),
        ["System.Threading.Tasks.Parallel"] = (Thread, ""),
    };

    /// <summary>What an operation does that a replay does not, and the member's name for a message; null where it does nothing of the kind.</summary>
    /// <param name="operation">A call, a read of a property or field, a construction.</param>
    /// <param name="isOutside">Whether an object may have been there before the capture.</param>
    public static (string Does, string Name)? Of(IOperation operation, Func<IOperation, bool> isOutside)
    {
        var (member, instance) = operation switch
        {
            IInvocationOperation call => ((ISymbol)call.TargetMethod, call.Instance),
            IPropertyReferenceOperation property => (property.Property, property.Instance),
            IFieldReferenceOperation field => (field.Field, field.Instance),
            IMethodReferenceOperation method => (method.Method, method.Instance),
            IObjectCreationOperation { Constructor: { } constructor } => (constructor, null),
            _ => (null, null),
        };
        if (member?.ContainingType is not { } type || operation.Parent is INameOfOperation) return null;
        string typeName = type.ToDisplayString(), name = member is IMethodSymbol { MethodKind: MethodKind.Constructor } ? $"new {type.Name}" : $"{type.Name}.{member.Name}";
        if (typeName == "System.Random") return IsRandom(operation, member, instance, isOutside) ? (Random, name) : null;
        if (typeName.StartsWith("System.Net.", StringComparison.Ordinal)) return (Output, name);
        if (!s_types.TryGetValue(typeName, out var entry)) return null;
        bool listed = entry.Members.TrimStart('!').Split(' ').Contains(member.Name);
        return entry.Members.Length == 0 || listed != entry.Members.StartsWith("!", StringComparison.Ordinal) ? (entry.Does, name) : null;
    }

    // A generator that is made anew of a seed gives the same in each call.
    static bool IsRandom(IOperation operation, ISymbol member, IOperation? instance, Func<IOperation, bool> isOutside) =>
        operation is IObjectCreationOperation creation ? creation.Arguments.IsEmpty : member.IsStatic || instance is not null && isOutside(instance)
            // The property Random.Shared has been reported.
            && instance is not IPropertyReferenceOperation { Property.Name: "Shared" };
}
