using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Tiny.Cli.Measuring;
using Tiny.Cli.Models;
using Tiny.Jit;
using Tiny.Lower;
using Tiny.Onnx;
using Tiny.Optimize;
using Tiny.Optimize.Search;

namespace Tiny.Cli.Commands;

/// <summary><c>tiny tune MODEL.onnx</c>: searches for faster kernels by measuring them, and stores what it finds.</summary>
static class TuneCommand
{
    const int DefaultSeconds = 60;

    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "an ONNX model" };
        var target = new Option<string>("--target") { HelpName = "NAME", Description = $"what kernels are searched for: {string.Join(", ", TuneTarget.All.Select(t => t.Name))}", DefaultValueFactory = _ => "c" };
        var file = new Option<string>("--out") { HelpName = "FILE", Description = $"the file to write to, and to go on from; without it MODEL{TuningFile.Extension} beside the model" };
        var seconds = new Option<double>("--seconds") { HelpName = "N", Description = "how long to search at most", DefaultValueFactory = _ => DefaultSeconds };
        var kernels = new Option<string>("--kernels") { HelpName = "WORD", Description = "only kernels with this in their names" };
        var settings = new ModelOptions();
        var memory = new MemoryOption();
        var command = new Command("tune", "Searches for faster kernels of a model by measuring them on this machine. 'tiny export' uses what it finds.") { model, target, file, seconds, kernels };
        settings.AddTo(command);
        memory.AddTo(command);
        command.SetWork((p, cancellation) =>
        {
            memory.Apply(p);
            string path = OptionValue.Path("model", p.GetValue(model)), name = OptionValue.One("--target", p.GetValue(target)!, [.. TuneTarget.All.Select(t => t.Name)]);
            string to = p.GetValue(file) is { } given ? OptionValue.Path("--out", given) : TuningFile.Beside(path);
            if (p.GetValue(seconds) is not (> 0 and < 1e6) and var time) throw new CommandException(string.Create(CultureInfo.InvariantCulture, $"--seconds {time}: write how many seconds to search"));
            var request = new Request(path, TuneTarget.All.First(t => t.Name == name), to, p.GetValue(seconds), p.GetValue(kernels), settings.Of(p));
            return Run(request, p.InvocationConfiguration.Output, cancellation);
        });
        return command;
    }

    sealed record Request(string Model, TuneTarget Target, string File, double Seconds, string? Kernels, ModelSettings Settings);

    static int Run(Request request, TextWriter output, CancellationToken cancellation)
    {
        var report = Progress.Run(output, progress =>
        {
            var watch = Stopwatch.StartNew();
            // What cannot be read now is not overwritten later.
            var earlier = File.Exists(request.File) ? TuningFile.Read(request.File) : new Tuning(request.File, []);
            progress.Step($"reading {request.Model}");
            var source = ModelProgram.Of(OnnxFile.Open(request.Model), request.Settings);
            progress.Step("building the graph");
            var program = ProgramCapture.Of("tuned", [(source.Entry, source.Capture())], request.Target.Schedule());
            cancellation.ThrowIfCancellationRequested();
            var levels = request.Target.Open(cancellation);
            var jobs = Jobs(program, levels, request.Kernels);
            using var file = new NewFile(request.File);
            var search = new ProgramSearch();
            try
            {
                search.Run(jobs, job => earlier.Entries.FirstOrDefault(e => e.Key == job.Kernel.Key && e.Profile == job.Profile.Name)?.Choices, progress.Step,
                    () =>
                    {
                        cancellation.ThrowIfCancellationRequested();
                        return watch.Elapsed.TotalSeconds >= request.Seconds;
                    });
            }
            catch (OperationCanceledException)
            {
                // What was found until then is written.
            }
            var found = search.Found(levels[0].Machine);
            TuningFile.Write(file.Stream, [.. found, .. Kept(earlier, program, levels, search)]);
            file.Commit();
            return Lines(search, found, levels, request.File, watch.Elapsed).ToList();
        });
        foreach (var line in report) output.WriteLine(Terminal.Safe(line));
        cancellation.ThrowIfCancellationRequested();
        return ExitCode.Success;
    }

    // Levels one after another: each kernel that the target takes, once.
    static List<SearchJob> Jobs(Program program, IReadOnlyList<TuneLevel> levels, string? word)
    {
        var calls = program.Entries.SelectMany(e => e.Calls).CountBy(c => c.Kernel).ToDictionary();
        var kernels = Enumerable.Range(0, program.Kernels.Length).Where(k => calls.ContainsKey(k) && (word is null || program.Kernels[k].Name.Contains(word, StringComparison.Ordinal)))
            .DistinctBy(k => program.Kernels[k].Key).ToList();
        if (kernels.Count == 0) throw new CommandException($"--kernels {word}: no kernel has this in its name; there are: {string.Join(", ", program.Kernels.Select(k => k.Name))}");
        return [.. levels.SelectMany(level => kernels.Where(k => Takes(program.Kernels[k], level.Profile))
            .Select(k => new SearchJob(program.Kernels[k], level.Profile, calls[k], level.Weight, level.Measurer(() => new KernelMemory(program, k)))))];
    }

    static bool Takes(Kernel kernel, TargetProfile profile)
    {
        try
        {
            kernel.Copy().Lower(profile);
            return true;
        }
        catch (TargetException)
        {
            return false;
        }
    }

    // What was not measured now: of other targets, and of kernels that this program still has.
    static IEnumerable<TunedKernel> Kept(Tuning earlier, Program program, IReadOnlyList<TuneLevel> levels, ProgramSearch search) => earlier.Entries.Where(e =>
        levels.All(l => l.Profile.Name != e.Profile) || program.Kernels.Any(k => k.Key == e.Key) && !search.HasMeasured(e.Key, e.Profile));

    static IEnumerable<string> Lines(ProgramSearch search, IReadOnlyList<TunedKernel> found, IReadOnlyList<TuneLevel> levels, string file, TimeSpan time)
    {
        foreach (var e in found.OrderByDescending(e => e.Before - e.After))
            yield return string.Create(CultureInfo.InvariantCulture, $"{"faster",-8} {e.Name} ({e.Loops}) for {e.Profile}: {e.Before:0.#} us, now {e.After:0.#} us: {OptText.Of(e.Choices)}");
        foreach (var level in levels)
            if (search.Times(level.Profile.Name) is { Before: > 0 } total)
                yield return string.Create(CultureInfo.InvariantCulture, $"{"all",-8} {total.Measured} of {total.Kernels} kernels for {level.Profile.Name}: {total.Before * 1e3:0.###} ms, now {total.After * 1e3:0.###} ms");
        yield return string.Create(CultureInfo.InvariantCulture, $"{"done",-8} {file}: {found.Count} kernels are faster, of {search.Kernels}; {search.Measured} candidates, in {time.TotalSeconds:0.0} s");
    }
}
