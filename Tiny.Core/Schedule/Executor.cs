using Tiny.Diagnostics;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>Runs what tensors need and gives them memory: on the default device, or during a capture on the host.</summary>
static class Executor
{
    /// <summary>Computes the tensors, sharing what they share.</summary>
    /// <exception cref="TinyJitException">A capture is under way and a value depends on the method's input, or on memory that it changes.</exception>
    public static void Realize(IReadOnlyList<Tensor> tensors)
    {
        var pending = tensors.Where(t => t.Storage is null).ToList();
        UOp[] asked = [.. pending.Select(t => t.Passing)];
        var request = new GraphRequest(asked);
        CheckBound(request.Nodes);
        // Places with writes that are computed on the way keep what has been computed, so that no write is carried out twice.
        Cell[] written = [.. Cell.PendingAmong(request.Nodes).Where(c => !asked.Contains(c.Value))];
        UOp[] nodes = [.. asked, .. written.Select(c => c.Value)];
        var requiring = Cell.RequiringGrad(nodes);
        var values = CaptureScope.Current is { } scope ? OnHost(nodes, scope) : OnDevice(request.For(nodes), Device.Default);
        for (int i = 0; i < written.Length; i++) written[i].Land(values[pending.Count + i]);
        // Views last: what they remember belongs to the version that has landed.
        foreach (int i in Enumerable.Range(0, pending.Count).OrderBy(i => pending[i].IsView)) pending[i].Land(values[i]);
        for (int i = 0; i < nodes.Length; i++)
            if (requiring.Contains(nodes[i])) Cell.Keep(i < pending.Count ? pending[i].Passing : written[i - pending.Count].Passing, nodes[i]);
    }

    /// <summary>The memory of a tensor, computed if it is not yet.</summary>
    public static Storage Read(Tensor tensor)
    {
        if (CaptureScope.Current is { } scope)
        {
            CheckBound(new GraphRequest([tensor.Passing]).Nodes);
            return OnHost([tensor.Passing], scope)[0];
        }
        if (tensor.Storage is null) Realize([tensor]);
        return tensor.Storage!;
    }

    static void CheckBound(IReadOnlyList<UOp> nodes)
    {
        if (nodes.All(Binding.IsBound)) return;
        var open = Binding.Variables(nodes)[0];
        throw new ShapeException($"the value of a tensor that depends on {open} was asked for; give it one first: tensor.Bind({open.Name}, value)");
    }

    static Storage[] OnDevice(GraphRequest request, Device device)
    {
        if (request.Foreign is { } leaf)
            throw new TinyJitException("a tensor made while a method was being captured ("
                + (leaf.Arg is ParamArg input ? $"it depends on the input '{input.Name}'" : "it depends on memory as the method saw it") + ") was used after the capture ended");
        // What is shown of a compilation is shown each time.
        var program = Debugging.Level > 1 ? new RealizeProgram(request, new bool[request.Constants.Count], device) : device.RealizePrograms.For(request);
        return program.Run(request, device);
    }

    // A capture opens no device; what depends on no input is computed by the host evaluator.
    static Storage[] OnHost(UOp[] nodes, CaptureScope scope)
    {
        foreach (var leaf in Walk.Topological(nodes))
        {
            string? what = leaf.Arg switch
            {
                ParamArg input => $"the input '{input.Name}'",
                Cell cell when cell.IsState || scope.Written.Contains(cell) => $"memory that a captured method changes ({cell.Name ?? $"a tensor {leaf.DType}{leaf.Shape}"})",
                _ => null,
            };
            if (what is not null)
                throw new TinyJitException($"{UserCode.Here()}the value of a tensor that depends on {what} was asked for while the method "
                    + "was being captured; a captured method runs once, without values: compute with tensors (Where, Maximum, ...) or return the tensor");
        }
        var known = scope.Memory.ToDictionary(m => m.Value, m => m.Key.Value);
        UOp[] outside = [.. nodes.Select(n => n.Substitute(known))];
        var memory = Interpreter.Evaluate(outside);
        return [.. nodes.Select((n, i) => new Storage(n.DType, n.Shape, memory[i]))];
    }
}
