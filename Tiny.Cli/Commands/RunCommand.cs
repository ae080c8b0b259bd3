using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Tiny.Cli.Models;
using Tiny.Cli.Running;
using Tiny.Formats;
using Tiny.Onnx;
using Tiny.Onnx.Model;

namespace Tiny.Cli.Commands;

/// <summary><c>tiny run MODEL.onnx --input NAME=FILE.npy --out DIR</c>: computes a model's outputs.</summary>
static class RunCommand
{
    const int MostCalls = 1_000_000;

    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "an ONNX model" };
        var input = new Option<string[]>("--input") { HelpName = "NAME=FILE", Description = "the value of an input, of NumPy's format; may be repeated" };
        var folder = new Option<string>("--out") { HelpName = "DIR", Description = "the folder to write to: a file NAME.npy for each output", Required = true };
        var device = new Option<string>("--device") { HelpName = "NAME", Description = $"where to run: {string.Join(", ", ModelCall.Devices)}", DefaultValueFactory = _ => "cpu" };
        var repeat = new Option<int?>("--repeat") { HelpName = "N", Description = $"runs it N times more and says how long a call takes; on {string.Join(" and ", ModelCall.Repeating)}" };
        var memory = new MemoryOption();
        var command = new Command("run", "Runs an ONNX model on inputs from .npy files, and writes its outputs.") { model, input, folder, device, repeat };
        memory.AddTo(command);
        command.SetWork((p, cancellation) =>
        {
            memory.Apply(p);
            var where = OptionValue.One("--device", p.GetValue(device)!, ModelCall.Devices);
            var times = Times(p.GetValue(repeat), where);
            return Run(OptionValue.Path("model", p.GetValue(model)), p.GetValue(input) ?? [], OptionValue.Path("--out", p.GetValue(folder)), where, times, p.InvocationConfiguration.Output, cancellation);
        });
        return command;
    }

    static CallTimes? Times(int? repeat, string device) => repeat switch
    {
        null => null,
        < 1 or > MostCalls => throw new CommandException($"--repeat {repeat}: write a number of calls, from 1 to {MostCalls:N0}"),
        _ when !ModelCall.Repeating.Contains(device) => throw new CommandException($"--repeat: a call is repeated on {string.Join(" and ", ModelCall.Repeating)}, not on {device}"),
        { } calls => new(calls),
    };

    static int Run(string path, string[] given, string folder, string device, CallTimes? times, TextWriter output, CancellationToken cancellation)
    {
        var lines = Progress.Run(output, progress =>
        {
            var step = progress.Step;
            var watch = Stopwatch.StartNew();
            step($"reading {path}");
            var model = OnnxFile.Open(path);
            var inputs = new Dictionary<string, OnnxValue?>();
            foreach (var (name, file) in NamedOption.Parse("--input", given, [.. model.Graph.Inputs.Select(i => i.Name)]))
                inputs[name] = Literal.FromFile(OptionValue.Path($"--input {name}", file), model.Graph.Inputs.First(i => i.Name == name).Type);
            // Nothing is computed that could not be written.
            using var place = new OutputFolder(folder);
            step($"running on {device}");
            var results = ModelCall.Run(model, inputs, device, times, cancellation);
            cancellation.ThrowIfCancellationRequested();
            // All are looked at before any is written.
            var tensors = results.Select(r => Writable(r.Name, r.Value)).ToList();
            var written = new List<string>();
            var files = SafeNames.Files([.. results.Select(r => r.Name)]);
            for (int i = 0; i < results.Count; i++)
            {
                string file = Path.Combine(folder, files[i] + ".npy"), beside = file + ".tiny-new";
                Npy.Write(beside, tensors[i]);
                File.Move(beside, file, overwrite: true);
                written.Add($"{"output",-8} {results[i].Name} {results[i].Value} -> {file}");
            }
            if (times is not null) written.Add($"{"call",-8} {times}");
            written.Add(string.Create(CultureInfo.InvariantCulture, $"{"done",-8} on {device}, in {watch.Elapsed.TotalSeconds:0.00} s"));
            return written;
        });
        foreach (var line in lines) output.WriteLine(Terminal.Safe(line));
        return ExitCode.Success;
    }

    // .npy has no bfloat16 and no floats of eight bits.
    static Tensor Writable(string name, OnnxValue value) => (value as TensorValue)?.Tensor is not { } tensor
        ? throw new OnnxUnsupportedException($"output '{name}' is {value}, which .npy files cannot hold")
        : tensor.DType.IsShortFloat && tensor.DType != DType.Float16 ? tensor.Cast(DType.Float32) : tensor;
}
