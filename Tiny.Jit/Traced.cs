using Tiny.Graph;
using Tiny.Schedule;

namespace Tiny.Jit;

/// <summary>
/// What one call of a method did, seen from outside: the results' graphs, and what it wrote. Tensors from outside that no captured method is known to write
/// are in the graphs as they are; the others (state) are leaves that stand for their memory.
/// </summary>
sealed class Traced
{
    Traced(Result result) => Result = result;

    /// <summary>What the method returned.</summary>
    public Result Result { get; }
    /// <summary>The results' graphs.</summary>
    public required IReadOnlyList<UOp> Results { get; init; }
    /// <summary>Tensors among the arguments that the method writes, and what they hold at the end.</summary>
    public required IReadOnlyList<(int Argument, string Name, UOp Final)> WrittenInputs { get; init; }
    /// <summary>Other tensors from outside that it writes.</summary>
    public required IReadOnlyList<(Cell Cell, UOp Memory, UOp Final)> WrittenStates { get; init; }
    /// <summary>State that it reads or writes.</summary>
    public required IReadOnlyList<Cell> States { get; init; }
    /// <summary>Tensors from outside that are constants of the program, and their values.</summary>
    public required IReadOnlyList<(Cell Cell, UOp Value)> Constants { get; init; }

    /// <summary>All that the method built.</summary>
    public IReadOnlyList<UOp> Graph => [.. Results, .. WrittenInputs.Select(w => w.Final), .. WrittenStates.Select(w => w.Final)];

    /// <summary>The number of the argument's tensor that a result is or shows, or null; and whether it is or shows a tensor from outside.</summary>
    public (int? Argument, bool Outside) AliasOf(int result) => Result.Tensors[result].Cell is var cell && !cell.IsFromOutside(_scope) ? (null, false)
        : (cell.Value is { Op: Op.Param, Arg: ParamArg p } ? p.Slot : null, true);

    CaptureScope _scope = null!;

    /// <summary>Closes a capture.</summary>
    public static Traced Of(CaptureScope scope, Result result)
    {
        var written = scope.Written.ToHashSet();
        UOp[] results = [.. result.Tensors.Select(t => t.Node)];
        (Cell Cell, UOp Final)[] finals = [.. scope.Written.Select(c => (c, scope.Read(c)))];
        foreach (var cell in written.Where(c => c.Value.Op != Op.Param)) cell.BecomeState();
        var constants = scope.Memory.Keys.Where(c => !c.IsState).Select(c => (Cell: c, Value: c.Embed())).ToList();
        var map = constants.ToDictionary(c => scope.MemoryOf(c.Cell), c => c.Value);
        var all = Substitute([.. results, .. finals.Select(f => f.Final)], map);
        var writes = finals.Select((f, i) => (f.Cell, Final: all[results.Length + i])).ToList();
        return new Traced(result)
        {
            _scope = scope,
            Results = all[..results.Length],
            WrittenInputs = [.. writes.Where(w => w.Cell.Value.Op == Op.Param).Select(w => ((ParamArg)w.Cell.Value.Arg!, w.Final)).Select(w => (w.Item1.Slot, w.Item1.Name, w.Final))],
            WrittenStates = [.. writes.Where(w => w.Cell.Value.Op != Op.Param).Select(w => (w.Cell, scope.MemoryOf(w.Cell), w.Final))],
            States = [.. scope.Memory.Keys.Concat(written).Where(c => c.IsState).Distinct()],
            Constants = constants,
        };
    }

    static UOp[] Substitute(UOp[] roots, Dictionary<UOp, UOp> map)
    {
        if (map.Count == 0) return roots;
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in Walk.Topological(roots))
            done[node] = map.TryGetValue(node, out var to) ? to : node.WithSrc([.. node.Src.Select(s => done[s])]);
        return [.. roots.Select(r => done[r])];
    }
}

/// <summary>A method's return value, taken apart.</summary>
/// <param name="Names">The tensors' paths: "" for a single one, "2" for the second of a tuple without names.</param>
/// <param name="Tensors">The tensors in it, as the method returned them.</param>
/// <param name="Key">A text that says everything but the tensors.</param>
/// <param name="Pack">The same value with other tensors.</param>
sealed record Result(IReadOnlyList<string> Names, IReadOnlyList<Tensor> Tensors, string Key, Func<IReadOnlyList<Tensor>, object?> Pack);
