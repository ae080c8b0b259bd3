using System.CommandLine;
using Tiny.Cli.Models;
using Tiny.Onnx;
using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Cli.Commands;

/// <summary><c>tiny info MODEL.onnx</c>: what is in a model, and what of it is not supported.</summary>
static class InfoCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("model") { Description = "an ONNX model" };
        var command = new Command("info", "Says what is in an ONNX model.") { path };
        var memory = new MemoryOption();
        memory.AddTo(command);
        command.SetWork((p, _) =>
        {
            memory.Apply(p);
            return Run(OptionValue.Path("model", p.GetValue(path)), p.InvocationConfiguration.Output);
        });
        return command;
    }

    static int Run(string path, TextWriter output)
    {
        var model = OnnxFile.Open(path);
        var graph = model.Graph;
        void Line(string label, string text) => output.WriteLine($"{label,-12} {Terminal.Safe(text)}");
        Line("model", $"{graph.Name}, IR {model.IrVersion}, opset {string.Join(", ", model.Opsets.Select(o => o.Key.Length == 0 ? $"{o.Value}" : $"{o.Key} {o.Value}"))}"
            + (model.Producer.Length > 0 ? $", by {model.Producer}" : ""));
        foreach (var input in graph.Parameters) Line("input", $"{input.Name} {input.Type}");
        foreach (var result in graph.Outputs) Line("output", $"{result.Name} {result.Type}");
        Line("parameters", $"{graph.Initializers.Sum(t => t.Shape.Size):N0} in {graph.Initializers.Length} tensors");
        var nodes = Nodes(model).ToList();
        Line("nodes", $"{nodes.Count}");
        foreach (var group in nodes.GroupBy(n => n.FullOperator).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)) Line("operator", $"{group.Key} x {group.Count()}");
        var functions = model.Functions.Select(f => (f.Domain, f.Name)).ToHashSet();
        var unsupported = nodes.Where(n => !functions.Contains((n.Domain, n.Operator)) && !OperatorTable.Knows(n.Domain, n.Operator)).GroupBy(n => n.FullOperator).ToList();
        foreach (var group in unsupported) Line("unsupported", $"{group.Key}: there is no such operator here ({group.First()})");
        string? reason = unsupported.Count == 0 ? Reason(model) : null;
        if (reason is not null) Line("unsupported", reason);
        return unsupported.Count == 0 && reason is null ? ExitCode.Success : ExitCode.Failure;
    }

    // What of its operators is not supported shows when the graph is built, where its sizes are known.
    static string? Reason(OnnxModel model)
    {
        try
        {
            ModelProgram.Of(model, ModelSettings.None).Capture();
            return null;
        }
        catch (CommandException)
        {
            return null;
        }
        catch (TinyException e)
        {
            return e.Text;
        }
    }

    // Those of subgraphs too, and of functions that are called.
    static IEnumerable<OnnxNode> Nodes(OnnxModel model)
    {
        var functions = model.Functions.DistinctBy(f => (f.Domain, f.Name)).ToDictionary(f => (f.Domain, f.Name));
        var open = new Stack<OnnxNode>(model.Graph.Nodes.Reverse());
        while (open.TryPop(out var node))
        {
            yield return node;
            // Each function once, however often it is called.
            if (functions.Remove((node.Domain, node.Operator), out var function))
                foreach (var inner in function.Nodes) open.Push(inner);
            foreach (var attribute in node.Attributes)
                foreach (var graph in attribute.Value switch { OnnxGraph g => [g], OnnxGraph[] several => several, _ => [] })
                    foreach (var inner in graph.Nodes) open.Push(inner);
        }
    }
}
