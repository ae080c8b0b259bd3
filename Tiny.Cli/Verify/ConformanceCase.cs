using Tiny.Onnx;
using Tiny.Onnx.Model;

namespace Tiny.Cli.Verify;

/// <summary>A model with inputs and the outputs expected of them, in ONNX's own layout: model.onnx, and in test_data_set_K input_N.pb and output_N.pb.</summary>
/// <param name="Name">The folder's name.</param>
/// <param name="Group">The archive's name, or that of the folder around it.</param>
/// <param name="Flags">What the manifest says of it.</param>
/// <param name="Files">Its files.</param>
sealed record ConformanceCase(string Name, string Group, IReadOnlySet<string> Flags, ICaseFiles Files)
{
    /// <summary>How far a float may be off, relative to what is expected.</summary>
    public double Relative { get; init; } = 1e-3;
    /// <summary>How far a float may be off at all.</summary>
    public double Absolute { get; init; } = 1e-7;

    /// <summary>Its numbers are drawn, so that only element types and shapes are compared.</summary>
    public bool IsRandom => Flags.Contains("random");

    /// <summary>The model.</summary>
    public OnnxModel Model() => Files.Model();

    /// <summary>All data sets. An input without a file is an optional one left out.</summary>
    public IEnumerable<DataSet> DataSets(OnnxModel model)
    {
        for (int k = 0; ; k++)
        {
            string folder = $"test_data_set_{k}/";
            var inputs = new Dictionary<string, OnnxValue?>();
            var parameters = model.Graph.Parameters.ToList();
            for (int i = 0; i < parameters.Count; i++)
                inputs[parameters[i].Name] = Read($"{folder}input_{i}.pb", parameters[i]) ?? (Flags.Contains("generated_input") ? Generated(parameters[i]) : null);
            OnnxValue?[] outputs = [.. model.Graph.Outputs.Select((o, i) => Read($"{folder}output_{i}.pb", o))];
            if (outputs.All(o => o is null))
            {
                if (k == 0) throw new OnnxFormatException($"{Name}: there is no {folder}output_0.pb");
                yield break;
            }
            yield return new(inputs, outputs);
        }
    }

    OnnxValue? Read(string path, OnnxValueInfo declared) =>
        Files.Read(path) is { } bytes ? OnnxFile.ParseValue(bytes, declared.Type ?? new(OnnxKind.Tensor, OnnxType.Undefined)) : null;

    // arange(n) / n as float32.
    static OnnxValue Generated(OnnxValueInfo input)
    {
        int[] shape = [.. input.Type!.Dims!.Select(d => checked((int)d.Size!.Value))];
        int count = shape.Aggregate(1, (a, b) => checked(a * b));
        return Tensor.From([.. Enumerable.Range(0, count).Select(i => (float)i / count)], shape);
    }
}

/// <summary>Inputs by name, and what is expected of them; an expected value that is not given is not compared.</summary>
sealed record DataSet(IReadOnlyDictionary<string, OnnxValue?> Inputs, IReadOnlyList<OnnxValue?> Outputs);

/// <summary>Where a case's files are.</summary>
interface ICaseFiles
{
    /// <summary>Opens model.onnx.</summary>
    OnnxModel Model();
    /// <summary>The bytes of a file, or null.</summary>
    byte[]? Read(string path);
}
