using System.Collections.Immutable;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>
/// Takes a body and its memory arguments for a target whose memory is read and written by whole vectors only where it is declared as an array of them, so at multiples of their lanes;
/// gives one in which an argument, or a stage, whose accesses allow it is such an array. Loads of neighbours become one, wherever they stand: a vector, or the elements of a register
/// tile or an unrolled loop. A store must give all lanes, since a part could not be written without the rest. What is left of vectors in other memory goes lane by lane.
/// </summary>
sealed class VectorMemory(UOp sink, ImmutableArray<KernelParam> parameters, Rewriter simplify)
{
    public const int Lanes = 4;

    // From so many lanes on one load of all costs less than a load of each.
    const int FewestLanes = 3;

    // A place in an array of vectors: the part of the index that is a multiple of the lanes, divided by them; the vector from there on, and the lane in it.
    readonly record struct Place(UOp Base, long Vector, int Lane);

    readonly Dictionary<UOp, Place?> _places = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<UOp, UOp> _done = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<UOp> _vectors = new(ReferenceEqualityComparer.Instance);

    public static (UOp Body, ImmutableArray<KernelParam> Params) Run(UOp sink, ImmutableArray<KernelParam> parameters, Rewriter simplify) =>
        new VectorMemory(sink, parameters, simplify).Run();

    (UOp, ImmutableArray<KernelParam>) Run()
    {
        var nodes = sink.Topological();
        foreach (var memory in nodes.Where(u => u.Op is Op.Load or Op.Store or Op.StoreBits).GroupBy(u => u.Src[0], ReferenceEqualityComparer.Instance).ToList())
            if (MayBeVectors((UOp)memory.Key!, [.. memory])) _vectors.Add((UOp)memory.Key!);
        foreach (var node in nodes)
            if (node.Op is not (Op.Sink or Op.Store or Op.Pointer)) _done[node] = node.Op switch { Op.Load => Load(node), Op.Stage => Stage(node), _ => node.WithSrc([.. node.Src.Select(Done)]) };
        var body = UOp.New(Op.Sink, DType.Void, [.. Stores()]);
        var slots = _vectors.Where(v => v.Op == Op.Pointer).Select(v => (int)v.Arg!).ToHashSet();
        return (simplify.Run(body), [.. parameters.Select((p, i) => slots.Contains(i) ? p with { Lanes = Lanes } : p)]);
    }

    UOp Done(UOp node) => _done.GetValueOrDefault(node, node);

    bool MayBeVectors(UOp memory, List<UOp> accesses)
    {
        // Words in which smaller elements lie packed are words already.
        var (dtype, count) = memory.Op == Op.Stage ? (memory.DType, (Dim)((StageArg)memory.Arg!).Count) : (parameters[(int)memory.Arg!].DType, parameters[(int)memory.Arg!].Count);
        if (dtype.Kind is not (ScalarKind.Float32 or ScalarKind.Int32 or ScalarKind.UInt32) || dtype.Lanes > 1 || count.IsSymbolic || count.Min % Lanes != 0) return false;
        // What fills a stage are stores too.
        if (memory.Op == Op.Stage) accesses.AddRange(Elements(memory).Select(e => UOp.New(Op.Store, DType.Void, [memory, e.Index, e.Value])));
        var loads = new Dictionary<(UOp, long, UOp?), HashSet<int>>();
        var stores = new Dictionary<(UOp, long, UOp?), HashSet<int>>();
        foreach (var access in accesses)
        {
            bool store = access.Op == Op.Store;
            var gate = access.Src.ElementAtOrDefault(store ? 3 : 2);
            int lanes = store ? access.Src[2].DType.Lanes : access.DType.Lanes;
            if (access.Op == Op.StoreBits || access.Src[0].DType.Lanes > 1 || PlaceOf(access.Src[1]) is not { } place) return false;
            for (int i = 0; i < lanes; i++)
            {
                int at = place.Lane + i;
                var key = (place.Base, place.Vector + at / Lanes, gate?.DType.Lanes > 1 ? null : gate);
                var into = store ? stores : loads;
                if (!into.TryGetValue(key, out var seen)) into[key] = seen = [];
                seen.Add(at % Lanes);
            }
        }
        return stores.Values.All(s => s.Count == Lanes) && (stores.Count > 0 || loads.Values.Any(l => l.Count >= FewestLanes));
    }

