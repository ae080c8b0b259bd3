using System.Collections.Immutable;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>
/// Takes kernels in order; computes what one of them stores inside of the only one that reads it, where that is a product: a depthwise convolution inside the pointwise one
/// after it. For each place in the image the elements that are summed there are put into a stage (<see cref="Op.Stage"/>), outside of the loop over the
/// product's outputs, so nothing is computed twice; the result is neither stored nor loaded. The places are the outermost loops then. How many places share a
/// stage, and how it is filled, each target decides (<see cref="Optimize.StagedHeuristic"/>).
/// </summary>
/// <remarks>
/// What is staged is cheap for an element (a window, a short sum; a long product has a register tile of its own) and large in all, or else it stays in the cache. The product is
/// most of the work, since the tile of places is the one that suits it. The product's other operand is read again for each tile of places, so it is small; a row of places fills a tile; and the stage of a tile stays in the first cache.
/// </remarks>
static class StageKernels
{
    const long FewestBytes = 1 << 16, MostReread = 1 << 18;
    const double MostSteps = 64;
    const int FewestInRow = 12, MostStaged = 1024;

    public static List<KernelBody> Run(List<KernelBody> bodies, WritePlan plan, int mostBuffers, Rewriter simplify)
    {
        var results = plan.Roots.Select(plan.MemoryOf).ToHashSet();
        var (makers, readers) = (new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance), new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance));
        for (int k = 0; k < bodies.Count; k++)
        {
            foreach (var output in bodies[k].Outputs) makers.TryAdd(output.Node, k);
            foreach (var node in bodies[k].Reads.Distinct()) readers[node] = readers.GetValueOrDefault(node) + 1;
        }
        for (int b = 0; b < bodies.Count; b++)
            foreach (var node in bodies[b].Reads)
            {
                if (!makers.TryGetValue(node, out int a) || a >= b || readers[node] != 1 || results.Contains(plan.MemoryOf(node))) continue;
                if (Join(bodies[a], bodies[b], mostBuffers, simplify) is not { } joined) continue;
                // What it reads is still there.
                if (bodies.Skip(a + 1).Take(b - a - 1).Any(k => k.Overwrites.Intersect(bodies[a].Reads).Any())) continue;
                bodies[b] = joined;
                break;
            }
        return bodies;
    }

    static KernelBody? Join(KernelBody first, KernelBody second, int mostBuffers, Rewriter simplify)
    {
        if (first.IsUpdate || second.IsUpdate || first.Sink.Src is not [{ Op: Op.Store, Src: [_, var stored, var value] }] || second.Sink.Src.Length != 1
            || value.DType != DType.Float32 || first.Outputs[0].Node.Op == Op.Kernel || second.Outputs[0].Node.Op == Op.Kernel) return null;
        var (nodes, fill) = (second.Sink.Topological(), first.Sink.Topological());
        if (nodes.Concat(fill).Any(u => u.Op == Op.Stage || u.Op == Op.Range && u.Src[0].Int is null)) return null;
        int slot = second.Buffers.IndexOf(first.Buffers[0]);
        if (nodes.FindAll(u => u.Op == Op.Load && (int)u.Src[0].Arg! == slot) is not [{ Src.Length: 2 } load]) return null;
        if (Places(stored, load.Src[1]) is not { } places || !Pays(first, second, places, load)) return null;

        // Numbers are the second kernel's, with new ones for what the stage closes and for the loops inside.
        int id = nodes.Where(u => u.Op == Op.Range).Max(Id) + 1;
        var map = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        var (closed, place, read) = (new List<UOp>(), UOp.Index(0), UOp.Index(0));
        foreach (var range in fill.Where(u => u.Op == Op.Range).OrderBy(Id))
        {
            var at = places.GetValueOrDefault(range);
            map[range] = at is not null && Kind(at) == AxisKind.Loop ? at : UOp.Range(id++, AxisKind.Reduce, range.Max + 1);
            if (at is null || Kind(at) == AxisKind.Loop) continue;
            closed.Add(map[range]);
            (place, read) = (place * (range.Max + 1) + map[range], read * (range.Max + 1) + at);
        }
        UOp[] buffers = [.. second.Buffers.Where(b => b != first.Buffers[0]), .. first.Buffers.Skip(1)];
        ImmutableArray<UOp> all = [.. buffers.Distinct()];
        if (all.Length > mostBuffers) return null;
        var filled = Moved(value, first.Buffers, all).Substitute(map);
        var stage = UOp.New(Op.Stage, DType.Float32, [filled, place, .. closed], new StageArg((int)closed.Aggregate(1L, (n, r) => n * (r.Max + 1))));
        var moved = Moved(second.Sink, second.Buffers, all, load, UOp.New(Op.Load, DType.Float32, [stage, read]));
        return second with
        {
            Buffers = all,
            Reads = [.. second.Reads.Where(r => !ReferenceEquals(r, first.Outputs[0].Node)).Concat(first.Reads).Distinct()],
            Inside = [.. second.Inside, .. first.Inside, .. first.Outputs],
            Sink = simplify.Run(PlacesFirst(moved, [.. places.Values.Where(r => Kind(r) == AxisKind.Loop)])),
        };
    }

    // For each loop of the kernel that stores, the one of the kernel that reads which takes its place: both walk the memory by the same steps. Null where an element is
    // read elsewhere than in one such place.
    static Dictionary<UOp, UOp>? Places(UOp stored, UOp read)
    {
        var (from, to) = (LinearForm.Of(stored), LinearForm.Of(read));
        if (from.Constant != to.Constant || from.Terms.Count() != to.Terms.Count()) return null;
        var places = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var (range, step) in from.Terms)
        {
            var at = to.Terms.Where(t => t.Coefficient == step && t.Atom.Op == Op.Range && t.Atom.Max == range.Max).Select(t => t.Atom).ToList();
            if (range.Op != Op.Range || at.Count != 1) return null;
            places[range] = at[0];
        }
        return places;
    }

    static bool Pays(KernelBody first, KernelBody second, Dictionary<UOp, UOp> places, UOp load)
    {
        var free = FreeRanges.Of(second.Sink);
        UOp[] open = [.. places.Values.Where(r => Kind(r) == AxisKind.Loop)], summed = [.. places.Values.Where(r => Kind(r) != AxisKind.Loop)];
        // Elements that are summed lie next to one another, those of a row of places after them.
        if (open.Length == 0 || summed.Length == 0 || LinearForm.Of(load.Src[1]) is var form && summed.Min(form.Coefficient) != 1) return false;
        if (open.MinBy(form.Coefficient)!.Max + 1 < FewestInRow || Extent(summed) > MostStaged || Extent(open) * Extent(summed) * sizeof(float) < FewestBytes) return false;
        var steps = first.Sink.Topological().Where(u => u.Op == Op.Fold).Select(f => Extent([.. Optimize.OptOps.ClosedBy(f)])).ToList();
        var nodes = second.Sink.Topological();
        double outputs = Extent([.. nodes.Where(u => u.Op == Op.Range && Kind(u) == AxisKind.Loop && !open.Contains(u))]);
        if (steps.Count == 0 || steps.Sum() > Math.Min(MostSteps, outputs)) return false;
        // Nothing but the stage and what all places share is read in the product's loop.
        if (nodes.Count(u => u.Op == Op.Fold) != 1) return false;
        var inner = nodes.FindAll(u => u.Op == Op.Load && u != load && summed.Any(r => free.DependsOn(u, r)));
        return inner.Count > 0 && inner.TrueForAll(l => !open.Any(r => free.DependsOn(l, r)) && second.Buffers[(int)l.Src[0].Arg!].Shape.MaxNumel * l.DType.Size <= MostReread);
    }

    static double Extent(UOp[] ranges) => ranges.Aggregate(1.0, (n, r) => n * (r.Max + 1));

    // With pointers by other slots, and one load replaced.
    static UOp Moved(UOp body, ImmutableArray<UOp> from, ImmutableArray<UOp> to, UOp? load = null, UOp? by = null)
    {
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var u in body.Topological())
            if (ReferenceEquals(u, load)) done[u] = by!;
            else if (u.Op != Op.Pointer) done[u] = u.WithSrc([.. u.Src.Select(s => done[s])]);
            else if (to.IndexOf(from[(int)u.Arg!]) is >= 0 and var slot) done[u] = UOp.New(Op.Pointer, u.DType, [], slot);
            else done[u] = u; // of the load that goes
        return done[body];
    }

    // The loops over places become the outermost.
    static UOp PlacesFirst(UOp sink, HashSet<UOp> places)
    {
        var loops = sink.Topological().Where(u => u.Op == Op.Range && Kind(u) == AxisKind.Loop).OrderBy(Id).ToList();
        var order = loops.OrderBy(r => places.Contains(r) ? 0 : 1).ThenBy(Id).ToList();
        return sink.Substitute(Enumerable.Range(0, loops.Count).ToDictionary(i => order[i], i => UOp.New(Op.Range, order[i].DType, order[i].Src, (Axis)order[i].Arg! with { Id = Id(loops[i]) }),
            (IEqualityComparer<UOp>)ReferenceEqualityComparer.Instance));
    }

    static AxisKind Kind(UOp range) => ((Axis)range.Arg!).Kind;
    static int Id(UOp range) => ((Axis)range.Arg!).Id;
}
