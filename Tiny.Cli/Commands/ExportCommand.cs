using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Tiny.Cli.Export;
using Tiny.Cli.Models;
using Tiny.Jit;
using Tiny.Onnx;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Cli.Commands;

/// <summary><c>tiny export MODEL.onnx --target c,webgpu --out DIR</c>: writes a model as programs.</summary>
static class ExportCommand
{
    static readonly ExportTarget[] s_targets = [new CTarget(), new WebGpuTarget()];

    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "an ONNX model" };
        var target = new Option<string>("--target") { HelpName = "NAMES", Description = $"what to write: {string.Join(", ", s_targets.Select(t => t.Name))}; several with commas", Required = true };
        var folder = new Option<string>("--out") { HelpName = "DIR", Description = "the folder to write to; each target has a folder of its name in it", Required = true };
        var name = new Option<string>("--name") { HelpName = "NAME", Description = "the program's name; without it that of the file" };
        var float64 = new Option<string>("--f64") { HelpName = "f64|f32", Description = "what float64 is on a target that has none: f64 (an error) or f32 (computed and stored so)", DefaultValueFactory = _ => "f64" };
        var page = new Option<string>("--page") { HelpName = "FILE", Description = "a page of your own in the place of the bundle's; files beside it that share its stem come along" };
        var opt = new Option<string[]>("--opt") { HelpName = "NAME[=VALUE]", Description = $"how kernels are made; may be repeated. {OptSettings.Help}" };
        var tune = new TuneOptions();
        var settings = new ModelOptions();
        var memory = new MemoryOption();
        var command = new Command("export", "Writes an ONNX model as a C program or a browser bundle. It has one entry point, 'forward'.") { model, target, folder, name, float64, page, opt };
        tune.AddTo(command);
        settings.AddTo(command);
        memory.AddTo(command);
        command.SetWork((p, cancellation) =>
        {
            memory.Apply(p);
            IReadOnlyList<ExportTarget> targets = OptionValue.Some("--target", p.GetValue(target)!, [.. s_targets.Select(t => t.Name)]).Select(name => s_targets.First(t => t.Name == name)).ToArray();
            string to = OptionValue.Path("--out", p.GetValue(folder));
            var program = p.GetValue(name) ?? SafeNames.Program(p.GetValue(model)!);
            if (!SafeNames.IsProgram(program)) throw new CommandException($"--name {program}: write lower-case letters, digits and single underscores, beginning with a letter");
            var narrow = p.GetValue(float64) switch
            {
                "f64" => ScalarKind.Float64,
                "f32" => ScalarKind.Float32,
                var other => throw new CommandException($"--f64 {other}: write f64 or f32"),
            };
            if (p.GetValue(page) is { } own && (!File.Exists(own) || targets.All(t => t is not WebGpuTarget)))
                throw new CommandException(File.Exists(own) ? $"--page {own}: pages are for the target webgpu" : $"--page {own}: there is no such file");
            var context = new ExportContext("", Environment.CurrentDirectory) { Float64 = narrow, Page = p.GetValue(page), Cancellation = cancellation, Tuning = tune.Of(p, p.GetValue(model)!) };
            (targets, context) = OptSettings.Apply(p.GetValue(opt) ?? [], targets, context);
            return Run(OptionValue.Path("model", p.GetValue(model)), targets, to, program, settings.Of(p), context, p.InvocationConfiguration);
        });
        return command;
    }

    static int Run(string path, IReadOnlyList<ExportTarget> targets, string folder, string name, ModelSettings settings, ExportContext context, InvocationConfiguration streams)
    {
        var output = streams.Output;
        var report = Progress.Run(output, progress =>
        {
            var step = progress.Step;
            var watch = Stopwatch.StartNew();
            step($"reading {path}");
            var model = OnnxFile.Open(path);
            var source = ModelProgram.Of(model, settings);
            step("building the graph");
            var capture = source.Capture();
            context.Cancellation.ThrowIfCancellationRequested();
            var lines = new ExportReport(path, name, context.Float64 == ScalarKind.Float32 ? [.. targets.OfType<WebGpuTarget>().Select(t => t.Name)] : []);
            Program? program = null;
            ScheduleProfile? schedule = null;
            using var place = new ExportFolder(folder);
            foreach (var target in targets)
            {
                step($"compiling for {target.Name}");
                if (program is null || schedule != target.Schedule)
                    program = ProgramCapture.Of(name, [(source.Entry, capture)], schedule = target.Schedule);
                context.Cancellation.ThrowIfCancellationRequested();
                var staged = place.Stage(target.Name);
                step($"writing {target.Name}");
                target.Export(program, context with
                {
                    Directory = staged,
                    Page = target is WebGpuTarget ? context.Page : null,
                    Scheduled = profile => profile == schedule ? program : ProgramCapture.Of(name, [(source.Entry, capture)], profile),
                });
                if (lines.IsEmpty) lines.Ports(program, source);
                lines.Target(program, Path.Combine(folder, target.Name), staged);
            }
            context.Cancellation.ThrowIfCancellationRequested();
            place.Commit();
            if (context.Tuning is { } tuning) lines.Tuned(tuning);
            return lines.Done(watch.Elapsed);
        });
        foreach (var line in report) output.WriteLine(Terminal.Safe(line));
        if (context.Tuning is { Unused: > 0 } tuning) streams.Error.WriteLine(Terminal.Safe($"tiny: warning: {tuning.UnusedText}"));
        return ExitCode.Success;
    }
}
