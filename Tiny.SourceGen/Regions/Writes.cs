using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tiny.SourceGen.Regions;

/// <summary>The places that an operation writes: the left side of an assignment, each part of a tuple there, what is counted up, what is passed by <c>ref</c> or <c>out</c>.</summary>
static class Writes
{
    /// <summary>The places, with the value written where it stands there.</summary>
    public static IEnumerable<(IOperation Target, IOperation? Value)> Of(IOperation operation) => operation switch
    {
        IDeconstructionAssignmentOperation d => Parts(d.Target, d.Value),
        IAssignmentOperation a => [(a.Target, a.Value)],
        IIncrementOrDecrementOperation i => [(i.Target, null)],
        IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } a => [(a.Value, null)],
        _ => [],
    };

    /// <summary>True for an operation that is such a place.</summary>
    public static bool IsTarget(IOperation operation)
    {
        var at = operation;
        while (at.Parent is ITupleOperation or IDeclarationExpressionOperation) at = at.Parent;
        return at.Parent is { } parent && Of(parent).Any(w => w.Target == operation || w.Target == at);
    }

    static IEnumerable<(IOperation, IOperation?)> Parts(IOperation target, IOperation? value)
    {
        var work = new Stack<(IOperation Target, IOperation? Value)>();
        work.Push((target, value));
        while (work.Count > 0)
        {
            var (to, from) = work.Pop();
            while (from is IConversionOperation conversion) from = conversion.Operand;
            if (to is IDeclarationExpressionOperation declared) work.Push((declared.Expression, from));
            else if (to is ITupleOperation tuple)
                for (int i = 0; i < tuple.Elements.Length; i++)
                    work.Push((tuple.Elements[i], from is ITupleOperation given && given.Elements.Length == tuple.Elements.Length ? given.Elements[i] : from));
            else yield return (to, from);
        }
    }
}
