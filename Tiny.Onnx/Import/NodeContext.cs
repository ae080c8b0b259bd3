using Tiny.Onnx.Model;
using Tiny.Runtime;

namespace Tiny.Onnx.Import;

/// <summary>
/// A node as its operator sees it: inputs, of which optional ones may be missing, attributes with their defaults, and the opset that its meaning is of. What does not
/// fit is an error that names the node.
/// </summary>
sealed class NodeContext(OnnxImporter importer, OnnxNode node, Frame frame, IReadOnlyList<OnnxValue?> inputs)
{
    /// <summary>The node.</summary>
    public OnnxNode Node => node;

    /// <summary>The opset of the node's domain that the model asks for.</summary>
    public int Opset { get; } = (int)Math.Clamp(frame.Opset(node.Domain), 0, int.MaxValue);

    // ---- inputs

    /// <summary>The node with other inputs.</summary>
    public NodeContext With(IReadOnlyList<OnnxValue?> others) => new(importer, node, frame, others);

    /// <summary>How many inputs are named, those left out in between included.</summary>
    public int Count => inputs.Count;

    /// <summary>The tensor of an input that must be there.</summary>
    public Tensor this[int input] => TypedAt(input).Tensor;

    /// <summary>The input is there.</summary>
    public bool Has(int input) => At(input) is not null;

    /// <summary>The value of an input, or null.</summary>
    public OnnxValue? At(int input) => input < inputs.Count ? inputs[input] : null;

    /// <summary>The value of an input that must be there.</summary>
    public T Value<T>(int input) where T : OnnxValue => At(input) switch
    {
        T value => value,
        null => throw Bad($"input {input} is missing"),
        var other => throw new OnnxUnsupportedException($"input {input} is a {other}"),
    };

    /// <summary>An input's tensor and its element type.</summary>
    public TensorValue TypedAt(int input) => Value<TensorValue>(input);

    /// <summary>The tensor of an input that may be missing.</summary>
    public Tensor? Optional(int input) => Has(input) ? this[input] : null;

    /// <summary>All inputs as tensors.</summary>
    public Tensor[] All() => [.. Enumerable.Range(0, Count).Select(i => this[i])];

    /// <summary>A result of the first input's element type: for operators that only move elements.</summary>
    public OnnxValue Like(Tensor result, int input = 0) => new TensorValue(result, TypedAt(input).Type);

    /// <summary>A value of the graph around the node, by its name; null where there is none.</summary>
    public OnnxValue? Named(string name) => frame.Scope.TryFind(name, out var value) ? value : null;

    // ---- numbers that the operator needs to build its graph

    /// <summary>The input's numbers do not depend on the model's inputs.</summary>
    public bool IsKnown(int input) => importer.IsKnown(this[input]);

    /// <summary>The input's numbers do not depend on the model's inputs, or may be read now.</summary>
    public bool CanRead(int input) => importer.CanRead(this[input]);

    /// <summary>The numbers of an input of integers.</summary>
    /// <exception cref="OnnxDataDependentException">They depend on the model's inputs, and the program is built before those are given.</exception>
    public long[] Integers(int input) => HostNumbers.Integers(Read(input), this[input].DType, this[input].Numel);

    /// <summary>The numbers of an input, of any dtype.</summary>
    /// <exception cref="OnnxDataDependentException">As for <see cref="Integers(int)"/>.</exception>
    public double[] Floats(int input) => HostNumbers.Floats(Read(input), this[input].DType, this[input].Numel);

    /// <summary>All elements of an input of bytes: a file, of which there may be more than of numbers.</summary>
    /// <exception cref="OnnxDataDependentException">As for <see cref="Integers(int)"/>.</exception>
    public byte[] Bytes(int input)
    {
        if (this[input].DType != DType.UInt8) throw Bad($"input {input} is {TypedAt(input)}, not of bytes");
        var memory = importer.Read(this[input], this, input, long.MaxValue);
        byte[] bytes = HostTable.New<byte>(memory.Bytes);
        memory.Span.CopyTo(bytes);
        GC.KeepAlive(memory);
        return bytes;
    }

    /// <summary>The number of an input of one integer.</summary>
    public long Integer(int input) => One(Integers(input), input);

    /// <summary>The numbers of an input if it is there; else those of an attribute, or null.</summary>
    public long[]? IntegersOr(int input, string attribute) => Has(input) ? Integers(input) : Integers(attribute);

    /// <summary>The integers or bools of a tensor that was computed from inputs.</summary>
    /// <exception cref="OnnxDataDependentException">As for <see cref="Integers(int)"/>.</exception>
    public long[] Numbers(Tensor tensor) => HostNumbers.Integers(importer.Read(tensor, this, null), tensor.DType, tensor.Numel);

