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
        return bodies.TrueForAll(TakesMemory) ? bodies : new KernelDependencies(bodies).Order(i => TakesMemory(bodies[i]),
            _ => throw new InvalidOperationException("kernels wait for one another"));
    }
}
