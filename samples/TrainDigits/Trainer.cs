using System.Globalization;
using Tiny;
using Tiny.Nn;

namespace TrainDigitsSample;

/// <summary>
/// A net and its optimizer on a set of digits. What goes on between two steps is all in the tensors below: saved and read again, training goes on as if it had
/// not been interrupted.
/// </summary>
public sealed class Trainer
{
    /// <summary>Digits in a step.</summary>
    public const int BatchSize = 64;
    // Digits that are read together.
    const int ReadSize = 100;

    public DigitNet Net;
    public Adam Optimizer;

    readonly DigitSet _set;
    readonly Batches _batches;
    readonly uint _seed;
    readonly Tensor _key;
    readonly int _epochs;

    /// <summary>A new net. The same seed gives the same training.</summary>
    public Trainer(DigitSet set, int epochs, uint seed)
    {
        (_set, _epochs, _seed, _batches) = (set, epochs, seed, new Batches(set.Count, BatchSize, seed));
        _key = Tensor.From([seed]).Reshape(Array.Empty<int>());
        Initial.Seed(seed);
        Net = new DigitNet();
        Optimizer = new Adam(StateDict.Parameters(Net), new OneCycleSchedule(0.01, Math.Max(1, epochs * StepsPerEpoch)));
    }

    /// <summary>Steps in which every digit is seen once (but for what is left of a batch).</summary>
    public int StepsPerEpoch => _batches.InEpoch;
    /// <summary>Steps taken.</summary>
    public int Steps => Optimizer.Steps.Item<int>();

    /// <summary>The next step: the loss of its batch, and how many of its digits the net read rightly.</summary>
    public (double Loss, int Right) Step()
    {
        var (loss, right) = Learn(_batches.At(Steps));
        return (loss.Item(), right.Item<int>());
    }

    /// <summary>The whole step: forward, backward, Adam, and the random moves of the digits.</summary>
    /// <param name="numbers">Which digits.</param>
    [TinyJit]
    public (Tensor Loss, Tensor Right) Learn([Shape(BatchSize, DType = ScalarKind.Int32)] Tensor numbers)
    {
        var images = Augmentation.Moved(_set.Pixels, numbers, Optimizer.Steps, _key);
        var labels = _set.Labels.Take(numbers);
        var scores = Net.Forward(images, training: true);
        var loss = scores.CrossEntropy(labels);
        Optimizer.Step(loss);
        return (loss, scores.ArgMax(1).Eq(labels).Cast(DType.Int32).Sum());
    }

    /// <summary>What the net takes digits for.</summary>
    /// <param name="pixels">uint8[n, 784].</param>
    [TinyJit]
    public Tensor Read([Shape(ReadSize, DigitSet.Area, DType = ScalarKind.UInt8)] Tensor pixels) =>
        Net.Forward((pixels.Cast(DType.Float32) / 255).Reshape(-1, 1, DigitSet.Side, DigitSet.Side)).ArgMax(1);

    /// <summary>How often a digit of a class (row) is taken for one of a class (column).</summary>
    public int[,] Confusion(DigitSet set)
    {
        var counts = new int[10, 10];
        int[] labels = set.Labels.ToArray<int>();
        for (int i = 0; i < labels.Length; i += ReadSize)
        {
            int[] own = labels[i..Math.Min(i + ReadSize, labels.Length)];
            // The last ones are filled up with paper.
            int[] read = Read(set.Pixels[i..(i + own.Length)].PadTo([ReadSize, DigitSet.Area])).ToArray<int>();
            for (int j = 0; j < own.Length; j++) counts[own[j], read[j]]++;
        }
        return counts;
    }

    /// <summary>Writes all that the next step depends on.</summary>
    public void Save(string path) => this.SaveSafetensors(path, Settings());

    /// <summary>Goes on where a file was written.</summary>
    /// <exception cref="WeightsException">The file is none of this training's.</exception>
    public void Load(string path)
    {
        Checkpoint.Check(path, Settings());
        this.LoadSafetensors(path, copy: true);
    }

    Dictionary<string, string> Settings() => new()
    {
        ["epochs"] = _epochs.ToString(CultureInfo.InvariantCulture),
        ["seed"] = _seed.ToString(CultureInfo.InvariantCulture),
        ["digits"] = _set.Count.ToString(CultureInfo.InvariantCulture),
    };
}
