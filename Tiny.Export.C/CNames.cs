using System.Globalization;
using Tiny.Jit;
using Tiny.Lower;
using Tiny.Render;

namespace Tiny.Export.C;

/// <summary>The identifiers of an exported program, and how dtypes and shapes are written.</summary>
sealed class CNames
{
    readonly Program _program;
    readonly Identifiers _file = Identifiers.ForC();
    readonly Dictionary<string, string> _entries = [];
    readonly string[] _kernels;
    readonly Dictionary<(string, int), string> _shared = [];

    public CNames(Program program)
    {
        _program = program;
        foreach (var name in (string[])[.. CSource.FileScope, .. CMain.FileScope]) _file.Of(name);
        Model = _file.Of(program.Name);
        Prefix = Model.TrimEnd('_');
        Macro = Prefix.ToUpperInvariant();
        foreach (var name in (string[])["init", "reset", "error_text", "kernels"]) _file.Of($"{Prefix}_{name}");
        foreach (var e in program.Entries) _entries[e.Name] = _file.Of($"{Prefix}_{e.Name}");
        _kernels = [.. program.Kernels.Select(k => _file.Of(k.Name))];
    }

    /// <summary>The struct.</summary>
    public string Model { get; }
    /// <summary>The first part of every public name and of the files' names: the struct's, without what keeps it from being a keyword.</summary>
    public string Prefix { get; }
    /// <summary>The first part of every macro.</summary>
    public string Macro { get; }

    public string Entry(EntryPoint e) => _entries[e.Name];
    public string Kernel(int kernel) => _kernels[kernel];

    /// <summary>A name for a function that kernels call, the first of which is given: what its name says without its number, and what the function is. Counts those of a name.</summary>
    public string Shared(int kernel, string what, Dictionary<string, int> taken)
    {
        var name = _program.Kernels[kernel].Name.TrimEnd([.. "0123456789"]).TrimEnd('_') + "_" + what;
        int number = taken[name] = taken.GetValueOrDefault(name) + 1;
        if (!_shared.TryGetValue((name, number), out var identifier)) _shared[(name, number)] = identifier = _file.Of(number == 1 ? name : $"{name}_{number}");
        return identifier;
    }

    public Identifiers Scope()
    {
        var scope = _file.Nested();
        scope.Of("m");
        return scope;
    }

    /// <summary>Parameters of an entry point's function, inputs then outputs, in order.</summary>
    public IReadOnlyList<(Port Port, ProgramBuffer Buffer, string Name, bool Written)> Ports(EntryPoint entry, Identifiers scope) =>
    [
        .. entry.Inputs.Select(p => (p, _program.Buffers[p.Buffer], scope.Of(p.Name), false)),
        .. entry.Outputs.Select(p => (p, _program.Buffers[p.Buffer], scope.Of(p.Name), true)),
    ];

    /// <summary>Names of an entry point's sizes, its parameters before the ports; taken from its scope first.</summary>
    public static SortedDictionary<string, string> Variables(EntryPoint entry, Identifiers scope)
    {
        var names = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var v in entry.Variables) names[v.Name] = scope.Of(v.Name);
        return names;
    }

    /// <summary>A size as an expression of C, of type int.</summary>
    public static string Text(Dim size, IReadOnlyDictionary<string, string> variables) => size.Text(v => variables[v.Name], (x, c) => $"(({x}) / {c})");

    /// <summary>The signature without its semicolon.</summary>
    public string Signature(EntryPoint entry)
    {
        var head = $"int {Entry(entry)}(";
        var scope = Scope();
        string[] parameters = [$"{Model} *m", .. Variables(entry, scope).Values.Select(name => $"int {name}"), .. Ports(entry, scope).Select(p =>
            (p.Written ? "" : "const ") + CRenderer.MemoryType(p.Buffer.DType)
                + (p.Buffer.Shape.IsSymbolic ? $" *{p.Name}" : $" {p.Name}[{Extent(p.Buffer.Shape)}]"))];
        var line = head + string.Join(", ", parameters) + ")";
        return line.Length <= 120 ? line : head + string.Join(",\n" + new string(' ', head.Length), parameters) + ")";
    }

    /// <summary>
    /// Names of a kernel's parameters: what is written is <c>out</c>, weights have their names (where layers share the kernel, what
    /// is common to the names' ends), the one other input is <c>x</c>, several have the names of their buffers.
    /// </summary>
    public (IReadOnlyList<string> Memory, IReadOnlyList<string> Variables, (string From, string To) Bounds) Parameters(int kernel) => Parameters([kernel], _program.Kernels[kernel].Variables);

    /// <summary>The same of a function that several kernels call, and of the iterations that it may be told to run.</summary>
    public (IReadOnlyList<string> Memory, IReadOnlyList<string> Variables, (string From, string To) Bounds) Parameters(IReadOnlyList<int> kernels, IEnumerable<Variable> sizes)
    {
        var calls = _program.Entries.SelectMany(e => e.Calls).Where(c => kernels.Contains(c.Kernel)).ToList();
        Kernel k = _program.Kernels[kernels[0]];
        var scope = _file.Nested();
        string[] variables = [.. sizes.Select(v => scope.Of(v.Name))];
        var bounds = (scope.Of("lo"), scope.Of("hi"));
        int written = k.Params.Count(p => p.Written);
        int others = Enumerable.Range(0, k.Params.Length).Count(i => !k.Params[i].Written && !IsConstant(i));
        return ([.. k.Params.Select((p, i) => scope.Of(p.Written ? written == 1 ? "out" : $"out{i}"
            : IsConstant(i) ? Common(i, "w") : others == 1 ? "x" : Common(i, "x")))], variables, bounds);

        bool IsConstant(int i) => calls.Count > 0 && calls.All(c => _program.Buffers[c.Buffers[i]].Role == BufferRole.Constant);

        string Common(int i, string otherwise)
        {
            var names = calls.Select(c => _program.Buffers[c.Buffers[i]].Name.Split('.')).ToList();
            if (names.Count == 0) return otherwise;
            int same = 0;
            while (names.All(n => n.Length > same && n[^(same + 1)] == names[0][^(same + 1)])) same++;
            return same == 0 ? otherwise : string.Join('.', names[0][^same..]);
        }
    }

    /// <summary><c>1*1*28*28</c>, at most; a scalar is one element, and so is nothing, since C has no empty arrays.</summary>
    public static string Extent(Shape shape) => shape.Rank == 0 || shape.Size == 0 ? "1" : string.Join('*', shape.Select(d => d.Max));

    /// <summary>An integer of any size as C writes it.</summary>
    public static string Number(long n) => n.ToString(CultureInfo.InvariantCulture);
}
