using System.Collections.Immutable;
using System.Reflection;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Nn;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Jit;

/// <summary>Captures the entry points of a model as one <see cref="Program"/>, for export. Nothing is run and no device is opened.</summary>
public static class ProgramCapture
{
    /// <summary>Captures methods of one instance; weights that they share are one buffer.</summary>
    /// <param name="name">The program's name.</param>
    /// <param name="model">The instance.</param>
    /// <param name="methods">Its methods; each tensor parameter has <see cref="ShapeAttribute"/>, other parameters a default value.</param>
    /// <param name="profile">What the targets offer (<see cref="ExportTarget.Schedule"/>); without one, what all of them take.</param>
    /// <exception cref="TinyException">A method cannot be captured; its stack trace holds the user's line.</exception>
    public static Program Capture(string name, object model, IReadOnlyList<MethodInfo> methods, ScheduleProfile? profile = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(methods);
        return Capture(name, [.. methods.Select(m => new ModelEntry(m.Name, model, m))], profile);
    }

    /// <summary>Captures methods of one or several instances as entry points of one program.</summary>
    internal static Program Capture(string name, IReadOnlyList<ModelEntry> methods, ScheduleProfile? profile = null)
    {
        foreach (var model in methods.Select(m => m.Model).OfType<object>().Distinct(ReferenceEqualityComparer.Instance)) Name(model);
        var builder = new ProgramBuilder(profile);
        (string Name, Declaration Method, Func<object?[], object?> Body, Arguments Arguments)[] entries = [.. methods.Select(Entry)];
        // What any of them writes is state for all: it must be known before.
        if (entries.Length > 1)
            foreach (var (_, method, body, arguments) in entries) Jit.Capture.Trace(method, body, arguments);
        foreach (var (entry, method, body, arguments) in entries)
        {
            var capture = Jit.Capture.Run(method, body, arguments);
            // Capturing is cheap: done twice, it finds methods that do not do the same each time.
            if (GraphDifference.Find(capture.Traced, Jit.Capture.Trace(method, body, arguments)) is { } difference)
                throw new TinyJitException($"{method.Name} is not the same at each call: {difference}. An exported method may not depend on "
                    + "a counter, a clock, random numbers of .NET or a field that it changes; pass such a value as a parameter");
            var names = Jit.Capture.InputNames(arguments);
            builder.Add(entry, [.. arguments.Tensors.Select((t, i) => (i, new GraphInput(names[i], t.Tensor.DType, t.Shape)))], capture);
        }
        return builder.Build(name);
    }

    // A weight that no file has named has the name that a file would give it.
    static void Name(object model)
    {
        foreach (var (path, tensor) in StateDict.Of(model))
        {
            if (tensor.Storage is { Name: null } storage) storage.Name = path;
            if (!tensor.IsView) tensor.Cell.Name ??= path;
        }
    }

    static (string, Declaration, Func<object?[], object?>, Arguments) Entry(ModelEntry entry)
    {
        var (name, model, method) = entry;
        var declaration = new Declaration(method);
        // In the order of the method's parameters, those that it ignores too.
        var arguments = declaration.Take(declaration.Make((path, dtype, shape) => Tensor.FromStorage(new Storage(dtype, shape, NoMemory.Instance))));
        return (name, declaration, a => method.Invoke(method.IsStatic ? null : model, BindingFlags.DoNotWrapExceptions, null, a, null), arguments);
    }

    /// <summary>Captures graphs built over described inputs, as entry points of one program.</summary>
    internal static Program Capture(string name, IReadOnlyList<GraphEntry> entries, ScheduleProfile? profile = null) =>
        Of(name, [.. entries.Select(e => (e, Jit.Capture.Run(e)))], profile);

    /// <summary>The program of entry points that have been captured: a capture serves targets that differ in what they offer.</summary>
    internal static Program Of(string name, IReadOnlyList<(GraphEntry Entry, Capture Capture)> captured, ScheduleProfile? profile = null)
    {
        var builder = new ProgramBuilder(profile);
        foreach (var (entry, capture) in captured) builder.Add(entry.Name, [.. entry.Inputs.Select((input, i) => (i, input))], capture);
        return builder.Build(name);
    }

    /// <summary>Stands for an argument of which only dtype and shape are looked at.</summary>
    sealed unsafe class NoMemory : HostMemory
    {
        public static NoMemory Instance { get; } = new();
        public override long Bytes => 0;
        public override byte* Pointer => throw new InvalidOperationException("a captured parameter has no memory");
    }
}

