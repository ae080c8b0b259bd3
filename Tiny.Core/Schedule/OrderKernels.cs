using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes kernels; gives them in an order in which every version of memory that is written in place is read before it is overwritten, or null
/// where there is none: then the plan has been told what to do otherwise. A kernel that reads other elements of the memory than the one
/// that it writes, or a version that is gone, has its new value stored before; where a kernel needs two versions at once, the later one is
/// written into a copy.
/// </summary>
sealed class OrderKernels
{
    readonly List<KernelBody> _bodies;
    readonly WritePlan _plan;
    readonly KernelDependencies _dependencies;
    bool _changed;

    OrderKernels(List<KernelBody> bodies, WritePlan plan) => (_bodies, _plan, _dependencies) = (bodies, plan, new(bodies));

    public static List<KernelBody>? Run(List<KernelBody> bodies, WritePlan plan, Rewriter simplify)
    {
        if (!bodies.Exists(b => b.IsUpdate)) return bodies;
        var pass = new OrderKernels(bodies, plan);
        foreach (var body in bodies.Where(b => b.IsUpdate && !Regions.ReadsOnlyWhatItWrites(b, simplify))) pass._changed |= plan.Store(body.Outputs[0].Node);
        var order = pass._dependencies.Order(_ => false, pass.Stuck);
        return pass._changed ? null : order;
    }

    // An update whose old version somebody still reads: the plan changes so that it need not wait for them.
    int Stuck(bool[] done)
    {
        for (int i = 0; i < done.Length; i++)
        {
            if (done[i] || !_bodies[i].IsUpdate || !_dependencies.Writers[i].All(j => done[j])) continue;
            int[] left = [.. _dependencies.EarlierReaders[i].Where(j => !done[j])];
            if (Array.TrueForAll(left, j => CanStoreFirst(j, done))) foreach (int j in left) _changed |= _plan.Store(_bodies[j].Outputs[0].Node);
            else if (_plan.Copy(_bodies[i].Outputs[0].Node)) _changed = true;
            else continue;
            return i;
        }
        throw new InvalidOperationException("kernels that write in place wait for one another");
    }

    // An update that waits for nothing but the version that it overwrites.
    bool CanStoreFirst(int reader, bool[] done)
    {
        var body = _bodies[reader];
        return body.IsUpdate && body.Reads.All(v => _dependencies.WriterOf(v) is not { } j || j == reader || done[j]);
    }
}
