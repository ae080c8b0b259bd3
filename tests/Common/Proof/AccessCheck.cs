using System.Collections.Immutable;
using System.Text;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;

namespace Tiny.Tests;

/// <summary>Every load and store of kernels, scheduled and lowered: proven inside its buffer by intervals, else by z3, else listed.</summary>
sealed class AccessCheck
{
    readonly List<(string Where, string Question)> _questions = [];

    /// <summary>Accesses looked at, and how many of them intervals alone proved.</summary>
    public int Accesses { get; private set; }
    /// <summary>Those that intervals proved.</summary>
    public int ByIntervals { get; private set; }
    /// <summary>Those left to z3, equal ones once.</summary>
    public int Asked => _questions.Select(q => q.Question).Distinct().Count();

    /// <summary>A kernel as it was scheduled, and as it is lowered for some targets.</summary>
    public void Add(Kernel kernel, IEnumerable<TargetProfile> profiles)
    {
        Add($"{kernel.Name}, scheduled", kernel.Sink.Topological(), kernel.Params, kernel);
        foreach (var profile in profiles)
        {
            var lowered = kernel.Lower(profile);
            Add($"{kernel.Name} for {profile.Name}", lowered.Code, lowered.Params, kernel);
        }
    }

    void Add(string where, IEnumerable<UOp> nodes, ImmutableArray<KernelParam> parameters, Kernel kernel)
    {
        lock (kernel.Interner)
        {
            using var table = kernel.Interner.Resume();
            foreach (var node in nodes)
            {
                if (node.Op is not (Op.Load or Op.Store or Op.StoreBits)) continue;
                int gateAt = node.Op switch { Op.Load => 2, Op.Store => 3, _ => 4 }, lanes = node.Op == Op.Load ? node.DType.Lanes : node.Src[2].DType.Lanes;
                var gate = node.Src.Length > gateAt ? node.Src[gateAt] : null;
                Dim count = node.Src[0].Op == Op.Stage ? ((StageArg)node.Src[0].Arg!).Count : parameters[(int)node.Src[0].Arg!].Elements;
                var name = $"{where}, {node.Op} of {(node.Src[0].Op == Op.Stage ? "stage" : "slot")} {node.Src[0].Arg}";
                // An index of memory of vectors counts those.
                if (node.Src[0].DType.Lanes > 1) Add(name, node.Src[1], gate is null ? null : Lane(gate, 0), count, 1);
                else if (gate?.DType.Lanes > 1)
                    // A mask: each lane is an access of its own.
                    for (int i = 0; i < lanes; i++) Add($"{name}, lane {i}", node.Src[1] + i, Lane(gate, i), count, 1);
                else Add(name, node.Src[1], gate, count, lanes);
            }
        }
    }

