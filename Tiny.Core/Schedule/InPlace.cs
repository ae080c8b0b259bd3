using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Schedule;

/// <summary>
/// Lets a temporary that a kernel writes take the place of one that the same kernel reads element by element and nobody reads later: a residual
/// sum overwrites its operand. The kernel then has one pointer for both, which it reads and writes (<see cref="KernelParam.InPlace"/>), so that
/// no target ever sees two names for one place. Legal where every load of the operand has the store's own index, neither has a gate, no
/// other store needs the operand, and elements are whole words (narrower ones share a word with their neighbours on some targets).
/// </summary>
static class InPlace
{
    const int Word = 4;

    /// <summary>
    /// The kernel's body with the slots that it is given, where <paramref name="mayTake"/> (result's slot, operand's slot) says which
    /// operand a result may overwrite; and the pairs that were chosen.
    /// </summary>
    public static (UOp Sink, ImmutableArray<KernelParam> Params, ImmutableArray<int> Slots, List<(int Result, int Operand)> Taken) Run(
        KernelBody body, ImmutableArray<int> slots, Func<int, int, bool> mayTake)
    {
        var parameters = body.Params;
        var pointer = Enumerable.Range(0, slots.Length).ToArray();
        var taken = new List<(int, int)>();
        for (int read = body.Written; read < slots.Length; read++)
        {
            int written = Enumerable.Range(0, body.Written).FirstOrDefault(o =>
                parameters[o] is { InPlace: false } p && p.DType == parameters[read].DType && p.DType.Size % Word == 0
                && mayTake(slots[o], slots[read]) && IsElementwise(body.Sink, o, read), -1);
            if (written < 0) continue;
            parameters = parameters.SetItem(written, parameters[written] with { InPlace = true });
            pointer[read] = written;
            taken.Add((slots[written], slots[read]));
        }
        if (taken.Count == 0) return (body.Sink, parameters, slots, taken);
        int[] kept = [.. Enumerable.Range(0, slots.Length).Where(i => pointer[i] == i)];
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var u in body.Sink.Topological())
            done[u] = u.Op == Op.Pointer ? UOp.New(Op.Pointer, u.DType, [], Array.IndexOf(kept, pointer[(int)u.Arg!])) : u.WithSrc([.. u.Src.Select(s => done[s])]);
        return (done[body.Sink], [.. kept.Select(i => parameters[i])], [.. kept.Select(i => slots[i])], taken);
    }

    // All that touches the operand is one load, at the index of the one store that needs it.
    static bool IsElementwise(UOp sink, int written, int read)
    {
        foreach (var store in sink.Src)
        {
            bool own = Slot(store) == written;
            foreach (var load in store.Topological())
                if (load is { Op: Op.Load, Src: [{ Op: Op.Pointer }, ..] } && Slot(load) == read
                    && !(own && load.Src.Length == 2 && store.Src.Length == 3 && ReferenceEquals(load.Src[1], store.Src[1]))) return false;
        }
        return true;
    }

    static int Slot(UOp access) => (int)access.Src[0].Arg!;
}