    Place? PlaceOf(UOp index)
    {
        if (_places.TryGetValue(index, out var known)) return known;
        var form = LinearForm.Of(index);
        long lane = ((form.Constant % Lanes) + Lanes) % Lanes, vector = (form.Constant - lane) / Lanes;
        Place? place = null;
        if (form.Terms.All(t => t.Coefficient % Lanes == 0 || t.Coefficient == 1 && IsMultiple(t.Atom)))
        {
            var at = UOp.Index(0);
            foreach (var (atom, k) in form.Terms) at += k % Lanes == 0 ? atom * (k / Lanes) : Divided(atom);
            place = new(simplify.Run(at), vector, (int)lane);
        }
        return _places[index] = place;
    }

    // The place of a block that is moved back to the edge.
    static bool IsMultiple(UOp node) => node.Op is Op.Min or Op.Max && node.Src.All(s => LinearForm.Of(s) is var f && f.Constant % Lanes == 0 && f.Terms.All(t => t.Coefficient % Lanes == 0));

    UOp Divided(UOp node) => node.WithSrc([.. node.Src.Select(s => simplify.Run(s.Alu(Op.FloorDiv, UOp.Index(Lanes))))]);

    static IEnumerable<(UOp Value, UOp Index)> Elements(UOp stage) => stage.Src.Take(2 * ((StageArg)stage.Arg!).Values).Chunk(2).Select(e => (e[0], e[1]));

    bool IsVectors(UOp memory) => _vectors.Contains(memory);

    UOp Pointer(UOp memory) => memory.Op == Op.Stage ? Done(memory) : UOp.New(Op.Pointer, memory.DType.Vec(Lanes), memory.Arg);

    // What fills a stage, as whole vectors or element by element.
    UOp Stage(UOp stage)
    {
        var elements = new List<UOp>();
        var whole = new Dictionary<(UOp, long), UOp?[]>();
        foreach (var (value, index) in Elements(stage))
            for (int i = 0; i < value.DType.Lanes; i++)
            {
                var part = value.DType.Lanes == 1 ? Done(value) : LaneOf(Done(value), i);
                if (!IsVectors(stage)) elements.AddRange([part, simplify.Run(Done(index) + i)]);
                else
                {
                    var place = PlaceOf(index)!.Value;
                    int at = place.Lane + i;
                    var key = (place.Base, place.Vector + at / Lanes);
                    if (!whole.TryGetValue(key, out var parts)) whole[key] = parts = new UOp?[Lanes];
                    parts[at % Lanes] = value.DType.Lanes == Lanes && place.Lane == 0 ? Done(value) : part;
                }
            }
        foreach (var ((at, vector), parts) in whole) elements.AddRange([Joined(parts), simplify.Run(Now(at) + vector)]);
        var arg = (StageArg)stage.Arg!;
        bool vectors = IsVectors(stage);
        return UOp.New(Op.Stage, vectors ? stage.DType.Vec(Lanes) : stage.DType, [.. elements, .. OptOps.ClosedBy(stage).Select(Done)],
            arg with { Count = vectors ? arg.Count / Lanes : arg.Count, Values = elements.Count / 2 });
    }

    UOp Load(UOp load)
    {
        var (pointer, index, lanes) = (load.Src[0], load.Src[1], load.DType.Lanes);
        var gate = load.Src.Length > 2 ? load.Src[2] : null;
        if (lanes == 1 && !IsVectors(pointer)) return load.WithSrc([.. load.Src.Select(Done)]);
        UOp[] gates = [.. Enumerable.Range(0, lanes).Select(i => gate is null ? UOp.Bool(true) : Done(gate.DType.Lanes == 1 ? gate : LaneOf(gate, i)))];
        if (!IsVectors(pointer))
            return UOp.New(Op.Vector, load.DType, [.. Enumerable.Range(0, lanes).Select(i => UOp.New(Op.Load, load.DType.Scalar, [Done(pointer), simplify.Run(Done(index) + i), .. Gate(gates[i], 1)]))]);
        var place = PlaceOf(index)!.Value;
        if (lanes == Lanes && place.Lane == 0 && gates.All(g => ReferenceEquals(g, gates[0]))) return Vector(pointer, place.Base, place.Vector, gates[0]);
        UOp[] each = [.. Enumerable.Range(0, lanes).Select(i => place.Lane + i)
            .Select((at, i) => UOp.New(Op.Lane, load.DType.Scalar, [Vector(pointer, place.Base, place.Vector + at / Lanes, gates[i])], at % Lanes))];
        return lanes == 1 ? each[0] : UOp.New(Op.Vector, load.DType, [.. each]);
    }

