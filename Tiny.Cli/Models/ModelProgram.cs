using Tiny.Cli.Verify;
using Tiny.Jit;
using Tiny.Onnx;
using Tiny.Onnx.Import;
using Tiny.Onnx.Model;
using Tiny.Render;
using Tiny.Runtime;

namespace Tiny.Cli.Models;

/// <summary>What the user says about a model that is to become a program: options as they were written.</summary>
/// <param name="Shapes">NAME=SHAPE: the shapes of inputs.</param>
/// <param name="Dims">NAME=N or NAME=MIN..MAX: sizes that have names.</param>
/// <param name="Set">NAME=VALUE: inputs whose value is part of the program.</param>
/// <param name="States">OUT=IN: outputs that are remembered, and given as inputs at the next call.</param>
/// <param name="Initial">IN=VALUE: what remembered inputs hold before the first call; zeros without.</param>
sealed record ModelSettings(IReadOnlyList<string> Shapes, IReadOnlyList<string> Dims, IReadOnlyList<string> Set, IReadOnlyList<string> States, IReadOnlyList<string> Initial)
{
    /// <summary>The model as it is.</summary>
    public static ModelSettings None { get; } = new([], [], [], [], []);
}

/// <summary>
/// A model as one entry point <c>forward</c> of a program. Its inputs are parameters, except those that are fixed, which are constants, and those that are tied to an
/// output, which are state: tensors that stay in the program, read at the beginning of a call and assigned at its end.
/// </summary>
sealed class ModelProgram
{
    readonly OnnxModel _model;
    readonly IReadOnlyList<OnnxValueInfo> _parameters;
    readonly Dictionary<string, OnnxValue?> _fixed = [];
    readonly Dictionary<string, (string Output, Tensor Memory)> _states = [];
    readonly Identifiers _names = Identifiers.ForC();
    readonly List<(string Name, string Identifier)> _outputs = [];
    readonly Dictionary<int, string> _notes = [];

    ModelProgram(OnnxModel model, ModelSettings settings)
    {
        _model = model;
        var tied = settings.States.Count == 0 ? [] : Ties(settings.States);
        List<OnnxValueInfo> inputs = [.. model.Graph.Parameters.Where(p => p.Type?.Kind != OnnxKind.Optional)];
        if (inputs.FirstOrDefault(i => i.Type is null or { Kind: not OnnxKind.Tensor } or { Element: OnnxType.String or OnnxType.Undefined }) is { } other)
            throw new OnnxUnsupportedException($"input '{other.Name}' is {other.Type}; a program takes tensors of numbers");
        // Parameters first, so that their names are taken as they are; then what they may be confused with.
        var identifiers = inputs.ToDictionary(i => i.Name, i => SafeNames.Of(_names, i.Name));
        var shapes = Sizes.Of(inputs, settings.Shapes, settings.Dims, _names).Shapes;
        foreach (var (name, text) in NamedOption.Parse("--set", settings.Set, [.. inputs.Select(i => i.Name)]))
        {
            if (tied.ContainsKey(name)) throw new CommandException($"input '{name}' is fixed by --set, and tied by --state");
            var type = inputs.First(i => i.Name == name).Type!;
            _fixed[name] = new TensorValue(Literal.Fixed("--set", name, text, type, shapes[name]), type.Element);
        }
        var initial = NamedOption.Parse("--state-init", settings.Initial, [.. tied.Keys]);
        foreach (var (name, output) in tied)
        {
            if (shapes[name].IsSymbolic) throw new CommandException($"--state {output}={name}: what is remembered has a shape of numbers, and '{name}' is {shapes[name]}");
            var type = inputs.First(i => i.Name == name).Type!;
            var dtype = type.Element.Carrier();
            var memory = initial.TryGetValue(name, out var value) ? Literal.Fixed("--state-init", name, value, type, shapes[name])
                : Tensor.FromStorage(new Storage(dtype, shapes[name], new OwnedMemory(shapes[name].Size * dtype.Size)));
            memory.Cell.Name = identifiers[name];
            _states[name] = (output, memory);
        }
        _parameters = [.. inputs.Where(i => !_fixed.ContainsKey(i.Name) && !_states.ContainsKey(i.Name))];
        Entry = new("Forward", [.. _parameters.Select(p => new GraphInput(identifiers[p.Name], p.Type!.Element.Carrier(), shapes[p.Name]))], Build)
        {
            ResultNames = () => [.. _outputs.Select(o => o.Identifier)],
            ResultNotes = () => _notes,
        };
    }

    /// <summary>The entry point.</summary>
    public GraphEntry Entry { get; }

