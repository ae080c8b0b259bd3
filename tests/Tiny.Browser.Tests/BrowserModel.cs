using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>A bundle loaded in a page of its own.</summary>
public sealed class BrowserModel : IAsyncDisposable
{
    readonly TestPage _page;
    readonly string? _folder;

    BrowserModel(TestPage page, string? folder) => (_page, _folder) = (page, folder);

    /// <summary>Brings the model back to where it was after loading.</summary>
    public Task ResetAsync() => _page.RunAsync("model.reset(); return null;");

    /// <summary>The runtime's figures after loading.</summary>
    public Task<JsonElement> StatsAsync() => _page.RunAsync("return model.stats;");

    /// <summary>Loads the bundle that the server has below a path, once the page has run <paramref name="before"/>.</summary>
    public static async Task<BrowserModel> LoadAsync(string path, string? folder = null, string backend = "webgpu", string before = "")
    {
        var page = await TestBrowser.OpenAsync();
        await page.RunAsync($"{before} const {{ load }} = await import('{path}index.js'); globalThis.model = await load({{ backend: '{backend}' }}); return null;");
        return new(page, folder);
    }

    /// <summary>Captures methods of a model, writes them as a bundle into a folder of its own, and loads that.</summary>
    public static Task<BrowserModel> ExportAsync(string name, object model, params IReadOnlyList<MethodInfo> methods) =>
        ExportAsync(name, ProgramCapture.Capture(name, model, methods), "webgpu");

    /// <summary>Writes a program as a bundle into a folder of its own, and loads that on a backend.</summary>
    public static async Task<BrowserModel> ExportAsync(string name, Program program, string backend, Func<ScheduleProfile, Program>? scheduled = null)
    {
        string folder = Export(program, scheduled);
        TestBrowser.Server.Mount($"/{name}/", folder);
        return await LoadAsync($"/{name}/", folder, backend);
    }

    /// <summary>Writes methods of a model as a bundle into a new temporary folder, removed when all tests have run. Each backend has its own schedule.</summary>
    public static string Export(string name, object model, params IReadOnlyList<MethodInfo> methods) =>
        Export(ProgramCapture.Capture(name, model, methods, new WebGpuTarget().Schedule), profile => ProgramCapture.Capture(name, model, methods, profile));

    static string Export(Program program, Func<ScheduleProfile, Program>? scheduled = null)
    {
        string folder = TestBrowser.NewFolder();
        new WebGpuTarget().Export(program, new ExportContext(folder, folder) { Scheduled = scheduled });
        return folder;
    }

    /// <summary>Calls an entry point; gives its results' names, types and bytes.</summary>
    public Task<IReadOnlyList<(string Name, string Type, byte[] Bytes)>> RunAsync(string entry, params IEnumerable<(string Name, Tensor Value)> inputs) =>
        RunAsync(entry, new Dictionary<string, int>(), inputs);

    /// <summary>Calls an entry point with sizes.</summary>
    public async Task<IReadOnlyList<(string Name, string Type, byte[] Bytes)>> RunAsync(string entry, IReadOnlyDictionary<string, int> sizes,
        IEnumerable<(string Name, Tensor Value)> inputs)
    {
        var results = await _page.RunAsync("""
            const inputs = Object.fromEntries(argument.inputs.map(([name, type, text]) => [name, arrayOf(type, text)]));
            const outputs = await model[argument.entry]({ ...inputs, ...argument.sizes });
            return Object.entries(outputs).map(([name, array]) => [name, array.constructor.name, textOf(array)]);
            """,
            new { entry, sizes, inputs = inputs.Select(i => new[] { i.Name, TypeOf(i.Value.DType), Text(i.Value) }).ToArray() });
        Assert.That(_page.Complaints, Is.Empty);
        return [.. results.EnumerateArray().Select(r => (r[0].GetString()!, r[1].GetString()!, Convert.FromBase64String(r[2].GetString()!)))];
    }

    /// <summary>What a call complains of.</summary>
    public async Task<string> FailureAsync(string call) =>
        (await _page.RunAsync($"try {{ await {call}; return 'nothing'; }} catch (e) {{ return e.message; }}")).GetString()!;

    /// <summary>The only result of an entry point with one input, as floats.</summary>
    public async Task<float[]> FloatsAsync(string entry, string input, Tensor value)
    {
        var (_, type, bytes) = (await RunAsync(entry, (input, value))).Single();
        Assert.That(type, Is.EqualTo("Float32Array"));
        return Floats(bytes).ToArray();
    }

    /// <summary>Calls a captured method in the browser and by the interpreter, and compares every result.</summary>
    public Task CheckAsync(MethodInfo method, object model, Tensor[] arguments, double tolerance) =>
        CheckAsync(method, model, arguments, new Dictionary<string, int>(), tolerance);

    /// <summary>Calls a captured method with sizes in the browser and by the interpreter, and compares every result.</summary>
    public async Task CheckAsync(MethodInfo method, object model, object?[] arguments, IReadOnlyDictionary<string, int> sizes, double tolerance)
    {
        string entry = char.ToLowerInvariant(method.Name[0]) + method.Name[1..];
        var actual = await RunAsync(entry, sizes, Flat.Inputs(method, arguments));
        var expected = Flat.Results(method.Invoke(model, arguments));
        // Arguments that are written come out after the results.
        Assert.That(actual, Has.Count.GreaterThanOrEqualTo(expected.Length));
        for (int i = 0; i < expected.Length; i++)
        {
            var oracle = Interpreter.Evaluate(expected[i].Node).Copied();
            Assert.That(actual[i].Type, Is.EqualTo(TypeOf(expected[i].DType)).Or.EqualTo("Uint16Array"));
            if (expected[i].DType == DType.Float32)
            {
                Close.Check(Floats(actual[i].Bytes), Floats(oracle), tolerance, $"{entry}: {actual[i].Name}");
            }
            else
            {
                Assert.That(actual[i].Bytes, Is.EqualTo(oracle[..(expected[i].Numel * expected[i].DType.Size)].ToArray()), $"{entry}: {actual[i].Name}");
            }
        }
    }

    static ReadOnlySpan<float> Floats(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, float>(bytes);

    static string TypeOf(DType type) => type.Kind switch
    {
        ScalarKind.Int64 or ScalarKind.UInt64 => $"Big{(type.IsUnsigned ? "Uint" : "Int")}64Array",
        ScalarKind.BFloat16 => "Uint16Array",
        ScalarKind.Bool or ScalarKind.Float8E4M3 or ScalarKind.Float8E5M2 => "Uint8Array",
        _ => $"{(type.IsFloat ? "Float" : type.IsUnsigned ? "Uint" : "Int")}{type.Size * 8}Array",
    };

    static string Text(Tensor value) => Convert.ToBase64String(Interpreter.Evaluate(value.Node).Copied()[..(value.Numel * value.DType.Size)]);

    public async ValueTask DisposeAsync()
    {
        await _page.DisposeAsync();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }
}
