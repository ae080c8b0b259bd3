using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tiny.Optimize;

/// <summary>
/// A <see cref="Tuning"/> as JSON for people to read and review: sorted, a line a fact, no paths and no dates. The same entries give the same bytes.
/// </summary>
public static class TuningFile
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int Version = 1;
    /// <summary>What a model's file is called beside it: this in the place of its extension.</summary>
    public const string Extension = ".tune.json";

    const int MostBytes = 64 << 20, KeyDigits = 16, Deepest = 8;

    /// <summary>The file that lies beside a model.</summary>
    public static string Beside(string model) => Path.ChangeExtension(model, null) + Extension;

    /// <summary>Reads a file.</summary>
    /// <exception cref="TuningException">It is no such file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Tuning Read(string path)
    {
        if (Directory.Exists(path)) throw new TuningException($"{path}: it is a folder; name the file");
        if (!File.Exists(path)) throw new TuningException($"{path}: there is no such file");
        if (new FileInfo(path).Length > MostBytes) throw new TuningException($"{path}: it is too long for the result of tuning");
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <summary>Reads JSON; <paramref name="source"/> is named in messages.</summary>
    /// <exception cref="TuningException">It is no result of tuning.</exception>
    public static Tuning Parse(ReadOnlyMemory<byte> json, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Deepest });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("version", out var version)) throw new FormatException("it is no result of 'tiny tune': it has no version");
            if (version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out int number) || number != Version)
                throw new FormatException($"its version is {version}; this Tiny reads version {Version}: tune again");
            if (!root.TryGetProperty("kernels", out var kernels) || kernels.ValueKind != JsonValueKind.Array) throw new FormatException("it has no list of kernels");
            return new Tuning(source, [.. kernels.EnumerateArray().Select(Entry)]);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new TuningException($"{source}: {e.Message}", e);
        }
    }

    static TunedKernel Entry(JsonElement element, int index)
    {
        try
        {
            if (element.ValueKind != JsonValueKind.Object) throw new FormatException("it is no object");
            string key = Text("key");
            if (key.Length != KeyDigits || !key.All(char.IsAsciiHexDigitLower)) throw new FormatException($"'{key}' is no key");
            return new(Text("profile"), key, Text("kernel"), Text("loops"), OptText.Parse(Text("choices")), OptText.Parse(Text("instead")), Number("before_us"), Number("after_us"), Text("machine"));
        }
        catch (FormatException e)
        {
            throw new FormatException($"kernels[{index}]: {e.Message}", e);
        }

        JsonElement Field(string name, JsonValueKind kind) => element.TryGetProperty(name, out var value) && value.ValueKind == kind ? value
            : throw new FormatException($"'{name}' is missing, or no {(kind == JsonValueKind.String ? "text" : "number")}");
        string Text(string name) => Field(name, JsonValueKind.String).GetString()!;
        double Number(string name) => Field(name, JsonValueKind.Number).TryGetDouble(out double n) && double.IsFinite(n) && n >= 0 ? n : throw new FormatException($"'{name}' is no time");
    }

    /// <summary>Writes entries.</summary>
    public static void Write(Stream to, IEnumerable<TunedKernel> entries)
    {
        using var writer = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        writer.WriteStartArray("kernels");
        foreach (var e in new Tuning("", entries).Entries)
        {
            writer.WriteStartObject();
            writer.WriteString("kernel", e.Name);
            writer.WriteString("loops", e.Loops);
            writer.WriteString("profile", e.Profile);
            writer.WriteString("key", e.Key);
            writer.WriteString("choices", OptText.Of(e.Choices));
            writer.WriteString("instead", OptText.Of(e.Instead));
            Time("before_us", e.Before);
            Time("after_us", e.After);
            writer.WriteString("machine", e.Machine);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        to.WriteByte((byte)'\n');

        void Time(string name, double microseconds)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(microseconds.ToString("0.##", CultureInfo.InvariantCulture));
        }
    }
}
