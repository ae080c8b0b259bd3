using System.Text;
using System.Text.Json;

namespace Tiny.Export.WebGpu;

/// <summary>Writes <c>package.json</c>, so that bundlers and editors find the module and its types.</summary>
internal static class PackageJson
{
    static readonly JsonWriterOptions s_options = new() { Indented = true, NewLine = "\n" };

    public static string Write(string model, FileHeader header)
    {
        using var json = new MemoryStream();
        using (var w = new Utf8JsonWriter(json, s_options))
        {
            w.WriteStartObject();
            w.WriteString("name", model);
            w.WriteString("version", FileHeader.Version);
            w.WriteString("description", $"{model}, compiled by Tiny {FileHeader.Version} for WebGPU and WebAssembly");
            w.WriteString("license", "MIT-0");
            w.WriteString("type", "module");
            w.WriteString("types", "./index.d.ts");
            w.WriteStartObject("exports");
            w.WriteStartObject(".");
            w.WriteString("types", "./index.d.ts");
            w.WriteString("default", "./index.js");
            w.WriteEndObject();
            w.WriteEndObject();
            w.WriteBoolean("sideEffects", false);
            w.WriteStartObject("tiny");
            w.WriteString("version", FileHeader.Version);
            w.WriteString("weights", header.WeightsSha256);
            w.WriteEndObject();
            w.WriteEndObject();
        }
        return Encoding.UTF8.GetString(json.ToArray()) + "\n";
    }
}
