using Tiny;
using Tiny.Formats;

namespace TrainDigitsSample;

/// <summary>Checkpoint files name the settings of the training that they belong to.</summary>
public static class Checkpoint
{
    /// <summary>Fails unless a file was written with the same settings.</summary>
    /// <exception cref="WeightsException">It is of another training.</exception>
    public static void Check(string path, IReadOnlyDictionary<string, string> settings)
    {
        var given = SafetensorsFile.Open(path).Metadata;
        foreach (var (name, value) in settings)
            if (given.GetValueOrDefault(name) is var other && other != value)
                throw new WeightsException($"{path}: it is of a training with {name} {other ?? "unknown"}, this one has {value}");
    }
}
