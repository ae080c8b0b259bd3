using Tiny.Graph;
using Tiny.Schedule;

namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>
    /// A kernel written by hand, rendered for every target like those that the compiler makes. It loops over the elements of each output and computes one at a time, from
    /// elements of the inputs at any index, and reductions. It is scheduled as it stands: inputs are in memory before, outputs after it (a kernel for each output). It is
    /// optimised for the target as others are. It has no gradient unless <see cref="WithGradient(Func{Tensor, Tensor}, Func{Tensor, Tensor, Tensor})"/> gives one.
    /// </summary>
    /// <param name="name">Its name in generated code.</param>
    /// <param name="outputs">Dtype and shape of each output.</param>
    /// <param name="inputs">What it reads, seven tensors at most.</param>
    /// <param name="body">Writes every output once.</param>
    /// <exception cref="ShapeException">An index or a loop does not fit, an output is not written, or there are too many inputs.</exception>
    /// <example><code>
    /// var table = Tensor.From([10f, 20, 30]);
    /// var sums = Tensor.Kernel("sums_up_to", [(DType.Float32, new Shape(3))], [table], k =>
    /// {
    ///     KernelValue i = k.Range(3), j = k.Range(3);
    ///     k.Outputs[0].Write(k.Sum(j, (i &lt; j).Where(k.Const(0, DType.Float32), k.Inputs[0][j])), i);
    /// })[0];                                     // [10, 30, 60]
    /// </code></example>
    public static IReadOnlyList<Tensor> Kernel(string name, IReadOnlyList<(DType DType, Shape Shape)> outputs, IReadOnlyList<Tensor> inputs, Action<KernelBuilder> body)
    {
        NotNull(name);
        NotNull(outputs);
        NotNull(inputs);
        NotNull(body);
        foreach (var t in inputs) NotNull(t);
        if (inputs.Count >= Scheduler.MostBuffers) throw new ShapeException($"Kernel {name}: {inputs.Count} inputs; with its output a kernel is given at most {Scheduler.MostBuffers} buffers");
        foreach (var shape in inputs.Select(t => t.Shape).Concat(outputs.Select(o => o.Shape)))
            if (shape.IsSymbolic) throw new ShapeException($"Kernel {name}: {shape} depends on a variable; a kernel written by hand has extents that are numbers");
        var builder = new KernelBuilder(name, outputs, inputs);
        body(builder);
        using var scope = Origin.Scope(name);
        UOp[] memory = [.. inputs.Select(t => t.Node.Op is Op.Buffer or Op.Param ? t.Node : Build.Node(Op.Contiguous, t.DType, null, t.Node))];
        return [.. outputs.Select((o, i) => o.Shape.Size == 0 ? Zeros(o.Shape, o.DType) : new Tensor(Build.Node(Op.Kernel, o.DType, builder.Stored(i), memory)))];
    }
}
