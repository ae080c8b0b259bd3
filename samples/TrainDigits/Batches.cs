using Tiny;

namespace TrainDigitsSample;

/// <summary>Which elements of a set belong to which step: each epoch has an order of its own, which follows from the seed.</summary>
public sealed class Batches
{
    readonly int _count, _size;
    readonly uint _seed;
    int[] _order = [];
    int _epoch = -1;

    /// <summary>Batches of a size from a set with a count of elements.</summary>
    /// <exception cref="ArgumentException">There are fewer elements than a batch has.</exception>
    public Batches(int count, int size, uint seed)
    {
        if (size < 1 || count < size) throw new ArgumentException($"{count} elements make no batch of {size}");
        (_count, _size, _seed) = (count, size, seed);
    }

    /// <summary>Steps in which every element comes once (but for what is left of a batch).</summary>
    public int InEpoch => _count / _size;

    /// <summary>The numbers of a step's elements, int32[size].</summary>
    public Tensor At(int step)
    {
        int epoch = step / InEpoch;
        if (epoch != _epoch)
        {
            _order = [.. Enumerable.Range(0, _count)];
            // A seed's numbers are the same on every machine and in every version of .NET.
            new Random(unchecked((int)((_seed * 0x9E3779B97F4A7C15 + (ulong)epoch * 0xBF58476D1CE4E5B9) >> 33))).Shuffle(_order);
            _epoch = epoch;
        }
        return Tensor.From<int>(_order.AsSpan(step % InEpoch * _size, _size));
    }
}
