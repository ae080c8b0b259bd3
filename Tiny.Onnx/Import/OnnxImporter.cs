using Tiny.Onnx.Import;
using Tiny.Onnx.Model;
using Tiny.Onnx.Operators.Text;
using Tiny.Runtime;

namespace Tiny.Onnx;

/// <summary>
/// Makes a graph of tensors out of a model and its inputs, node by node. Inputs are never evaluated, whatever they are: what depends on one becomes kernels, except
/// where <see cref="ImportOptions.Read"/> lets an operator have numbers that it cannot be built without.
/// </summary>
public sealed class OnnxImporter
{
    const int MostDepth = 64, MostNodes = 1 << 17, MostNumbers = 1 << 20;

    readonly OnnxModel _model;
    readonly ImportOptions _options;
    readonly Known _known = new();
    readonly SymbolicNumbers _symbolic;
    readonly List<string> _onHost = [], _read = [];
    readonly ComputedSizes? _sizes;
    // Strings that depend on the model's inputs.
    readonly HashSet<OnnxValue> _given = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<OnnxTensor, OnnxValue> _tensors = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<(string, string, string), OnnxFunction> _functions = [];

    OnnxImporter(OnnxModel model, ImportOptions options)
    {
        (_model, _options) = (model, options);
        // Where a number is read nothing needs bounds.
        _sizes = options is { Bounded: true, Read: null } ? new() : null;
        _symbolic = new(_known.IsInput, number => _sizes is null || IsKnown(number) || number.Node.Min < 0 ? null : _sizes.Of(number, long.MaxValue));
        foreach (var f in model.Functions) _functions[(f.Domain, f.Name, f.Overload)] = f;
    }

