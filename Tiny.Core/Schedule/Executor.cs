using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>Runs what tensors need and gives them memory.</summary>
static class Executor
{
    /// <summary>Computes the tensors, sharing what they share.</summary>
    public static void Realize(IReadOnlyList<Tensor> tensors)
    {
        var values = Interpreter.Evaluate([.. tensors.Select(t => t.Node)]);
        for (int i = 0; i < tensors.Count; i++)
            if (tensors[i].Storage is null)
                tensors[i].Node = Tensor.FromStorage(new Storage(tensors[i].DType, tensors[i].Shape, values[i])).Node;
    }
}
