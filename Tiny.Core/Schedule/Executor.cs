using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>Runs what tensors need and gives them memory: on the default device, or during a capture on the host.</summary>
static class Executor
{
    /// <summary>Computes the tensors, sharing what they share.</summary>
    /// <exception cref="TinyJitException">A capture is under way and a value depends on the method's input.</exception>
    public static void Realize(IReadOnlyList<Tensor> tensors)
    {
        var pending = tensors.Where(t => t.Storage is null).ToList();
        UOp[] asked = [.. pending.Select(t => t.Node)];
        // Places with writes that are computed on the way keep what has been computed, so that no write is carried out twice.
        Cell[] written = [.. Cell.PendingAmong(Walk.Topological(asked)).Where(c => !asked.Contains(c.Current))];
        UOp[] nodes = [.. asked, .. written.Select(c => c.Current)];
        if (Binding.Variables(nodes) is [var open, ..])
            throw new ShapeException($"{UserCode.Here()}the value of a tensor that depends on {open} was asked for; give it one first: tensor.Bind({open.Name}, value)");
        var values = CaptureScope.IsOpen ? OnHost(nodes) : new Executable(Scheduler.Run(nodes), Device.Default).Run(NoParameters);
        for (int i = 0; i < written.Length; i++) written[i].Land(values[pending.Count + i]);
        // Views last: what they remember belongs to the version that has landed.
        foreach (int i in Enumerable.Range(0, pending.Count).OrderBy(i => pending[i].IsView)) pending[i].Land(values[i]);
    }

    // A capture opens no device; what depends on no input is computed by the host evaluator.
    static Storage[] OnHost(UOp[] nodes)
    {
        if (Walk.Topological(nodes).Find(u => u.Op == Op.Param) is { Arg: ParamArg input })
            throw new TinyJitException($"{UserCode.Here()}the value of a tensor that depends on the input '{input.Name}' was asked for while the method "
                + "was being captured; a captured method runs once, without values: compute with tensors (Where, Maximum, ...) or return the tensor");
        var memory = Interpreter.Evaluate(nodes);
        return [.. nodes.Select((n, i) => new Storage(n.DType, n.Shape, memory[i]))];
    }

    static DeviceBuffer NoParameters(ParamArg p) =>
        throw new TinyJitException($"a tensor made while a method was being captured (it depends on the input '{p.Name}') was used after the capture ended");
}