    /// <summary>
    /// How many elements a result has along an axis, of which <paramref name="count"/> is computed. It is read where that is allowed, else taken from the declared shape;
    /// else, where sizes may be computed, it is one, at most <paramref name="most"/> or what the algebra knows.
    /// </summary>
    /// <exception cref="OnnxDataDependentException">As for <see cref="Integers(int)"/>.</exception>
    public Dim Counted(Tensor count, int output, int axis, long? most = null) => importer.CanRead(count) ? Numbers(count)[0]
        : Declared(output) is { } shape ? shape[axis]
        : importer.Size(count, most ?? long.MaxValue) ?? Numbers(count)[0];

    /// <summary>The size that a tensor of one integer is, whose bounds the algebra knows.</summary>
    /// <exception cref="OnnxDataDependentException">As for <see cref="Integers(int)"/>.</exception>
    public Dim Size(Tensor number) => importer.Size(number, long.MaxValue) ?? Numbers(number)[0];

    /// <summary>A condition, null where data decide it, if that may be.</summary>
    /// <exception cref="OnnxDataDependentException">As for <see cref="Integers(int)"/>.</exception>
    public bool? Decided(Tensor condition, bool mayBeOpen) => mayBeOpen && ComputesSizes && !importer.CanRead(condition) ? null : Numbers(condition)[0] != 0;

    /// <summary>A size that is an expression, 0 where that is negative.</summary>
    public Dim NotNegative(Dim size) => size.Min >= 0 ? size : size.Max <= 0 ? 0 : importer.Size(Of(size), size.Max) ?? size;

    static Tensor Of(Dim size) => Tiny.Tensor.Of(size);

    /// <summary>Says that the node makes its results here, of what it has read: they depend on the model's inputs if that does, though they are constants.</summary>
    public void OnHost(Tensor read) => IsOnHost |= !importer.IsKnown(read);

    /// <summary>The node has made its results here.</summary>
    public bool IsOnHost { get; private set; }

    /// <summary>
    /// The numbers of an input that are sizes: numbers, or expressions over the variables that the model's dynamic dimensions are.
    /// </summary>
    /// <exception cref="OnnxDataDependentException">As for <see cref="Integers(int)"/>.</exception>
    public Dim[] Sizes(int input) => !IsKnown(input) && Symbolic(input) is { } sizes ? sizes : [.. Integers(input).Select(n => (Dim)n)];

    /// <summary>The input's numbers are known, or expressions over dynamic dimensions or sizes that are computed.</summary>
    public bool HasSizes(int input) => IsKnown(input) || Symbolic(input) is not null;

    /// <summary>As <see cref="Sizes"/>, with -1 for one of which nothing is known.</summary>
    public Dim[] SizesOrOpen(int input) => HasSizes(input) || !ComputesSizes || importer.Symbolic(this[input]) is not { } all || all.Count(d => d is null) > 1 ? Sizes(input)
        : [.. all.Select(d => d ?? -1)];

    Dim[]? Symbolic(int input)
    {
        if (importer.Symbolic(this[input]) is { } all && !Array.Exists(all, d => d is null)) return [.. all.Select(d => d!.Value)];
        if (!importer.ComputesSizes || this[input] is not { DType.IsInt: true, Shape: { IsSymbolic: false, Size: <= 64 } } x) return null;
        // Each has a size of its own, where no expression says what it has to do with others.
        var flat = x.Flatten();
        all = importer.Symbolic(x) ?? new Dim?[x.Numel];
        Dim?[] sizes = [.. all.Select((d, i) => d ?? (Operators.Movement.Part(flat, 0, i, i + 1) is { Node.Min: >= 0 } part ? importer.Size(part, long.MaxValue) : null))];
        return Array.Exists(sizes, d => d is null) ? null : [.. sizes.Select(d => d!.Value)];
    }

    /// <summary>The number of a tensor of one element.</summary>
    /// <exception cref="OnnxDataDependentException">As for <see cref="Integers(int)"/>.</exception>
    public double NumberOf(Tensor tensor) => HostNumbers.Floats(importer.Read(tensor, this, null), tensor.DType, 1)[0];

    static T One<T>(T[] numbers, int input) => numbers.Length == 1 ? numbers[0] : throw Bad($"input {input} has {numbers.Length} elements, not one");

    HostMemory Read(int input) => importer.Read(this[input], this, input);

    /// <summary>Sizes that data decide may be computed: the graph is built for the largest.</summary>
    public bool ComputesSizes => importer.ComputesSizes;

    /// <summary>The shape that the model declares for a result, null where it does not or not with numbers.</summary>
    public Shape? Declared(int output) => output < node.Outputs.Length ? frame.Declared(node.Outputs[output]) : null;

    /// <summary>The element type that the model declares for a result, float32 where it does not.</summary>
    public OnnxType DeclaredType(int output) => frame.DeclaredType(node.Outputs[output]) ?? OnnxType.Float32;

    // ---- attributes

    /// <summary>The attribute is given.</summary>
    public bool HasAttribute(string name) => frame.Attribute(node, name) is not null;

