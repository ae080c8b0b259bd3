namespace Tiny.Nn;

/// <summary>A layer of one input and one result.</summary>
public interface ILayer
{
    /// <summary>The layer applied to x.</summary>
    Tensor Forward(Tensor x);
}

/// <summary>A layer that does something else while it is trained.</summary>
public interface ITrainingLayer : ILayer
{
    /// <summary>The layer applied to x, as it is while it is trained or as it is afterwards.</summary>
    Tensor Forward(Tensor x, bool training);
}

/// <summary>Marks a tensor of a layer that is saved with the weights but not trained: running statistics, caches, tables.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class BufferAttribute : Attribute;