    // What one lane of a vector is.
    static UOp Lane(UOp vector, int lane)
    {
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in Walk.Topological([vector], n => n.DType.Lanes == 1 ? [] : n.Src))
            done[node] = node.DType.Lanes == 1 ? node : node.Op switch
            {
                Op.Broadcast => node.Src[0],
                Op.Vector => node.Src[lane],
                _ => UOp.New(node.Op, node.DType.Scalar, [.. node.Src.Select(s => done[s])], node.Arg),
            };
        return Symbolic.Simplifier().Run(done[vector]);
    }

    /// <summary>One access.</summary>
    public void Add(string where, UOp index, UOp? gate, Dim count, int lanes)
    {
        Accesses++;
        if (AccessProof.Inside(index, gate, count, lanes)) ByIntervals++;
        else _questions.Add((where, Question(index, gate, (count - lanes).ToUOp())));
    }

    /// <summary>The accesses that nothing proved, distinct ones, each with z3's answer: sat where it may leave its buffer.</summary>
    public IReadOnlyList<string> Undecided()
    {
        var answers = Z3.Ask([.. _questions.Select(q => q.Question)]);
        return [.. _questions.Zip(answers).Where(x => x.Second != "unsat").DistinctBy(x => x.First.Question)
            .Select(x => $"{x.Second}: {x.First.Where}\n{x.First.Question}")];
    }

    // Satisfied by an iteration in which the gate holds and the access is outside.
    static string Question(UOp index, UOp? gate, UOp last)
    {
        var text = new StringBuilder();
        var names = new Dictionary<UOp, string>(ReferenceEqualityComparer.Instance);
        foreach (var node in Walk.Topological(gate is null ? [index, last] : [index, gate, last], n => IsOpaque(n) && !IsLoop(n) ? [] : n.Src))
        {
            string type = node.DType.IsBool ? "Bool" : "Int", name = names[node] = $"v{names.Count}";
            if (!IsOpaque(node))
            {
                text.Append($"(define-fun {name} () {type} {Text(node, [.. node.Src.Select(s => names[s])])})\n");
                continue;
            }
            text.Append($"(declare-const {name} {type})\n");
            if (type == "Int") text.Append($"(assert (<= {Z3.Number(node.Min)} {name} {Z3.Number(node.Max)}))\n");
            if (IsLoop(node)) text.Append($"(assert (< {name} {names[node.Src[0]]}))\n");
        }
        if (gate is not null) text.Append($"(assert {names[gate]})\n");
        return text.Append($"(assert (not (<= 0 {names[index]} {names[last]})))\n").ToString();
    }

    static bool IsLoop(UOp node) => node.Op is Op.Range or Op.Special;

    // Of what may wrap, or is no arithmetic, only bounds are known.
    static bool IsOpaque(UOp node) => !(node.DType.IsBool || node.DType.IsInt) || node.DType.Lanes > 1 || node.Op switch
    {
        Op.Const => false,
        Op.Add or Op.Mul => !IsExact(node),
        Op.FloorDiv or Op.FloorMod => node.Src[1].Int is not > 0,
        Op.Min or Op.Max or Op.Where => !node.DType.IsInt && node.Op != Op.Where,
        Op.CmpLt or Op.CmpNe => !(node.Src[0].DType.IsInt || node.Src[0].DType.IsBool && node.Op == Op.CmpNe),
        Op.And or Op.Or => !node.DType.IsBool,
        _ => true,
    };

    static bool IsExact(UOp node)
    {
        var (lo, hi) = Bounds.OfType(node.DType);
        var (a, b) = (node.Src[0], node.Src[1]);
        Int128[] ends = node.Op == Op.Add ? [(Int128)a.Min + b.Min, (Int128)a.Max + b.Max]
            : [(Int128)a.Min * b.Min, (Int128)a.Min * b.Max, (Int128)a.Max * b.Min, (Int128)a.Max * b.Max];
        return ends.All(e => e >= lo && e <= hi);
    }

    static string Text(UOp node, string[] s) => node.Op switch
    {
        Op.Const => node.DType.IsBool ? node.Int == 0 ? "false" : "true" : Z3.Number(node.Int!.Value),
        Op.Add => $"(+ {s[0]} {s[1]})",
        Op.Mul => $"(* {s[0]} {s[1]})",
        Op.FloorDiv => $"(fdiv {s[0]} {s[1]})",
        Op.FloorMod => $"(fmod {s[0]} {s[1]})",
        Op.Min => $"(ite (<= {s[0]} {s[1]}) {s[0]} {s[1]})",
        Op.Max => $"(ite (<= {s[0]} {s[1]}) {s[1]} {s[0]})",
        Op.Where => $"(ite {s[0]} {s[1]} {s[2]})",
        Op.CmpLt => $"(< {s[0]} {s[1]})",
        Op.CmpNe => $"(distinct {s[0]} {s[1]})",
        Op.And => $"(and {s[0]} {s[1]})",
        Op.Or => $"(or {s[0]} {s[1]})",
        _ => throw new InvalidOperationException($"{node.Op}"),
    };
}
