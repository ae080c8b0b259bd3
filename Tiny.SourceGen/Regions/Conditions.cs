using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tiny.SourceGen.Regions;

/// <summary>Values that decide which way code goes: conditions of branches and loops, what is switched on, what is matched, what is gone through one by one.</summary>
static class Conditions
{
    /// <summary>The deciding operands of an operation.</summary>
    public static IEnumerable<IOperation> Of(IOperation operation)
    {
        switch (operation)
        {
            case IConditionalOperation o: return [o.Condition];
            case IWhileLoopOperation { Condition: { } condition }: return [condition];
            case IForLoopOperation { Condition: { } condition }: return [condition];
            case IForEachLoopOperation o: return [o.Collection];
            case ISwitchOperation o: return [o.Value];
            case ISwitchExpressionOperation o: return [o.Value];
            case ISwitchExpressionArmOperation { Guard: { } guard }: return [guard];
            case IPatternCaseClauseOperation { Guard: { } guard }: return [guard];
            case IIsPatternOperation o: return [o.Value];
            case ICoalesceOperation o: return [o.Value];
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } o: return [o.LeftOperand];
            default: return [];
        }
    }

    /// <summary>The outermost deciding operand, around an operation or the operation itself, that depends on a tensor's elements; null where there is none.</summary>
    public static IOperation? Reported(IOperation operation, CapturedRegions regions)
    {
        IOperation? outermost = null;
        for (var at = operation; at is { Parent: { } parent } and not (IAnonymousFunctionOperation or ILocalFunctionOperation or IBlockOperation); at = parent)
            if (Of(parent).Contains(at) && regions.Dependences.Changing(regions.Dependences.Of(at)) is not null) outermost = at;
        return outermost;
    }
}