    UOp Vector(UOp pointer, UOp at, long vector, UOp gate) =>
        UOp.New(Op.Load, pointer.DType.Vec(Lanes), [Pointer(pointer), simplify.Run(Now(at) + vector), .. Gate(gate, Lanes)]);

    // A place is made of nodes as they were before.
    UOp Now(UOp place)
    {
        var made = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in Walk.Topological([place], n => _done.ContainsKey(n) ? [] : n.Src))
            made[node] = _done.TryGetValue(node, out var done) ? done : node.WithSrc([.. node.Src.Select(s => made[s])]);
        return made[place];
    }

    static UOp[] Gate(UOp gate, int lanes) => gate.IsOne ? [] : [gate.Splat(lanes)];

    UOp LaneOf(UOp vector, int i) => vector.Op switch
    {
        Op.Broadcast => vector.Src[0],
        Op.Vector => vector.Src[i],
        Op.Load => UOp.New(Op.Lane, vector.DType.Scalar, [vector], i),
        _ when vector.Op is >= Op.Neg and <= Op.MulAcc => simplify.Run(UOp.New(vector.Op, vector.DType.Scalar, [.. vector.Src.Select(s => LaneOf(s, i))], vector.Arg)),
        _ => UOp.New(Op.Lane, vector.DType.Scalar, [vector], i),
    };

    List<UOp> Stores()
    {
        var whole = new Dictionary<(UOp Pointer, UOp Base, long Vector, UOp? Gate), UOp?[]>();
        var order = new List<Func<UOp>>();
        foreach (var store in sink.Src)
        {
            var (pointer, value, lanes) = (store.Src[0], Done(store.Src[2]), store.Src[2].DType.Lanes);
            var gate = store.Src.Length > 3 ? Done(store.Src[3]) : null;
            if (!IsVectors(pointer))
            {
                for (int i = 0; i < lanes; i++)
                {
                    UOp index = Done(store.Src[1]), part = lanes == 1 ? value : LaneOf(value, i);
                    if (i > 0) index = simplify.Run(index + i);
                    order.Add(() => store.WithSrc([pointer, index, part, .. gate is null ? [] : new[] { gate }, .. store.Src.Skip(4).Select(Done)]));
                }
                continue;
            }
            var place = PlaceOf(store.Src[1])!.Value;
            for (int i = 0; i < lanes; i++)
            {
                int at = place.Lane + i;
                var key = (pointer, place.Base, place.Vector + at / Lanes, gate);
                if (!whole.TryGetValue(key, out var parts))
                {
                    whole[key] = parts = new UOp?[Lanes];
                    order.Add(() => UOp.New(Op.Store, DType.Void, [Pointer(pointer), simplify.Run(Now(key.Base) + key.Item3), Joined(parts), .. gate is null ? [] : new[] { gate }]));
                }
                parts[at % Lanes] = lanes == 1 ? value : lanes == Lanes && place.Lane == 0 ? value : LaneOf(value, i);
            }
        }
        return [.. order.Select(make => make())];
    }

    // The parts of a vector, which may be that vector in every part.
    static UOp Joined(UOp?[] parts) => parts[0]!.DType.Lanes == Lanes ? parts[0]!
        : parts[0] is { Op: Op.Lane, Src: [{ DType.Lanes: Lanes } of] } && parts.Index().All(p => p.Item is { Op: Op.Lane, Arg: int lane } part && lane == p.Index && part.Src[0] == of) ? of
        : UOp.New(Op.Vector, parts[0]!.DType.Vec(Lanes), [.. parts.Select(p => p!)]);
}
