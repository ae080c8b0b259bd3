using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Lower;

/// <summary>
/// Takes a lowered body; gives the same with the terms of every index sum ordered from the outermost loop to the innermost, the constant last. Then
/// what a loop does not change is a sum of its own, which linearising moves out of it; and addresses that differ by a constant share the rest.
/// Runs last: simplifying would order terms by age again.
/// </summary>
static class OrderSums
{
    public static UOp Run(UOp sink)
    {
        // Output axes are numbered before reductions, outer ones before inner ones.
        var innermost = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in sink.Topological())
        {
            int loop = node.Op == Op.Range ? ((Axis)node.Arg!).Id : node.Src.Select(s => innermost[s]).Append(-1).Max();
            var made = node.WithSrc([.. node.Src.Select(s => done[s])]);
            if (made.Op == Op.Add && made.DType == DType.Index) made = Ordered(made, innermost);
            innermost[node] = loop;
            innermost[made] = loop;
            done[node] = made;
        }
        return done[sink];
    }

    static UOp Ordered(UOp sum, Dictionary<UOp, int> innermost)
    {
        var form = LinearForm.Of(sum);
        UOp? total = null;
        int loop = -1;
        // A product may have its factors in another order than before.
        foreach (var (atom, _) in form.Terms) innermost.TryAdd(atom, LinearForm.Factors(atom).Max(f => innermost[f]));
        foreach (var (atom, k) in form.Terms.OrderBy(t => innermost[t.Atom]))
        {
            loop = Math.Max(loop, innermost[atom]);
            var term = k == 1 ? atom : atom * k;
            total = total is null ? term : total + term;
            innermost[term] = innermost[atom];
            innermost[total] = loop;
        }
        return total is null ? UOp.Index(form.Constant) : form.Constant == 0 ? total : total + form.Constant;
    }
}
