using System.Runtime.InteropServices;
using Tiny.Graph;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>Computes the tensor now, so that it lies in memory; returns it.</summary>
    public Tensor Realize()
    {
        if (Storage is null) Executor.Realize([this]);
        return this;
    }

    /// <summary>Computes several tensors together: what they share is computed once.</summary>
    public static void Realize(params IReadOnlyList<Tensor> tensors)
    {
        NotNull(tensors);
        if (tensors.Any(t => t.Storage is null)) Executor.Realize(tensors);
    }

    /// <summary>This tensor when a variable has the given value: a number stands wherever the variable stood.</summary>
    /// <exception cref="ShapeException">The value is not within the variable's bounds.</exception>
    public Tensor Bind(Variable variable, int value) => new(Binding.Run([Node], new Dictionary<Variable, int> { [variable] = value })[0]);

    /// <summary>The elements, row-major, computed if they are not yet.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the C# type of the tensor's dtype.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        CheckElement<T>("ToArray");
        var result = new T[Numel];
        Read(result.AsSpan());
        return result;
    }

    /// <summary>Copies the elements, row-major, to the start of a span; they are computed if they are not yet.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the C# type of the tensor's dtype.</exception>
    /// <exception cref="ShapeException">The span is too short.</exception>
    public void CopyTo<T>(Span<T> destination) where T : unmanaged
    {
        CheckElement<T>("CopyTo");
        if (destination.Length < Numel)
            throw new ShapeException($"CopyTo: {Shape} has {Numel} elements, the destination only {destination.Length}");
        Read(destination);
    }

    /// <summary>The value of a tensor with one element.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the C# type of the tensor's dtype.</exception>
    /// <exception cref="ShapeException">The tensor has not exactly one element.</exception>
    public T Item<T>() where T : unmanaged
    {
        CheckElement<T>("Item");
        if (Numel != 1) throw new ShapeException($"Item: {Shape} has {Numel} elements, not one");
        Span<T> one = stackalloc T[1];
        Read(one);
        return one[0];
    }

    /// <summary>The value of a float32 tensor with one element.</summary>
    public float Item() => Item<float>();

    void CheckElement<T>(string operation) where T : unmanaged
    {
        if (Element.TypeOf<T>(operation) == DType) return;
        string right = Element.Keyword(DType);
        throw new DTypeException($"{operation}<{Element.Keyword(Element.TypeOf<T>(operation))}>: {Shape} is {DType}; "
            + $"ask for <{right}> or Cast it first");
    }

    void Read<T>(Span<T> destination) where T : unmanaged
    {
        HostMemory host = Executor.Read(this).ToHost();
        MemoryMarshal.Cast<byte, T>(host.Span)[..Numel].CopyTo(destination);
        GC.KeepAlive(host);
    }
}
