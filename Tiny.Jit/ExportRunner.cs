using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Tiny.Formats;
using Tiny.Schedule;

namespace Tiny.Jit;

/// <summary>
/// Exports the captured methods of an application. The build's export host calls it by reflection, in a process of its own, from
/// the application's own copy of this assembly: the Tiny that captures is the Tiny that exports.
/// </summary>
public static class ExportRunner
{
    // What the build makes a warning of, as it says itself.
    const string Warning = "warning: ";

    // Capture and lowering are iterative; a model's constructor and its graph building may be deep.
    const int StackBytes = 64 << 20;

    /// <summary>
    /// Runs one export. Arguments have the form <c>name=value</c>: <c>id</c> (of the project among those that share a folder), <c>assembly</c>, <c>project</c> (its directory), <c>output</c> (the folder
    /// of all exports) and three files to write: <c>list</c> names what was exported, relative to <c>output</c>; <c>reads</c> names the weights
    /// that were read; <c>result</c> has messages for the build's log, or the error in MSBuild's form. <c>float64=float32</c> is
    /// <see cref="ExportContext.Float64"/>; <c>tune</c> names choices that a search has found (<see cref="ExportContext.Tuning"/>).
    /// </summary>
    /// <returns>0, or 1 after an error.</returns>
    public static int Run(string[] args)
    {
        var options = ExportRunnerOptions.Parse(args);
        int code = 1;
        var thread = new Thread(() => code = RunHere(options), StackBytes);
        thread.Start();
        thread.Join();
        return code;
    }

    static int RunHere(ExportRunnerOptions options)
    {
        try
        {
            // A model that formats or parses numbers must give the same export on every machine.
            CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
            Environment.CurrentDirectory = options.Project;
            Console.SetIn(TextReader.Null);
            var reads = new ConcurrentDictionary<string, bool>();
            MappedFile.Opened += path => reads[path] = true;
            var messages = Export(options);
            WriteLines(options.Reads, reads.Keys.Order(StringComparer.Ordinal));
            WriteLines(options.Result, messages);
            return 0;
        }
        catch (Exception e)
        {
            WriteLines(options.Result, [ExportRunnerErrors.Line(e, options)]);
            return 1;
        }
        finally
        {
            Console.Out.Flush();
        }
    }

    static List<string> Export(ExportRunnerOptions options)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(options.List)!);
        using var swap = new ExportRunnerSwap(options);
        var assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(options.Assembly);
        var units = ExportRunnerPlan.Of(assembly);
        var models = new Dictionary<(Type, MethodInfo?, string), object>();
        var programs = new List<(ExportUnit Unit, ScheduleProfile Schedule, Program Program)>();
        var messages = new List<string>();
        var tunings = new ExportRunnerTuning(options);
        foreach (var unit in units)
        {
            var clock = Stopwatch.StartNew();
            try
            {
                // What one program writes is no state in another: each name has an instance of its own.
                if (!models.TryGetValue((unit.Model, unit.Factory, unit.Name), out var model)) models[(unit.Model, unit.Factory, unit.Name)] = model = Make(unit);
                var program = Captured(unit, model, unit.Target.Schedule);
                string directory = swap.Stage(unit.Name, unit.Target.Name);
                unit.Target.Export(program, new ExportContext(directory, options.Project)
                    { Page = unit.Page, Float64 = options.Float64, Tuning = tunings.Of(unit.Name), Scheduled = profile => Captured(unit, model, profile) });
                var (files, bytes) = swap.Finish(unit.Name, unit.Target.Name);
                messages.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{unit.Name} -> {unit.Name}/{unit.Target.Name}: {files} file{(files == 1 ? "" : "s")}, {Size(bytes)}, {program.Kernels.Length} kernels, {program.OnceEvaluated} values of weights alone computed once, {clock.ElapsedMilliseconds} ms"));
            }
            catch (Exception e) when (e is not ExportException)
            {
                throw new ExportException(unit.Place, e);
            }
        }
        // Only when everything has succeeded does anything take the place of an earlier export.
        swap.Commit();
        return [.. messages, .. tunings.Warnings.Select(w => Warning + w)];

        Program Captured(ExportUnit unit, object model, ScheduleProfile profile)
        {
            var program = programs.Find(p => p.Unit.SameProgram(unit) && p.Schedule == profile).Program;
            if (program is null) programs.Add((unit, profile, program = ProgramCapture.Capture(unit.Name, model, unit.Methods, profile)));
            return program;
        }
    }

    static object Make(ExportUnit unit)
    {
        // First weights that are random are the same at each build, whatever was made before.
        Tensor.ManualSeed(0);
        return unit.Factory is null ? Construct(unit.Model) : unit.Factory.Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null)
            ?? throw new TinyException("TINY2002", $"[TinyModel] {unit.Model.Name}.{unit.Factory.Name} returned null");
    }

    static object Construct(Type model)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var constructor = model.GetConstructors(Any)
            .Where(static c => !c.IsPrivate && c.GetParameters().All(static p => p.HasDefaultValue))
            .MinBy(static c => c.GetParameters().Length)
            ?? throw new TinyException("TINY2002", $"class '{model.Name}' has no public or internal constructor that can be called without arguments");
        // Missing values are replaced by the parameters' defaults.
        var arguments = Enumerable.Repeat<object>(Type.Missing, constructor.GetParameters().Length).ToArray();
        return constructor.Invoke(BindingFlags.OptionalParamBinding | BindingFlags.DoNotWrapExceptions, null, arguments, CultureInfo.InvariantCulture);
    }

    static void WriteLines(string file, IEnumerable<string> lines) =>
        File.WriteAllText(file, string.Concat(lines.Select(static l => l + "\n")), new UTF8Encoding(false));

    static string Size(long bytes) => bytes < 1000 ? $"{bytes} B"
        : bytes < 1_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");
}
