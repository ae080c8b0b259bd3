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
        UOp[] nodes = [.. pending.Select(t => t.Node)];
        var values = CaptureScope.IsOpen ? OnHost(nodes) : new Executable(Scheduler.Run(nodes), Device.Default).Run(NoParameters);
        for (int i = 0; i < pending.Count; i++) pending[i].Node = Tensor.FromStorage(values[i]).Node;
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