    /// <summary>The model's results for inputs by name: tensors with values, or without in a capture.</summary>
    /// <exception cref="OnnxInputException">An input is missing, or is not what the model declares.</exception>
    /// <exception cref="OnnxUnsupportedException">The model has something that this library does not do; the message names the node.</exception>
    /// <exception cref="OnnxNodeException">A node does not fit its inputs.</exception>
    public static ImportedGraph Import(OnnxModel model, IReadOnlyDictionary<string, OnnxValue?> inputs, ImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputs);
        options ??= new();
        try
        {
            return new OnnxImporter(model, options with { Bounded = false }).Import(inputs);
        }
        catch (OnnxDataDependentException) when (options is { Implied: null, Undeclared: false, Read: null } && ImpliedNumbers.Import(model, inputs) is { } implied)
        {
            return implied;
        }
        catch (OnnxDataDependentException) when (options is { Bounded: true, Read: null })
        {
            return new OnnxImporter(model, options).Import(inputs);
        }
    }

    ImportedGraph Import(IReadOnlyDictionary<string, OnnxValue?> inputs)
    {
        var outputs = Run(inputs);
        if (_sizes is null) return new(outputs, _onHost, _read);
        var bounded = new BoundedGraph(_sizes);
        var counts = new List<BoundedValue>();
        OnnxValue?[] results = [.. outputs.Select((value, i) => value is null ? null : Bounded(value, _model.Graph.Outputs[i].Name, bounded, counts))];
        return new(results, _onHost, _read) { Counts = counts };
    }

    OnnxValue Bounded(OnnxValue value, string name, BoundedGraph graph, List<BoundedValue> counts)
    {
        switch (value)
        {
            case TensorValue tensor:
                var widest = graph.Run(tensor.Tensor);
                for (int a = 0; a < widest.Rank; a++)
                    if (_sizes!.Decide(tensor.Tensor.Shape[a])) counts.Add(new(name, widest, a, graph.Run(tensor.Tensor.Shape[a])));
                return tensor with { Tensor = widest };
            case SequenceValue sequence: return new SequenceValue([.. sequence.Items.Select((item, i) => Bounded(item, $"{name}_{i}", graph, counts))]);
            case OptionalValue { Item: { } item }: return new OptionalValue(Bounded(item, name, graph, counts));
            case MapValue map: return new MapValue(map.Entries.ToDictionary(e => e.Key, e => Bounded(e.Value, $"{name}_{e.Key}", graph, counts)));
            default: return value;
        }
    }

    IReadOnlyList<OnnxValue?> Run(IReadOnlyDictionary<string, OnnxValue?> inputs)
    {
        InputCheck.Run(_model.Graph, inputs);
        var scope = new Scope(null);
        foreach (var (name, value) in inputs)
            if (!_options.Fixed.Contains(name)) MarkInput(value);
        var frame = new Frame(_model.Opsets, scope, null, Types(_model.Graph), 0);
        // An input given by the caller counts before the initializer that has its name.
        Initialize(_model.Graph, scope);
        foreach (var input in _model.Graph.Inputs)
            if (inputs.TryGetValue(input.Name, out var value)) scope.Set(input.Name, value);
            else if (!scope.TryFind(input.Name, out _)) scope.Set(input.Name, null);
        return Run(_model.Graph, frame);
    }

    /// <summary>Runs a subgraph that sees what its frame sees.</summary>
    internal IReadOnlyList<OnnxValue?> Run(OnnxGraph graph, Frame around, IReadOnlyList<OnnxValue?> arguments)
    {
        if (arguments.Count > graph.Inputs.Length) throw NodeContext.Bad($"subgraph '{graph.Name}' takes {graph.Inputs.Length} inputs, {arguments.Count} are given");
        // A body may have no nodes, and yet be run without end.
        LayOut($"subgraph '{graph.Name}'", 1);
        var scope = new Scope(around.Scope);
        Initialize(graph, scope);
        for (int i = 0; i < arguments.Count; i++) scope.Set(graph.Inputs[i].Name, arguments[i]);
        return Run(graph, around with { Scope = scope, Types = Types(graph), Depth = Deeper(around) });
    }

    IReadOnlyList<OnnxValue?> Run(OnnxGraph graph, Frame frame)
    {
        foreach (var node in graph.Nodes) Run(node, frame);
        return [.. graph.Outputs.Select(o => Find(o.Name, frame, $"output '{o.Name}' of the graph"))];
    }

    long _laidOut;

    /// <summary>Counts nodes that are not in the file as they are, but come of loops, steps and calls: there is an end to them.</summary>
    internal void LayOut(object what, long nodes)
    {
        if ((_laidOut += Math.Min(nodes, MostNodes + 1)) > MostNodes) throw new OnnxUnsupportedException($"{what}: with loops and calls laid out the graph has more than {MostNodes} nodes");
    }

    void Run(OnnxNode node, Frame frame)
    {
        if (frame.Depth > 0) LayOut(node, 1);
        OnnxValue?[] inputs = [.. node.Inputs.Select(name => Find(name, frame, $"{node} reads '{name}'"))];
        IReadOnlyList<OnnxValue?> results;
        try
        {
            results = _functions.TryGetValue((node.Domain, node.Operator, node.Overload), out var function) ? Call(function, node, frame, inputs) : Apply(node, frame, inputs);
        }
        catch (Exception e) when (e is not (OnnxNodeException or OnnxUnsupportedException or OutOfMemoryException))
        {
            throw OnnxNodeException.At(node, e);
        }
        for (int i = 0; i < node.Outputs.Length; i++)
        {
            if (node.Outputs[i].Length == 0) continue;
            if (i >= results.Count) throw new OnnxUnsupportedException($"{node}: output {i} ('{node.Outputs[i]}')");
            frame.Scope.Set(node.Outputs[i], results[i]);
        }
    }

    IReadOnlyList<OnnxValue?> Apply(OnnxNode node, Frame frame, OnnxValue?[] inputs)
    {
        long opset = frame.Opset(node.Domain);
        if (opset > OperatorTable.Newest(node.Domain))
            throw new OnnxUnsupportedException($"{node}: opset {opset} of '{(node.Domain.Length > 0 ? node.Domain : "ai.onnx")}', of which {OperatorTable.Newest(node.Domain)} is the newest that is known");
        var op = OperatorTable.Find(node.Domain, node.Operator, opset) ?? throw new OnnxUnsupportedException(OperatorTable.Knows(node.Domain, node.Operator)
            ? $"{node}: there is no {node.FullOperator} in opset {opset}" : $"{node}: there is no operator {node.FullOperator}");
        // No kernel works on strings: what reads them is computed here, and depends on the model's inputs as they do.
        try
        {
            var context = new NodeContext(this, node, frame, inputs);
            var results = (StringMovement.Applies(node, inputs) ? StringMovement.Run(context, op.Body) : op.Body(context)).Values;
            if (!context.IsOnHost && !inputs.Any(HoldsGivenStrings)) return results;
            _onHost.Add(node.ToString());
            foreach (var result in results) MarkInput(result);
            return results;
        }
        catch (OnnxDataDependentException)
        {
            throw;
        }
        catch (OnnxUnsupportedException e) when (!e.Text.StartsWith(node.ToString(), StringComparison.Ordinal))
        {
            throw new OnnxUnsupportedException($"{node}: {e.Text}", e);
        }
    }

    IReadOnlyList<OnnxValue?> Call(OnnxFunction function, OnnxNode node, Frame frame, OnnxValue?[] inputs)
    {
        if (inputs.Length > function.Inputs.Length) throw NodeContext.Bad($"the function takes {function.Inputs.Length} inputs, {inputs.Length} are given");
        var attributes = function.Defaults.ToDictionary(a => a.Name);
        foreach (var given in node.Attributes)
            if (frame.Attribute(node, given.Name) is { } value) attributes[given.Name] = value with { Name = given.Name };
        var scope = new Scope(null);
        for (int i = 0; i < function.Inputs.Length; i++) scope.Set(function.Inputs[i], i < inputs.Length ? inputs[i] : null);
        var opsets = function.Opsets.Count > 0 ? function.Opsets : frame.Opsets;
        var inside = new Frame(opsets, scope, attributes, new Dictionary<string, OnnxTypeInfo>(), Deeper(frame));
        foreach (var n in function.Nodes) Run(n, inside);
        return [.. function.Outputs.Select(o => Find(o, inside, $"output '{o}' of function {function.Name}"))];
    }

    static int Deeper(Frame frame) => frame.Depth < MostDepth ? frame.Depth + 1
        : throw new OnnxFormatException($"functions and subgraphs are nested more than {MostDepth} deep, or call themselves");

    void Initialize(OnnxGraph graph, Scope scope)
    {
        foreach (var tensor in graph.Initializers) scope.Set(tensor.Name, Constant(tensor));
    }

    /// <summary>A tensor of the file; the same value each time.</summary>
    internal OnnxValue Constant(OnnxTensor tensor) => _tensors.TryGetValue(tensor, out var value) ? value : _tensors[tensor] = TensorValue.Constant(tensor);

    static OnnxValue? Find(string name, Frame frame, string reader) => name.Length == 0 ? null : frame.Scope.TryFind(name, out var value) ? value
        : throw new OnnxFormatException($"{reader}, which nothing before it gives");

    // A loop's body is asked for each time that it runs.
    // Where numbers are read what they say counts, and not what is declared.
    Dictionary<string, OnnxTypeInfo> Types(OnnxGraph graph) => _types.TryGetValue(graph, out var known) ? known
        : _types[graph] = _options.Undeclared || _options.Read is not null ? DeclaredShapes.Elements(graph) : DeclaredShapes.Of(graph);

    readonly Dictionary<OnnxGraph, Dictionary<string, OnnxTypeInfo>> _types = new(ReferenceEqualityComparer.Instance);

    void MarkInput(OnnxValue? value)
    {
        if (value is TensorValue tensor) _known.MarkInput(tensor.Tensor);
        else if (value is StringValue) _given.Add(value);
        else if (value is SequenceValue sequence)
            foreach (var item in sequence.Items) MarkInput(item);
        else if (value is OptionalValue optional) MarkInput(optional.Item);
        else if (value is MapValue map)
            foreach (var item in map.Entries.Values) MarkInput(item);
    }

    bool HoldsGivenStrings(OnnxValue? value) => value switch
    {
        StringValue => _given.Contains(value),
        // Items are of one kind.
        SequenceValue { Items: [] or [TensorValue, ..] } => false,
        SequenceValue sequence => _given.Count > 0 && sequence.Items.Any(HoldsGivenStrings),
        OptionalValue optional => HoldsGivenStrings(optional.Item),
        MapValue map => map.Entries.Keys.Any(k => k is string) || map.Entries.Values.Any(HoldsGivenStrings),
        _ => false,
    };

    internal bool IsKnown(Tensor tensor) => _known.IsKnown(tensor);

    /// <summary>
    /// The size that a tensor of one integer is, no negative one and at most so large: a variable until the graph is done; null where it has no bound, or sizes may not be computed.
    /// </summary>
    internal Dim? Size(Tensor number, long most) => _sizes?.Of(number, most);

    /// <summary>Sizes may be computed.</summary>
    internal bool ComputesSizes => _sizes is not null;

    internal Dim?[]? Symbolic(Tensor tensor) => _symbolic.Evaluate(tensor.Node);

    internal bool CanRead(Tensor tensor) => _options.Read is not null || _known.IsKnown(tensor);

    /// <summary>What was noted of nodes on the host and of numbers read: where a branch is given up, what was noted in it is dropped.</summary>
    internal (int OnHost, int Read) Noted => (_onHost.Count, _read.Count);

    /// <summary>Drops what was noted since, and says why.</summary>
    internal void Forget((int OnHost, int Read) since, string why)
    {
        _onHost.RemoveRange(since.OnHost, _onHost.Count - since.OnHost);
        _read.RemoveRange(since.Read, _read.Count - since.Read);
        _read.Add(why);
    }

    internal HostMemory Read(Tensor tensor, NodeContext node, int? input, long most = MostNumbers)
    {
        if (tensor.Shape.Size > most) throw NodeContext.Bad($"{Which()} has {tensor.Shape.Size} numbers");
        if (_known.IsKnown(tensor)) return _known.Evaluate(tensor);
        if (_options.Implied?.Invoke(tensor) is { } implied)
        {
            _read.Add($"{node.Node}: {Which()}, as the declared shapes imply");
            return implied;
        }
        if (_options.Read is not { } read)
            throw new OnnxDataDependentException($"{node.Node}: {Which()} must be known before the program is built, and depends on the model's inputs{(_sizes is null ? "" : "; nothing says how large it may be")}");
        _read.Add($"{node.Node}: {Which()}");
        var memory = read(tensor);
        // Computed now, it lies in memory; that memory depends on inputs all the same.
        _known.MarkInput(tensor);
        return memory;

        string Which() => input is { } i ? $"input {i} ('{node.Node.Inputs[i]}')" : "how much or how often";
    }
}
