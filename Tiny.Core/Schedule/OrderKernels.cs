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
    readonly Dictionary<UOp, int> _writer = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<UOp, List<int>> _readers = new(ReferenceEqualityComparer.Instance);
    // Kernels that must have run: those that write what is read, and those that read what is overwritten.
    readonly HashSet<int>[] _writers, _earlierReaders;
    bool _changed;

    OrderKernels(List<KernelBody> bodies, WritePlan plan)
    {
        (_bodies, _plan) = (bodies, plan);
        for (int i = 0; i < bodies.Count; i++)
        {
            foreach (var output in bodies[i].Outputs) _writer[output.Node] = i;
            foreach (var version in bodies[i].Reads)
            {
                if (!_readers.TryGetValue(version, out var list)) _readers[version] = list = [];
                list.Add(i);
            }
        }
        _writers = [.. bodies.Select((b, i) => b.Reads.Concat(b.Overwrites).Select(v => _writer.GetValueOrDefault(v, i)).Where(j => j != i).ToHashSet())];
        _earlierReaders = [.. bodies.Select((b, i) => b.Overwrites.SelectMany(v => _readers.GetValueOrDefault(v, [])).Where(j => j != i).ToHashSet())];
    }

    public static List<KernelBody>? Run(List<KernelBody> bodies, WritePlan plan, Rewriter simplify)
    {
        if (!bodies.Exists(b => b.IsUpdate)) return bodies;
        var pass = new OrderKernels(bodies, plan);
        foreach (var body in bodies.Where(b => b.IsUpdate && !Regions.ReadsOnlyWhatItWrites(b, simplify))) pass._changed |= plan.Store(body.Outputs[0].Node);
        var order = pass.Order();
        return pass._changed ? null : order;
    }

    List<KernelBody> Order()
    {
        var order = new List<KernelBody>();
        var waiting = _bodies.Select((_, i) => _writers[i].Count + _earlierReaders[i].Count).ToArray();
        var users = _bodies.Select(_ => new List<int>()).ToArray();
        var ready = new PriorityQueue<int, int>();
        for (int i = 0; i < _bodies.Count; i++)
        {
            foreach (int j in _writers[i]) users[j].Add(i);
            foreach (int j in _earlierReaders[i]) users[j].Add(i);
            if (waiting[i] == 0) ready.Enqueue(i, i);
        }
        var done = new bool[_bodies.Count];
        while (order.Count < _bodies.Count)
        {
            if (!ready.TryDequeue(out int i, out _)) i = Stuck(done);
            if (done[i]) continue;
            done[i] = true;
            order.Add(_bodies[i]);
            foreach (int user in users[i])
                if (--waiting[user] == 0) ready.Enqueue(user, user);
        }
        return order;
    }

    // An update whose old version somebody still reads: the plan changes so that it need not wait for them.
    int Stuck(bool[] done)
    {
        for (int i = 0; i < done.Length; i++)
        {
            if (done[i] || !_bodies[i].IsUpdate || !_writers[i].All(j => done[j])) continue;
            int[] left = [.. _earlierReaders[i].Where(j => !done[j])];
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
        return body.IsUpdate && body.Reads.All(v => !_writer.TryGetValue(v, out int j) || j == reader || done[j]);
    }
}
