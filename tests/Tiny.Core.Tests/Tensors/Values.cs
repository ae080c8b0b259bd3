namespace Tiny.Tests.Tensors;

/// <summary>Small values for tests.</summary>
static class Values
{
    /// <summary>Uniform in -1..1 from a seed.</summary>
    public static Tensor Random(int seed, params int[] shape)
    {
        var random = new Random(seed);
        var data = new float[new Shape(shape).Numel];
        for (int i = 0; i < data.Length; i++) data[i] = (float)(random.NextDouble() * 2 - 1);
        return Tensor.From(data, shape);
    }

    public static float[] Floats(this Tensor t) => t.ToArray<float>();
    public static int[] Ints(this Tensor t) => t.ToArray<int>();
    public static bool[] Bools(this Tensor t) => t.ToArray<bool>();
}
