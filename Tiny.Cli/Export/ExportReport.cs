using System.Globalization;
using Tiny.Cli.Models;
using Tiny.Jit;
using Tiny.Optimize;

namespace Tiny.Cli.Export;

/// <summary>What an export says when it is done, in lines.</summary>
/// <param name="path">The model.</param>
/// <param name="name">The program's name.</param>
/// <param name="narrowing">Targets for which float64 is float32.</param>
sealed class ExportReport(string path, string name, IReadOnlyCollection<string> narrowing)
{
    readonly List<string> _lines = [];

    public bool IsEmpty => _lines.Count == 0;

    /// <summary>What the program takes, gives and remembers; names that had to be changed.</summary>
    public void Ports(Program program, ModelProgram source)
    {
        var entry = program.Entries[0];
        foreach (var (kind, ports, names) in new[] { ("input", entry.Inputs, source.Inputs), ("output", entry.Outputs, source.Outputs) })
            foreach (var (port, original) in ports.Zip(names))
                Line(kind, $"{port.Name} {Type(program.Buffers[port.Buffer])}{(port.Name == original ? "" : $" (in the model '{original}')")}{(port.Note is null ? "" : $": {port.Note}")}");
        foreach (var size in entry.Variables) Line("size", $"{size.Name} from {size.Min} to {size.Max}");
        foreach (var (input, value) in source.Fixed) Line("fixed", $"{input} {value.DType}{value.Shape}");
        foreach (var (input, output, memory) in source.States) Line("state", $"{memory.Cell.Name} {memory.DType}{memory.Shape}: input '{input}' is output '{output}' of the call before");
    }

    /// <summary>What was written for a target.</summary>
    public void Target(Program program, string folder, string staged)
    {
        var files = new DirectoryInfo(staged).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
        var calls = program.Entries[0].Calls.Length;
        Line("written", $"{folder}: {files.Count} files, {Size(files.Sum(f => f.Length))}; {Count(program.Kernels.Length, "kernel")} in {Count(calls, "launch", "launches")}; "
            + $"memory {Size(program.ArenaBytes)}{(program.StateBytes > 0 ? $" and {Size(program.StateBytes)} of state" : "")}");
        foreach (var file in files) Line("", $"{file.Name} {Size(file.Length)}");
    }

    /// <summary>Kernels that are as a search has found, of all targets and kinds of processor.</summary>
    public void Tuned(Tuning tuning) => Line("tuned", $"{Count(tuning.Used, "kernel")} by {tuning.Source}");

    /// <summary>All lines.</summary>
    public IReadOnlyList<string> Done(TimeSpan time)
    {
        Line("done", string.Create(CultureInfo.InvariantCulture, $"{path} is '{name}', in {time.TotalSeconds:0.00} s"));
        return _lines;
    }

    void Line(string label, string text) => _lines.Add($"{label,-8} {text}");

    string Type(ProgramBuffer buffer) => $"{buffer.DType}{buffer.Shape}"
        + (buffer.DType == DType.Float64 && narrowing.Count > 0 ? $" (float32 for {string.Join(", ", narrowing)})" : "");

    static string Count(int n, string one, string? many = null) => $"{n} {(n == 1 ? one : many ?? one + "s")}";

    static string Size(long bytes) => bytes < 1000 ? $"{bytes} B"
        : bytes < 1_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");
}
