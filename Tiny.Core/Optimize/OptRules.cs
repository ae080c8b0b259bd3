using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Optimize;

/// <summary>
/// Which lists of <see cref="OptOp"/>s a kernel may be given for a target, beyond what applying each of them checks. The heuristics choose no others; a search and a
/// stored result are held to this.
/// </summary>
static class OptRules
{
    /// <summary>Copies of a body that tiles and unrolling may make: code that is larger is no faster, and what is read from a file could make any number.</summary>
    public const long MostCopies = 1024;

    /// <summary>Sees that a list may be applied to a body.</summary>
    /// <exception cref="OptException">It may not.</exception>
    public static void Check(UOp sink, IReadOnlyList<OptOp> choices, TargetProfile profile)
    {
        var vectors = choices.Where(o => o.Kind is OptKind.Vector or OptKind.VectorFold).ToList();
        // What fills a stage has vectors of its own.
        var loops = sink.Topological().Where(u => u.Op == Op.Range && ((Axis)u.Arg!).Kind == AxisKind.Loop).Select(u => ((Axis)u.Arg!).Id).ToHashSet();
        bool isStaged = sink.Topological().Exists(u => u.Op == Op.Stage);
        foreach (var group in vectors.GroupBy(v => isStaged && !loops.Contains(v.Axis)))
            if (group.Skip(1).FirstOrDefault() is { } second) throw new OptException($"{second}: vectors lie along one axis");
        if (profile.GroupBytes == 0 && choices.FirstOrDefault(o => o.Kind is OptKind.Local or OptKind.Block or OptKind.Group) is { } shared)
            throw new OptException($"{shared}: {profile.Name} has no workgroups that share memory");
        foreach (var dot in choices.Where(o => o.Kind == OptKind.Dot)) Dot(sink, dot, choices, profile);
        foreach (var v in vectors)
        {
            if (profile.VectorLanes < 2 || v.Amount != profile.VectorLanes && !profile.NarrowerLanes.Contains(v.Amount)) throw new OptException($"{v}: {profile.Name} has no such vectors");
            if (!(profile.Grid ? GridHeuristic.CanBeVectors(sink, profile) : Heuristic.CanBeVectors(sink))) throw new OptException($"{v}: the kernel's values have no vectors");
        }
        long copies = 1;
        foreach (var o in choices.Where(o => o.Kind is OptKind.Upcast or OptKind.Unroll))
            if ((copies *= Math.Max(1, o.Amount)) > MostCopies) throw new OptException($"{o}: more than {MostCopies} copies of the body");
        if (profile.Grid) Grid(sink, choices);
    }

    // Products of four have a layout of their own, along which the vectors lie.
    static void Dot(UOp sink, OptOp dot, IReadOnlyList<OptOp> choices, TargetProfile profile)
    {
        var nodes = sink.Topological();
        var free = FreeRanges.Of(sink);
        var vector = choices.FirstOrDefault(o => o.Kind == OptKind.Vector) is { } v ? nodes.Find(u => u.Op == Op.Range && ((Axis)u.Arg!).Id == v.Axis) : null;
        if (!profile.Dots || vector is null || dot.Amount != DotProducts.Width || nodes.FindAll(u => u.Op == Op.Fold) is not [var fold]
            || DotProducts.Range(fold, free) is not { } four || ((Axis)four.Arg!).Id != dot.Axis || DotProducts.Factors(fold) is not var (a, b)
            || !new[] { a, b }.All(f => DotProducts.Step(f, vector, free) is 0 or DotProducts.Width))
            throw new OptException($"{dot}: no products of four bytes lie so");
    }

    // Threads run in no order, and each has what it needs to itself.
    static void Grid(UOp sink, IReadOnlyList<OptOp> choices)
    {
        if (choices.FirstOrDefault(o => o.Kind == OptKind.VectorFold) is { } fold) throw new OptException($"{fold}: not for a grid of threads");
        if (!IsInPlace(sink)) return;
        foreach (var group in choices.Where(o => o.Kind != OptKind.Unroll).GroupBy(o => o.Axis))
            if (sink.Topological().Find(u => u.Op == Op.Range && ((Axis)u.Arg!).Id == group.Key) is { } range && (range.Max + 1) % group.Aggregate(1L, (n, o) => n * Math.Max(1, o.Amount)) != 0)
                throw new OptException($"{group.First()}: blocks would overlap that are read and written in place");
    }

    /// <summary>True where a kernel reads what it writes.</summary>
    public static bool IsInPlace(UOp sink)
    {
        var written = sink.Src.Select(s => s.Src[0]).ToHashSet();
        return sink.Topological().Exists(u => u.Op == Op.Load && written.Contains(u.Src[0]));
    }
}
