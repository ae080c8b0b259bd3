using Tiny.Cli.Verify;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Tests.Operators;

/// <summary>
/// A case of one node, as the conformance suite has them, in memory: the file is written, read and verified like any other. Inputs and outputs that are null are left out;
/// all are declared with their shapes.
/// </summary>
sealed record OperatorCase(string Name, string Operator, long Opset, CaseData?[] Inputs, CaseData?[] Outputs)
{
    public string Domain { get; init; } = "";
    /// <summary>long, float, string, arrays of them, and tensors.</summary>
    public (string Name, object Value)[] Attributes { get; init; } = [];
    public double Relative { get; init; } = 1e-4;
    public double Absolute { get; init; } = 2e-6;
    /// <summary>These inputs are in the file, as constants.</summary>
    public int[] Constants { get; init; } = [];
    public string[] Flags { get; init; } = [];
    /// <summary>It works on the host: its program would hold nothing but constants.</summary>
    public bool OnHost { get; init; } = Inputs.Concat(Outputs).Any(v => v?.Texts is not null);

    public override string ToString() => Name;

    public ConformanceCase ToConformanceCase() => new(Name, "own", Flags.ToHashSet(), new Files(this)) { Relative = Relative, Absolute = Absolute };

    byte[] Model()
    {
        string[] inputs = [.. Inputs.Select((v, i) => v is null ? "" : $"in{i}")], outputs = [.. Outputs.Select((v, i) => v is null ? "" : $"out{i}")];
        var node = Proto.Node(Operator, inputs, outputs, [.. Attributes.Select(a => Attribute(a.Name, a.Value))]);
        if (Domain.Length > 0) node.Text(7, Domain);
        var graph = new Proto().Message(1, node).Text(2, Name);
        for (int i = 0; i < inputs.Length; i++)
            if (Inputs[i] is { } v)
                if (Constants.Contains(i)) graph.Message(5, v.Message(inputs[i]));
                else graph.Message(11, Proto.Value(inputs[i], v.Type, v.Dims));
        for (int i = 0; i < outputs.Length; i++)
            if (Outputs[i] is { } v) graph.Message(12, Proto.Value(outputs[i], v.Type, v.Dims));
        var model = new Proto().Number(1, 10).Message(7, graph).Message(8, new Proto().Text(1, Domain).Number(2, Opset));
        return model.Bytes;
    }

    static Proto Attribute(string name, object value) => value switch
    {
        long n => Proto.Integer(name, n),
        int n => Proto.Integer(name, n),
        float f => Proto.Attribute(name, 1, p => p.Float(2, f)),
        string s => Proto.Attribute(name, 3, p => p.Text(4, s)),
        CaseData t => Proto.Attribute(name, 4, p => p.Message(5, t.Message(name))),
        float[] all => Proto.Attribute(name, 6, p => all.Aggregate(p, (q, f) => q.Float(7, f))),
        long[] all => Proto.Attribute(name, 7, p => all.Aggregate(p, (q, n) => q.Number(8, n))),
        string[] all => Proto.Attribute(name, 8, p => all.Aggregate(p, (q, s) => q.Text(9, s))),
        _ => throw new ArgumentException(value.GetType().Name),
    };

    sealed class Files(OperatorCase test) : ICaseFiles
    {
        public OnnxModel Model() => OnnxFile.Parse(test.Model());

        public byte[]? Read(string path)
        {
            if (!path.StartsWith("test_data_set_0/", StringComparison.Ordinal)) return null;
            bool input = path.Contains("input_", StringComparison.Ordinal);
            // Files are numbered among those that are there.
            var all = (input ? test.Inputs.Where((_, i) => !test.Constants.Contains(i)) : test.Outputs).OfType<CaseData>().ToList();
            int at = int.Parse(path[(path.LastIndexOf('_') + 1)..^3], System.Globalization.CultureInfo.InvariantCulture);
            return at < all.Count ? all[at].Message("").Bytes : null;
        }
    }
}
