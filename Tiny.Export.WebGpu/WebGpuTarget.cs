using Tiny.Export.WebGpu;
using Tiny.Jit;
using Tiny.Render;
using Tiny.Schedule;

namespace Tiny;

/// <summary>
/// Writes a program as a browser bundle: a JavaScript module, WGSL, WebAssembly, a safetensors file and a page to try it. It needs no package and
/// no build step, and runs on WebGPU's default limits under the content-security-policy <c>script-src 'self'</c>, to which WebAssembly
/// adds <c>'wasm-unsafe-eval'</c>.
/// </summary>
public sealed class WebGpuTarget : ExportTarget
{
    /// <inheritdoc/>
    public override string Name => "webgpu";

    /// <inheritdoc/>
    public override ScheduleProfile Schedule { get; } = ScheduleProfile.Of(WgslRenderer.Profile);

    /// <summary>The most bytes of one GPU buffer: WebGPU's default unless a test asks for less.</summary>
    internal long BufferLimit { get; init; } = BundlePlan.BufferLimit;
    /// <summary>The most bytes that a kernel may be given of one buffer: what any device may offer unless a test asks for less.</summary>
    internal long MostBinding { get; init; } = BundlePlan.MostBinding;

    /// <inheritdoc/>
    /// <exception cref="TargetException">The program has something that WebGPU cannot take; the message names it.</exception>
    public override void Export(Program program, ExportContext context)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(context);
        string Path(string file) => System.IO.Path.Combine(context.Directory, file);

        var own = context.Scheduled?.Invoke(ScheduleProfile.Of(WasmModule.Profile)) ?? program;
        if (context.Float64 == ScalarKind.Float32) (program, own) = (NarrowFloat64.Of(program), NarrowFloat64.Of(own));
        var wasm = WasmProgram.Of(own, context.Float64, context.Tuning, context.Cancellation);
        var constants = wasm is null ? [] : WasmConstants.Of(program, own);
        var plan = BundlePlan.Of(program, constants.Select(c => c.Source).Where(c => !program.Buffers.Contains(c)), BufferLimit, MostBinding);
        program = plan.Program;
        KernelModules Modules(WgslFeatures features) =>
            KernelModules.Render(program, WgslRenderer.ProfileFor(features) with { Float64 = context.Float64, PlainLoops = context.PlainLoops }, context.Tuning, context.Cancellation);
        var modules = Modules(WgslFeatures.None);
        var weights = WeightsFile.Write(Path(plan.WeightsName), plan, context.Cancellation);
        var header = new FileHeader(program.Name, weights.Sha256);
        // For graphics cards, and for those that have subgroups where that makes a difference.
        var groups = Modules(WgslFeatures.Groups);
        var subgroups = Modules(WgslFeatures.Groups | WgslFeatures.Subgroups);
        var others = new Dictionary<string, string>();
        if (groups.WriteOthers(modules, header) is { } text) others["groups"] = text;
        if (!subgroups.All.Select(m => m.Code).SequenceEqual(groups.All.Select(m => m.Code)) && subgroups.WriteOthers(modules, header) is { } more) others["subgroups"] = more;

        var files = new List<(string Name, string Text)>([
            ("index.js", IndexModule.Write(program, plan, modules, others.Keys, wasm, constants, weights, header)),
            ("index.d.ts", Declarations.Write(program, header)),
            ($"{program.Name}.wgsl.js", modules.Write(header)),
            ("tiny.js", header.Script(WebFiles.Runtime())),
            ("package.json", PackageJson.Write(program.Name, header)),
        ]);
        foreach (var (kind, content) in others) files.Add((IndexModule.OthersName(program, kind), content));
        if (context.Page is null)
        {
            files.Add(("index.html", header.Html(WebFiles.Read("page.html"))));
            files.Add(("index-page.js", header.Script(WebFiles.Read("page.js"))));
            files.Add(("index-page.css", header.Style(WebFiles.Read("page.css"))));
        }
        if (wasm is not null)
        {
            File.WriteAllBytes(Path(WasmProgram.PlainName(program)), wasm.Module);
            File.WriteAllBytes(Path(WasmProgram.RelaxedName(program)), wasm.Relaxed);
        }
        foreach (var (name, content) in files) File.WriteAllText(Path(name), content);
        if (context.Page is { } page) OwnPage.Copy(page, context);
    }
}