    /// <summary>The model's names of the parameters, in order.</summary>
    public IEnumerable<string> Inputs => _parameters.Select(p => p.Name);
    /// <summary>The model's names of the results, in order, once it has been captured.</summary>
    public IEnumerable<string> Outputs => _outputs.Select(o => o.Name);
    /// <summary>Inputs that are remembered, and the outputs that they are remembered from.</summary>
    public IEnumerable<(string Input, string Output, Tensor Memory)> States => _states.Select(s => (s.Key, s.Value.Output, s.Value.Memory));

    /// <summary>Inputs that are constants.</summary>
    public IEnumerable<(string Input, Tensor Value)> Fixed => _fixed.Select(f => (f.Key, ((TensorValue)f.Value!).Tensor));

    /// <summary>A model with settings.</summary>
    /// <exception cref="CommandException">A setting does not fit the model.</exception>
    public static ModelProgram Of(OnnxModel model, ModelSettings settings) => new(model, settings);

    /// <summary>Captures the entry point: the graph is built, and nothing is run.</summary>
    public Capture Capture()
    {
        try
        {
            return Jit.Capture.Run(Entry);
        }
        catch (OnnxDataDependentException e)
        {
            throw new OnnxUnsupportedException($"{e.Text}; where that is an input that does not change, fix it by --set NAME=VALUE", e);
        }
    }

    // Input by input: the output that is tied to it.
    Dictionary<string, string> Ties(IReadOnlyList<string> options)
    {
        string[] outputs = [.. _model.Graph.Outputs.Select(o => o.Name)], inputs = [.. _model.Graph.Parameters.Select(p => p.Name)];
        var tied = new Dictionary<string, string>();
        foreach (var (output, input) in NamedOption.Parse("--state", options, outputs))
        {
            if (!inputs.Contains(input)) throw new CommandException($"--state {output}={input}: there is no input '{input}'; there are {NamedOption.List(inputs)}");
            if (!tied.TryAdd(input, output)) throw new CommandException($"--state: input '{input}' is tied to '{tied[input]}' and to '{output}'");
        }
        return tied;
    }

    List<Tensor> Build(IReadOnlyList<Tensor> given)
    {
        var inputs = new Dictionary<string, OnnxValue?>(_fixed);
        for (int i = 0; i < given.Count; i++) inputs[_parameters[i].Name] = new TensorValue(given[i], _parameters[i].Type!.Element);
        foreach (var (name, (_, memory)) in _states) inputs[name] = new TensorValue(memory, _model.Graph.Parameters.First(p => p.Name == name).Type!.Element);
        var graph = OnnxImporter.Import(_model, inputs, new ImportOptions { Fixed = _fixed.Keys.ToHashSet(), Bounded = true });
        var values = _model.Graph.Outputs.Select((o, i) => (o.Name, Value: graph.Outputs[i])).ToList();
        // All are read before any is written: what a call returns is of this call.
        foreach (var (name, (output, memory)) in _states)
        {
            var value = (values.First(v => v.Name == output).Value as TensorValue)?.Tensor ?? throw new CommandException($"--state {output}={name}: output '{output}' is no tensor");
            if (value.DType != memory.DType || !value.Shape.Equals(memory.Shape))
                throw new CommandException($"--state {output}={name}: the output is {value.DType}{value.Shape}, the input {memory.DType}{memory.Shape}; they must be alike");
            memory.Assign(value);
        }
        var results = new List<Tensor>();
        _outputs.Clear();
        _notes.Clear();
        foreach (var (name, value) in values.Where(v => _states.Values.All(s => s.Output != v.Name)))
        {
            if (value is StringValue) throw new OnnxUnsupportedException($"output '{name}' is {value}; a program gives tensors of numbers");
            var tensors = Values.Tensors(value).ToList();
            foreach (var (tensor, i) in tensors.Select((t, i) => (t, i)))
            {
                var full = tensors.Count == 1 ? name : $"{name}_{i}";
                _outputs.Add((full, SafeNames.Of(_names, full)));
                results.Add(tensor);
            }
        }
        // What has as many elements as there can be says how many of them count.
        foreach (var group in graph.Counts.Where(c => results.Contains(c.Value)).GroupBy(c => c.Value).ToList())
            foreach (var (_, value, axis, count) in group)
            {
                var of = _outputs[results.IndexOf(value)];
                var full = group.Count() == 1 ? $"{of.Name}_count" : $"{of.Name}_count_{axis}";
                // Elements stand where they stand in the whole.
                _notes[results.Count] = $"so many elements of axis {axis} of {of.Identifier} count, from the first on";
                _outputs.Add((full, SafeNames.Of(_names, full)));
                results.Add(count);
            }
        if (results.Count == 0) throw new CommandException("no output is left for the program to give: at least one may not be tied");
        return results;
    }
}
