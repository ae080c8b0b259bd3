using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes kernels in order; gives them in another legal order, in which those that take no temporary memory, since they write results or state, come as
/// early as they can: then what they read is free for others. In a training step a weight is updated as soon as its gradient can be computed, and not
/// after all other gradients, until when all that they are made of would have to be kept.
/// </summary>
static class FreeEarly
{
    public static List<KernelBody> Run(List<KernelBody> bodies, WritePlan plan)
    {
        var lasting = plan.Results.Select(plan.MemoryOf).ToHashSet(ReferenceEqualityComparer.Instance);
        bool TakesMemory(KernelBody body) => body.Outputs.Any(o => o.Memory.Op != Op.Buffer && !lasting.Contains(o.Memory));
        if (bodies.TrueForAll(TakesMemory)) return bodies;

        var writer = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        var readers = new Dictionary<UOp, List<int>>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < bodies.Count; i++)
        {
            foreach (var output in bodies[i].Outputs) writer[output.Node] = i;
            foreach (var version in bodies[i].Reads)
                if (readers.TryGetValue(version, out var list)) list.Add(i);
                else readers[version] = [i];
        }
        // What must have run: what writes a version that is read or overwritten, and what reads one that is overwritten.
        var after = bodies.Select(_ => new List<int>()).ToArray();
        var waiting = new int[bodies.Count];
        for (int i = 0; i < bodies.Count; i++)
        {
            var before = bodies[i].Reads.Concat(bodies[i].Overwrites).Where(writer.ContainsKey).Select(v => writer[v])
                .Concat(bodies[i].Overwrites.SelectMany(v => readers.GetValueOrDefault(v, []))).Where(j => j != i).Distinct().ToList();
            waiting[i] = before.Count;
            foreach (int j in before) after[j].Add(i);
        }
        var ready = new PriorityQueue<int, (bool, int)>();
        for (int i = 0; i < bodies.Count; i++) Ready(i);
        var order = new List<KernelBody>(bodies.Count);
        while (ready.TryDequeue(out int i, out _))
        {
            order.Add(bodies[i]);
            foreach (int j in after[i])
            {
                waiting[j]--;
                Ready(j);
            }
        }
        return order;

        void Ready(int i)
        {
            if (waiting[i] == 0) ready.Enqueue(i, (TakesMemory(bodies[i]), i));
        }
    }
}