/// <summary>A method as an entry point of a program under a name; the instance is null for a static one.</summary>
sealed record ModelEntry(string Name, object? Model, MethodInfo Method);

/// <summary>An input of which only name, dtype and shape are known.</summary>
sealed record GraphInput(string Name, DType DType, Shape Shape);

/// <summary>An entry point given as a graph: <paramref name="Body"/> builds the results from the inputs.</summary>
sealed record GraphEntry(string Name, IReadOnlyList<GraphInput> Inputs, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> Body)
{
    /// <summary>The results' names, asked for when the body has run; without it they are numbered.</summary>
    public Func<IReadOnlyList<string>>? ResultNames { get; init; }

    /// <summary>What a caller has to know of results, by their place; asked for when the body has run.</summary>
    public Func<IReadOnlyDictionary<int, string>>? ResultNotes { get; init; }
}

/// <summary>Joins captured entry points into one program: shared constants once, kernels numbered, every buffer named.</summary>
sealed class ProgramBuilder(ScheduleProfile? profile = null)
{
    readonly ScheduleProfile _profile = profile ?? ScheduleProfile.Any;
    readonly List<ProgramBuffer> _buffers = [];
    readonly List<Kernel> _kernels = [];
    readonly List<EntryPoint> _entries = [];
    readonly Dictionary<Storage, int> _constants = [];
    const int StateAlignment = 256;

    readonly Dictionary<Cell, int> _states = [];
    readonly HashSet<string> _bufferNames = [], _kernelNames = [];
    long _stateBytes;
    long _arena;
    int _once;

    readonly List<(string Name, IReadOnlyList<(int Parameter, GraphInput Input)> Parameters, Capture Capture)> _captured = [];

    // What each entry point is to compute: in faster forms, of which entry points share weights.
    List<(IReadOnlyList<UOp> Results, IReadOnlyList<(UOp Memory, UOp Final)> States)> Graphs()
    {
        if (!_profile.FasterForms) return [.. _captured.Select(c => (c.Capture.Results, c.Capture.States))];
        var all = new Queue<UOp>(FasterForms.Run([.. _captured.SelectMany(c => c.Capture.Results.Concat(c.Capture.States.Select(s => s.Final)))]));
        UOp Next(UOp _) => all.Dequeue();
        return [.. _captured.Select(c => ((IReadOnlyList<UOp>)[.. c.Capture.Results.Select(Next)], (IReadOnlyList<(UOp, UOp)>)[.. c.Capture.States.Select(s => (s.Memory, Next(s.Final)))]))];
    }

    public void Add(string name, IReadOnlyList<(int Parameter, GraphInput Input)> parameters, Capture capture) => _captured.Add((name, parameters, capture));

    public Program Build(string name)
    {
        // A weight that entry points want to lie in different ways stays row-major, and is there once.
        var graphs = Graphs();
        var profile = _profile with { FasterForms = false };
        var shared = new HashSet<Storage>();
        KernelSchedule[] schedules;
        List<Storage> torn;
        do
        {
            schedules = [.. graphs.Select(g => Scheduler.Run(g.Results, states: g.States, profile: profile, layouts: profile.Layouts(shared)))];
            torn = [.. schedules.SelectMany(s => s.Slots).Where(s => s.Role == SlotRole.Stored).GroupBy(s => s.Storage!)
                .Where(g => g.Select(s => s.Layout).Distinct().Count() > 1).Select(g => g.Key)];
            shared.UnionWith(torn);
        }
        while (torn.Count > 0);
        for (int i = 0; i < schedules.Length; i++) Add(_captured[i].Name, _captured[i].Parameters, _captured[i].Capture, schedules[i]);
        return new(name, [.. _buffers], [.. _kernels], [.. _entries], _arena == 0 ? [] : [_arena], _once) { StateBytes = _stateBytes };
    }

