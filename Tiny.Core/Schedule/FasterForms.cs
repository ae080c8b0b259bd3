using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes a program's results; gives the same with every operation of which it is known how to compute it faster from a weight that never changes
/// (<see cref="GradientRule.Faster"/>) computed so, the weight's part of that on the host, once.
/// </summary>
static class FasterForms
{
    public static UOp[] Run(IReadOnlyList<UOp> results)
    {
        var order = Walk.Topological(results);
        if (!order.Exists(HasForm)) return [.. results];
        bool any = false;
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in order)
        {
            var made = node.WithSrc([.. node.Src.Select(s => done[s])]);
            done[node] = made;
            if (!HasForm(made) || ((GradientRule)made.Arg!).Faster!(made) is not { } faster) continue;
            done[node] = faster;
            any = true;
        }
        return any ? OnceSplit.Run([.. results.Select(r => done[r])]).Results : [.. results];
    }

    static bool HasForm(UOp node) => node is { Op: Op.WithGradient, Arg: GradientRule { Faster: not null } };
}
