using System.Text.Json;
using Tiny.Formats;

namespace Tiny.Tests;

/// <summary>A model's reference result: named inputs and the outputs expected of them.</summary>
sealed record ReferenceCase(string Name, IReadOnlyDictionary<string, Tensor> Inputs, IReadOnlyDictionary<string, Tensor> Outputs)
{
    /// <summary>The only input.</summary>
    public Tensor Input => Inputs.Values.Single();
    /// <summary>The only output.</summary>
    public Tensor Output => Outputs.Values.Single();

    /// <summary>Reads the case in a folder with meta.json.</summary>
    public static ReferenceCase Read(string folder)
    {
        using var meta = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "meta.json")));
        return new(Path.GetFileName(folder), Values("inputs"), Values("outputs"));

        Dictionary<string, Tensor> Values(string group) => meta.RootElement.GetProperty(group).EnumerateObject()
            .ToDictionary(p => p.Name, p => Npy.Read(Path.Combine(folder, p.Value.GetProperty("file").GetString()!)));
    }

    /// <summary>All cases of a model in the shared data.</summary>
    public static IReadOnlyList<ReferenceCase> All(string model) =>
        [.. Directory.GetDirectories(Needs.Shared($"models/{model}/ref")).Order(StringComparer.Ordinal).Select(Read)];
}
