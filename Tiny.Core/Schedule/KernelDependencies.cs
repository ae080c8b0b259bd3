using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>Which kernels must run before which, and orders in which they do. Versions of memory that is written in place are nodes like any other value.</summary>
sealed class KernelDependencies
{
    readonly List<KernelBody> _bodies;
    readonly Dictionary<UOp, int> _writer = new(ReferenceEqualityComparer.Instance);

    public KernelDependencies(List<KernelBody> bodies)
    {
        _bodies = bodies;
        var readers = new Dictionary<UOp, List<int>>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < bodies.Count; i++)
        {
            foreach (var output in bodies[i].Outputs) _writer[output.Node] = i;
            foreach (var version in bodies[i].Reads)
                if (readers.TryGetValue(version, out var list)) list.Add(i);
                else readers[version] = [i];
        }
        Writers = [.. bodies.Select((b, i) => b.Reads.Concat(b.Overwrites).Select(v => _writer.GetValueOrDefault(v, i)).Where(j => j != i).ToHashSet())];
        EarlierReaders = [.. bodies.Select((b, i) => b.Overwrites.SelectMany(v => readers.GetValueOrDefault(v, [])).Where(j => j != i && !Writers[i].Contains(j)).ToHashSet())];
    }

    /// <summary>For each kernel those that write what it reads or overwrites.</summary>
    public IReadOnlyList<HashSet<int>> Writers { get; }

    /// <summary>For each kernel the others that read what it overwrites.</summary>
    public IReadOnlyList<HashSet<int>> EarlierReaders { get; }

    /// <summary>The kernel that writes a version; null for what is there before.</summary>
    public int? WriterOf(UOp version) => _writer.TryGetValue(version, out int i) ? i : null;

    /// <summary>An order that keeps to all of it. Of kernels that may come next, the first is chosen, those that are late after all others.</summary>
    /// <param name="isLate">Whether a kernel is late.</param>
    /// <param name="stuck">The kernel to come next where each waits for another one, given which are done.</param>
    public List<KernelBody> Order(Func<int, bool> isLate, Func<bool[], int> stuck)
    {
        var order = new List<KernelBody>(_bodies.Count);
        var waiting = new int[_bodies.Count];
        var users = _bodies.Select(_ => new List<int>()).ToArray();
        var ready = new PriorityQueue<int, (bool, int)>();
        var done = new bool[_bodies.Count];
        for (int i = 0; i < _bodies.Count; i++)
        {
            foreach (int j in Writers[i].Concat(EarlierReaders[i])) users[j].Add(i);
            waiting[i] = Writers[i].Count + EarlierReaders[i].Count;
            Enqueue(i);
        }
        while (order.Count < _bodies.Count)
        {
            if (!ready.TryDequeue(out int i, out _)) i = stuck(done);
            if (done[i]) continue;
            done[i] = true;
            order.Add(_bodies[i]);
            foreach (int user in users[i])
            {
                waiting[user]--;
                Enqueue(user);
            }
        }
        return order;

        void Enqueue(int i)
        {
            if (waiting[i] == 0) ready.Enqueue(i, (isLate(i), i));
        }
    }
}
