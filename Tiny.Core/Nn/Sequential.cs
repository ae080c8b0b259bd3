using System.Collections.ObjectModel;

namespace Tiny.Nn;

/// <summary>
/// Layers and functions one after another: <c>new Sequential { new Linear(2, 8), x => x.Relu(), new Linear(8, 2) }</c>. In a state dictionary
/// each has its number, functions counted too: <c>0.weight</c>, <c>2.weight</c>.
/// </summary>
public sealed class Sequential : Collection<ILayer>, ITrainingLayer
{
    /// <summary>No layers yet: the result is what goes in.</summary>
    public Sequential() { }

    /// <summary>Layers in their order.</summary>
    public Sequential(params IEnumerable<ILayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        foreach (var layer in layers) Add(layer);
    }

    /// <summary>A function as the next layer.</summary>
    public void Add(Func<Tensor, Tensor> function) => Add(new Function(function ?? throw new ArgumentNullException(nameof(function))));

    /// <summary>The layers applied one after another.</summary>
    public Tensor Forward(Tensor x) => Forward(x, training: false);

    /// <summary>The layers applied one after another, those that differ in training as they are in it.</summary>
    public Tensor Forward(Tensor x, bool training)
    {
        foreach (var layer in this) x = layer is ITrainingLayer t ? t.Forward(x, training) : layer.Forward(x);
        return x;
    }

    /// <inheritdoc/>
    protected override void InsertItem(int index, ILayer item) => base.InsertItem(index, item ?? throw new ArgumentNullException(nameof(item)));

    sealed class Function(Func<Tensor, Tensor> apply) : ILayer
    {
        public Tensor Forward(Tensor x) => apply(x);
    }
}
