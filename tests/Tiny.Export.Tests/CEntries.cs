using Tiny.Cli.Verify;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Graphs as the entry points of one exported C program, with the driver of <c>tiny verify</c>, which makes calls of them, each with inputs and sizes of its own.</summary>
sealed class CEntries : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public CEntries(IReadOnlyList<GraphEntry> entries, IReadOnlyList<(int Entry, IReadOnlyDictionary<Variable, int> Sizes)> made, IEnumerable<Tensor> inputs)
        : this(ProgramCapture.Capture("graphs", entries, new CTarget().Schedule), made, inputs) { }

    /// <summary>Entry points of a program named "graphs", called in the given order, with the inputs of each call.</summary>
    public CEntries(Program exported, IReadOnlyList<(int Entry, IReadOnlyDictionary<Variable, int> Sizes)> made, IEnumerable<Tensor> inputs)
    {
        new CTarget().Export(exported, new ExportContext(_folder.Path, _folder.Path));
        File.WriteAllText(_folder["driver.c"], CDriver.Source(exported, made, new FileInfo(_folder["graphs.weights"]).Length));
        using var file = File.Create(_folder["inputs"]);
        foreach (var tensor in inputs) file.Write(Interpreter.Evaluate(tensor.Node).Copied()[..(tensor.Numel * tensor.DType.Size)]);
    }

    /// <summary>Each entry point is called once, and has no sizes.</summary>
    public CEntries(IReadOnlyList<GraphEntry> entries, IEnumerable<Tensor> inputs)
        : this(entries, [.. entries.Select((_, i) => (i, (IReadOnlyDictionary<Variable, int>)new Dictionary<Variable, int>()))], inputs) { }

    /// <summary>Compiles and runs: all results in order, and what went wrong, or null.</summary>
    /// <exception cref="InvalidOperationException">The compiler refuses or warns.</exception>
    public (byte[] Results, string? Problem) Run(string compiler, string options)
    {
        Processors.Need(options);
        var name = $"run{HashCode.Combine(compiler, options):x}";
        // Not by an assertion: a failure is caught, and looked for in smaller programs.
        var compiled = Tools.Run(_folder.Path, compiler, $"{Tools.Strict} {options} -o {name} driver.c graphs.c -lm");
        if (compiled.Code != 0) throw new InvalidOperationException($"{compiler} {options}: {compiled.Output}{compiled.Errors}");
        var run = Tools.Run(_folder.Path, _folder[name], $"{name}.out");
        return (File.ReadAllBytes(_folder[$"{name}.out"]), run.Code == 0 ? null : $"code {run.Code} {run.Errors}");
    }

    public void Dispose() => _folder.Dispose();
}
