using System.Runtime.CompilerServices;
using Tiny;
using Tiny.Formats;

namespace App;

public sealed class Model
{
    readonly Tensor _weight;

    /// <summary>How often the method itself ran, to see whether calls are replayed. No variable of the model's: a captured method may write none.</summary>
    public StrongBox<int> Bodies { get; } = new();

    public Model()
    {
        Starts.Note();
        // The build must read nothing from this, however much it looks like an error.
        Console.WriteLine("x.cs(1,1): error CS0001: no");
        Console.Error.WriteLine("x.cs(1,1): error CS0002: no");
        // CONSTRUCTOR
        var file = SafetensorsFile.Open(Path.Combine(AppContext.BaseDirectory, "weights.safetensors"));
        _weight = file.Tensor("weight");
    }

    [TinyJit, TinyExport<CTarget>, TinyExport<WebGpuTarget>, TinyExport<PairTarget>]
    public Tensor Forward([Shape(2, 3)] Tensor image)
    {
#pragma warning disable TINY0012
        Bodies.Value++;
#pragma warning restore TINY0012
        // FORWARD
        return image.MatMul(_weight);
    }
}
