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
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "an ONNX model" };
        var input = new Option<string[]>("--input") { Description = "the value of an input: NAME=FILE.npy" };
        var folder = new Option<string>("--out") { Description = "the folder to write to: a file NAME.npy for each output", Required = true };
        var device = new Option<string>("--device") { Description = $"where to run: {string.Join(", ", ModelCall.Devices)}", DefaultValueFactory = _ => "cpu" };
        var memory = new MemoryOption();
        var command = new Command("run", "Runs an ONNX model on inputs from .npy files, and writes its outputs.") { model, input, folder, device };
        memory.AddTo(command);
        command.SetWork((p, cancellation) =>
        {
            memory.Apply(p);
            if (!ModelCall.Devices.Contains(p.GetValue(device)!)) throw new CommandException($"--device: there is no '{p.GetValue(device)}'; there are: {string.Join(", ", ModelCall.Devices)}");
            return Run(p.GetValue(model)!, p.GetValue(input) ?? [], p.GetValue(folder)!, p.GetValue(device)!, p.InvocationConfiguration.Output, cancellation);
        });
        return command;
    }

    static int Run(string path, string[] given, string folder, string device, TextWriter output, CancellationToken cancellation)
    {
        var lines = Progress.Run(output, progress =>
        {
            var step = progress.Step;
            var watch = Stopwatch.StartNew();
            step($"reading {path}");
            var model = OnnxFile.Open(path);
            var inputs = new Dictionary<string, OnnxValue?>();
            foreach (var (name, file) in NamedOption.Parse("--input", given, [.. model.Graph.Inputs.Select(i => i.Name)]))
                inputs[name] = Literal.FromFile(file, model.Graph.Inputs.First(i => i.Name == name).Type);
            step($"running on {device}");
            var results = ModelCall.Run(model, inputs, device, cancellation);
            cancellation.ThrowIfCancellationRequested();
            var written = new List<string>();
            var files = SafeNames.Files([.. results.Select(r => r.Name)]);
            Directory.CreateDirectory(folder);
            for (int i = 0; i < results.Count; i++)
            {
                var (name, value) = results[i];
                var tensor = (value as TensorValue)?.Tensor ?? throw new OnnxUnsupportedException($"output '{name}' is {value}, which .npy files cannot hold");
                // .npy has no bfloat16 and no floats of eight bits.
                if (tensor.DType.IsShortFloat && tensor.DType != DType.Float16) tensor = tensor.Cast(DType.Float32);
                var file = Path.Combine(folder, files[i] + ".npy");
                Npy.Write(file, tensor);
                written.Add($"{"output",-8} {name} {value} -> {file}");
            }
            written.Add(string.Create(CultureInfo.InvariantCulture, $"{"done",-8} on {device}, in {watch.Elapsed.TotalSeconds:0.00} s"));
            return written;
        });
        foreach (var line in lines) output.WriteLine(Terminal.Safe(line));
        return ExitCode.Success;
    }
}
