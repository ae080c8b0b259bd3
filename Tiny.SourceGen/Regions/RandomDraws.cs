using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tiny.SourceGen.Regions;

/// <summary>Operations that take random numbers from the generator which all share, so that they give others in each call.</summary>
static class RandomDraws
{
    /// <summary>True for a call that could be given a seed of its own and is not.</summary>
    public static bool Is(IInvocationOperation call) => IsMethod(call.TargetMethod)
        && !call.Arguments.Any(static a => a.Parameter?.Name == "seed" && a.ArgumentKind == ArgumentKind.Explicit && a.Value.ConstantValue is not { HasValue: true, Value: null });

    /// <summary>True for a tensor's method that takes a seed, or has an overload that does.</summary>
    public static bool IsMethod(IMethodSymbol method) => KnownTypes.IsTensor(method.ContainingType)
        && method.ContainingType.GetMembers(method.Name).OfType<IMethodSymbol>().Any(static m => m.Parameters.Any(static p => p.Name == "seed"));
}
