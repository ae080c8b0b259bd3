using Tiny.Jit;

namespace Tiny.Cli.Verify;

/// <summary>One call of a captured graph: what an entry point of a program takes and gives.</summary>
interface IProgramCall
{
    /// <summary>The entry point's name.</summary>
    string Name { get; }
    /// <summary>The tensors that are given.</summary>
    IReadOnlyList<Tensor> Inputs { get; }
    /// <summary>Their descriptions.</summary>
    IReadOnlyList<(int, GraphInput)> Parameters { get; }
    /// <summary>What was captured.</summary>
    Capture Capture { get; }
    /// <summary>Dtype and shape of each result that is computed.</summary>
    IReadOnlyList<(DType DType, Shape Shape)> Results { get; }
}