    void Add(string name, IReadOnlyList<(int Parameter, GraphInput Input)> parameters, Capture capture, KernelSchedule schedule)
    {
        var ids = new int[schedule.Slots.Length];
        Array.Fill(ids, -1);
        var inputs = parameters.Select(p =>
        {
            int slot = Enumerable.Range(0, ids.Length).FirstOrDefault(s => schedule.Slots[s].Param?.Slot == p.Parameter, -1);
            int id = AddBuffer(p.Input.Name, p.Input.DType, p.Input.Shape, BufferRole.Input);
            if (slot >= 0) ids[slot] = id;
            return new Port(p.Input.Name, id);
        }).ToImmutableArray();
        var outputs = schedule.Results.Select((slot, i) =>
        {
            ids[slot] = AddBuffer(capture.ResultNames[i], schedule.Slots[slot].DType, schedule.Slots[slot].Shape, BufferRole.Output);
            return new Port(capture.ResultNames[i], ids[slot]) { Note = capture.ResultNotes?.GetValueOrDefault(i) };
        }).ToImmutableArray();
        foreach (var launch in schedule.Launches)
            foreach (int slot in launch.Slots)
            {
                if (ids[slot] >= 0) continue;
                ids[slot] = AddSlot(schedule.Slots[slot], launch.Kernel.Name);
                if (schedule.Slots[slot].InPlaceOf is { } operand) _buffers[ids[slot]] = _buffers[ids[slot]] with { InPlaceOf = ids[operand] };
            }
        var calls = schedule.Launches.Select(l => new ProgramCall(KernelId(l.Kernel), [.. l.Slots.Select(s => ids[s])])).ToImmutableArray();
        _entries.Add(new EntryPoint(char.ToLowerInvariant(name[0]) + name[1..], inputs, outputs, calls)
        {
            Variables = VariablesOf([.. parameters.SelectMany(p => p.Input.Shape.Variables), .. capture.Variables, .. Binding.Variables(capture.Results)]),
        });
        _arena = Math.Max(_arena, schedule.ArenaBytes);
        _once += capture.OnceEvaluated;
    }

    static ImmutableArray<Variable> VariablesOf(IEnumerable<Variable> all)
    {
        var variables = all.Distinct().OrderBy(v => v.Name, StringComparer.Ordinal).ToImmutableArray();
        for (int i = 1; i < variables.Length; i++)
            if (variables[i].Name == variables[i - 1].Name)
                throw new ShapeException($"two variables have one name: {variables[i - 1]} and {variables[i]}; a name stands for one pair of bounds");
        return variables;
    }

    int AddSlot(Slot slot, string kernel)
    {
        if (slot.State is { } cell) return AddState(cell);
        if (slot.Role == SlotRole.Temporary) return AddBuffer(kernel + "_out", slot.DType, slot.Memory, BufferRole.Arena, slot.Offset);
        var storage = slot.Storage!;
        if (_constants.TryGetValue(storage, out int id)) return id;
        _constants[storage] = id = AddBuffer(storage.Name ?? "constant", slot.DType, slot.Memory, BufferRole.Constant,
            data: slot.Layout is { } layout ? storage.Arranged(layout) : storage.ToHost());
        _buffers[id] = _buffers[id] with { Arranged = (slot.Layout, slot.Shape) };
        return id;
    }

    // Its first value is a constant like any other, computed on the host if it is not in memory.
    int AddState(Cell cell)
    {
        if (_states.TryGetValue(cell, out int known)) return known;
        var (dtype, value) = (cell.Value.DType, cell.Value);
        var data = cell.Storage?.ToHost() ?? Interpreter.Evaluate(value);
        int initial = AddBuffer($"{cell.Name ?? "state"}.initial", dtype, cell.Shape, BufferRole.Constant, data: data);
        int id = _states[cell] = AddBuffer(cell.Name ?? "state", dtype, cell.Shape, BufferRole.State, _stateBytes);
        _buffers[id] = _buffers[id] with { Initial = initial };
        _stateBytes += (_buffers[id].Bytes + StateAlignment - 1) / StateAlignment * StateAlignment;
        return id;
    }

    int AddBuffer(string name, DType dtype, Shape shape, BufferRole role, long offset = 0, HostMemory? data = null)
    {
        _buffers.Add(new ProgramBuffer(_buffers.Count, Unique(_bufferNames, name), dtype, shape, role, offset, data));
        return _buffers.Count - 1;
    }

    int KernelId(Kernel kernel)
    {
        int id = _kernels.IndexOf(kernel);
        if (id >= 0) return id;
        kernel.Name = Unique(_kernelNames, kernel.Name);
        _kernels.Add(kernel);
        return _kernels.Count - 1;
    }

    static string Unique(HashSet<string> used, string name)
    {
        var unique = name;
        for (int n = 2; !used.Add(unique); n++) unique = $"{name}_{n}";
        return unique;
    }
}
