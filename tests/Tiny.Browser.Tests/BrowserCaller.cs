using System.Runtime.InteropServices;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>Calls an exported model in a page. Tensors are typed arrays that the page keeps, and are given back as they are.</summary>
sealed class BrowserCaller : ExportCaller
{
    readonly TestPage _page;
    readonly int _instance;

    BrowserCaller(Program program, TestPage page, int instance, List<float[]>? readings) : base(program, readings) => (_page, _instance) = (page, instance);

    /// <summary>Loads the bundle of a program into a page, for callers one after another.</summary>
    public static async Task<TestPage> OpenAsync(Program program, string path, string backend)
    {
        string folder = TestBrowser.NewFolder();
        new WebGpuTarget().Export(program, new ExportContext(folder, folder));
        TestBrowser.Server.Mount(path, folder);
        var page = await TestBrowser.OpenAsync();
        await page.RunAsync($"const {{ load }} = await import('{path}index.js'); globalThis.load = () => load({{ backend: '{backend}' }}); globalThis.models = [await globalThis.load()]; return null;");
        return page;
    }

    /// <summary>A caller that begins anew.</summary>
    public static async Task<BrowserCaller> BeginAsync(Program program, TestPage page)
    {
        await page.RunAsync("models[0].reset(); globalThis.kept = []; return null;");
        return new(program, page, 0, null);
    }

    public override async Task<Held> GiveAsync(Tensor value)
    {
        var bytes = Interpreter.Evaluate(value.Node).Copied()[..(value.Numel * value.DType.Size)];
        return new(await KeepAsync("arrayOf('Float32Array', argument)", Convert.ToBase64String(bytes)), value.Shape);
    }

    public override Held Part(Held of, int start, params int[] shape)
    {
        var part = new Held(0, new Shape(shape));
        part.Place = new Lazy<Task<int>>(() => KeepAsync("kept[argument.of].subarray(argument.start, argument.end)", new { of = (int)of.Place, start, end = start + part.Shape.Numel }));
        return part;
    }

    public override async Task<Caller> AnotherAsync()
    {
        var instance = await _page.RunAsync("models.push(await load()); return models.length - 1;");
        return new BrowserCaller(Program, _page, instance.GetInt32(), Readings);
    }

    protected override async Task<float[]> ElementsAsync(Held held)
    {
        var text = await _page.RunAsync("return textOf(kept[argument]);", await PlaceAsync(held));
        return MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(text.GetString()!)).ToArray();
    }

    protected override async Task RunAsync(EntryPoint entry, Held[] inputs, Held[] outputs, IReadOnlyDictionary<string, int> sizes)
    {
        var places = new List<int>();
        foreach (var input in inputs) places.Add(await PlaceAsync(input));
        // Those that the length of an array tells need not be given.
        var told = entry.Inputs.SelectMany(p => Program.Buffers[p.Buffer].Shape.Variables).Select(v => v.Name);
        var result = await _page.RunAsync("""
            const inputs = Object.fromEntries(argument.names.map((name, i) => [name, kept[argument.places[i]]]));
            const outputs = await models[argument.instance][argument.entry]({ ...inputs, ...argument.sizes });
            return argument.outputs.map((name) => kept.push(outputs[name]) - 1);
            """,
            new
            {
                instance = _instance, entry = entry.Name, names = entry.Inputs.Select(p => p.Name).ToArray(), places = places.ToArray(),
                outputs = entry.Outputs.Select(p => p.Name).ToArray(), sizes = sizes.Where(s => !told.Contains(s.Key)).ToDictionary(),
            });
        Assert.That(_page.Complaints, Is.Empty);
        for (int i = 0; i < outputs.Length; i++) outputs[i].Place = result[i].GetInt32();
    }

    async Task<int> KeepAsync(string array, object argument) => (await _page.RunAsync($"return kept.push({array}) - 1;", argument)).GetInt32();

    // A part is made when it is needed.
    static async Task<int> PlaceAsync(Held held) => held.Place is Lazy<Task<int>> part ? await part.Value : (int)held.Place;

    public override async ValueTask DisposeAsync()
    {
        if (_instance > 0) await _page.RunAsync("models[argument].dispose(); return null;", _instance);
    }
}
