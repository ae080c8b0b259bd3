using Tiny;

namespace TrainDigitsSample;

/// <summary>Random numbers that follow from a step, a key (both integers of rank 0) and the number of a stream: they are part of a captured program.</summary>
public static class Noise
{
    /// <summary>Uniform from 0, below 1.</summary>
    public static Tensor Uniform(Shape shape, Tensor step, Tensor key, int stream) => Pair(shape, step, key, stream).A;

    /// <summary>Normally distributed with mean 0 and variance 1 (Box and Muller's method).</summary>
    public static Tensor Normal(Shape shape, Tensor step, Tensor key, int stream)
    {
        var (a, b) = Pair(shape, step, key, stream);
        return ((1 - a).Log() * -2).Sqrt() * (b * (2 * Math.PI)).Cos();
    }

    static (Tensor A, Tensor B) Pair(Shape shape, Tensor step, Tensor key, int stream)
    {
        var counter = Tensor.Arange(shape.Numel).Reshape(shape).Cast(DType.UInt32);
        var (a, b) = Tensor.Threefry2x32(counter, Tensor.Scalar(stream, DType.UInt32), step.Cast(DType.UInt32), key.Cast(DType.UInt32));
        return (Unit(a), Unit(b));

        static Tensor Unit(Tensor bits) => (bits >> 8).Cast(DType.Float32) * (1f / (1 << 24));
    }
}
