using Tiny.Formats;

namespace Tiny.Nn;

/// <summary>Models into files, under the names of <see cref="StateDict"/>. A file appears whole or not at all.</summary>
public static class Saving
{
    /// <summary>
    /// Writes all tensors of a model (and of whatever else is below the object, an optimizer for example) into a safetensors file. The same tensors give
    /// the same bytes. A tensor under several names (tied weights) is written once, under the first.
    /// </summary>
    /// <param name="model">Any object with public tensors or layers.</param>
    /// <param name="path">The file.</param>
    /// <param name="metadata">Names and texts of your own.</param>
    /// <exception cref="WeightsException">The file cannot be written.</exception>
    public static void SaveSafetensors(this object model, string path, IReadOnlyDictionary<string, string>? metadata = null) =>
        Safetensors.Write(path, Once(model), metadata);

    /// <summary>Writes all tensors of a model into a folder, one .npy file for each, named by its path: <c>blocks.0.weight.npy</c>. Files of that name
    /// are replaced, others stay.</summary>
    /// <exception cref="WeightsException">A file cannot be written.</exception>
    public static void SaveNpy(this object model, string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var tensors = Once(model);
        Tensor.Realize([.. tensors.Select(t => t.Value)]);
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var (name, tensor) in tensors)
            {
                string path = Path.Combine(folder, name + ".npy"), part = $"{path}.{Environment.ProcessId}.part";
                Npy.Write(part, tensor);
                File.Move(part, path, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new WeightsException($"{folder}: {e.Message}", e);
        }
    }

    static List<KeyValuePair<string, Tensor>> Once(object model) => [.. StateDict.Of(model).DistinctBy(t => t.Value)];
}