    /// <summary>An integer.</summary>
    public long Integer(string name, long otherwise) => Attribute<long>(name) is (true, var n) ? n : otherwise;

    /// <summary>An integer that must be given.</summary>
    public long Integer(string name) => Attribute<long>(name) is (true, var n) ? n : throw Missing(name);

    /// <summary>True for an integer that is not 0.</summary>
    public bool Flag(string name, bool otherwise = false) => Integer(name, otherwise ? 1 : 0) != 0;

    /// <summary>A float.</summary>
    public float Float(string name, float otherwise) => Attribute<float>(name) is (true, var n) ? n : otherwise;

    /// <summary>A text.</summary>
    public string Text(string name, string otherwise) => Attribute<string>(name) is (true, var n) ? n! : otherwise;

    /// <summary>A text that must be given.</summary>
    public string Text(string name) => Attribute<string>(name) is (true, var n) ? n! : throw Missing(name);

    /// <summary>Integers, or null.</summary>
    public long[]? Integers(string name) => Attribute<long[]>(name).Value;

    /// <summary>Floats, or null.</summary>
    public float[]? Floats(string name) => Attribute<float[]>(name).Value;

    /// <summary>Texts, or null.</summary>
    public string[]? Texts(string name) => Attribute<string[]>(name).Value;

    /// <summary>A tensor, or null.</summary>
    public OnnxTensor? Tensor(string name) => Attribute<OnnxTensor>(name).Value;

    /// <summary>The value of a tensor attribute, the same each time.</summary>
    public OnnxValue Constant(OnnxTensor tensor) => importer.Constant(tensor);

    /// <summary>An element type by its number.</summary>
    public OnnxType Type(string name, OnnxType otherwise)
    {
        var type = (OnnxType)Integer(name, (long)otherwise);
        return Enum.IsDefined(type) ? type : throw Bad($"attribute '{name}' names no element type: {(long)type}");
    }

    /// <summary>An axis, counted from the front.</summary>
    public int Axis(string name, int otherwise, int rank) => Axis(Integer(name, otherwise), rank);

    /// <summary>An axis counted from the front; negative ones count from the end.</summary>
    public static int Axis(long axis, int rank) => axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis) : throw Bad($"axis {axis} is out of range for rank {rank}");

    /// <summary>Axes counted from the front, each once; without any all.</summary>
    public static int[] Axes(long[]? axes, int rank)
    {
        int[] all = axes is null ? [.. Enumerable.Range(0, rank)] : [.. axes.Select(a => Axis(a, rank))];
        return all.Distinct().Count() == all.Length ? all : throw Bad($"an axis is named twice: [{string.Join(", ", axes!)}]");
    }

    (bool Given, T? Value) Attribute<T>(string name) => frame.Attribute(node, name) switch
    {
        null => (false, default),
        { Value: T value } => (true, value),
        // A list without elements may say nothing of its kind.
        { Value: null or Array { Length: 0 } } when typeof(T).IsArray => (true, (T)(object)Array.CreateInstance(typeof(T).GetElementType()!, 0)),
        { } other => throw Bad($"attribute '{name}' is {other.Value?.GetType().Name ?? "empty"}, not {typeof(T).Name}"),
    };

    // ---- results

    /// <summary>How many results are named, those left out in between included.</summary>
    public int Outputs => node.Outputs.Length;

    /// <summary>Somebody asks for the result.</summary>
    public bool Wants(int output) => output < node.Outputs.Length && node.Outputs[output].Length > 0;

    // ---- what is laid out

    /// <summary>Counts nodes that the operator makes of one: steps, rounds, parts.</summary>
    /// <exception cref="OnnxUnsupportedException">The graph becomes too large.</exception>
    public void LayOut(long nodes) => importer.LayOut(node, nodes);

    /// <summary>What <paramref name="run"/> gives, or null where its nodes do not fit these shapes: then what was noted of it is dropped.</summary>
    public IReadOnlyList<OnnxValue?>? IfItFits(Func<IReadOnlyList<OnnxValue?>> run, string what)
    {
        var noted = importer.Noted;
        try
        {
            return run();
        }
        catch (OnnxNodeException e)
        {
            importer.Forget(noted, $"{node}: {what} is not taken, as it does not fit: {e.Text}");
            return null;
        }
    }

    // ---- subgraphs

    /// <summary>Runs the subgraph of an attribute, which sees what is around the node.</summary>
    public IReadOnlyList<OnnxValue?> Run(string attribute, params IReadOnlyList<OnnxValue?> arguments) => importer.Run(Graph(attribute), frame, arguments);

    /// <summary>The subgraph of an attribute.</summary>
    public OnnxGraph Graph(string attribute) => Attribute<OnnxGraph>(attribute).Value ?? throw Missing(attribute);

    // ---- errors

    /// <summary>The node does not fit its inputs.</summary>
    public static ShapeException Bad(string what) => new(what);

    static ShapeException Missing(string attribute) => Bad($"attribute '{attribute}' is missing");
}
