namespace Tiny.Bench;

/// <summary>Sums of products as nets and their training need them, live, with their floating-point operations.</summary>
static class Products
{
    /// <summary>All rows.</summary>
    public static IEnumerable<Measure> Rows()
    {
        yield return Row("matmul 384 x 384 x 384", 2.0 * 384 * 384 * 384, [[384, 384], [384, 384]], t => t[0].MatMul(t[1]));
        yield return Row("matmul A^T B 512 x 512 x 512", 2.0 * 512 * 512 * 512, [[512, 512], [512, 512]], t => t[0].Transpose().MatMul(t[1]));
        yield return Row("matmul A B^T 512 x 512 x 512", 2.0 * 512 * 512 * 512, [[512, 512], [512, 512]], t => t[0].MatMul(t[1].Transpose()));
        foreach (int size in (int[])[56, 28, 14, 7]) yield return Convolution(1, 64, 64, size);
        yield return Convolution(64, 16, 32, 14);
        yield return Convolution(1, 64, 64, 56, padding: 0);
        yield return Convolution(1, 64, 64, 56, stride: 2);
        foreach (int size in (int[])[56, 14, 7]) yield return Depthwise(128, size);
        yield return WeightGradient(64, 16, 32, 14);
        yield return InputGradient(64, 16, 32, 14);
        yield return Row("bias gradient 64 x 32 x 14 x 14", 64.0 * 32 * 196, [[64, 32, 14, 14]], t => t[0].Sum([0, 2, 3]));
        yield return Row("norm gradient 64 x 32 x 14 x 14", 2 * 64.0 * 32 * 196, [[64, 32, 14, 14], [64, 32, 14, 14]], t => (t[0] * t[1]).Sum([0, 2, 3]));
    }

    static Warm Convolution(int batch, int ins, int outs, int size, int padding = 1, int stride = 1)
    {
        int edge = (size + 2 * padding - 3) / stride + 1;
        return Row($"conv 3x3 {batch} x {ins} -> {outs}, {size}, pad {padding}, stride {stride}", 18.0 * batch * ins * outs * edge * edge,
            [[batch, ins, size, size], [outs, ins, 3, 3]], t => t[0].Conv2d(t[1], padding: padding, stride: stride));
    }

    static Warm Depthwise(int channels, int size) => Row($"depthwise 3x3 {channels}, {size}, pad 1", 18.0 * channels * size * size,
        [[1, channels, size, size], [channels, 1, 3, 3]], t => t[0].Conv2d(t[1], padding: 1, groups: channels));

    // dW[o, i, ky, kx] = sum over n, y, x of dY[n, o, y, x] * X[n, i, y + ky - 1, x + kx - 1]: a convolution in which batch and channels change places.
    static Warm WeightGradient(int batch, int ins, int outs, int size) =>
        Row($"weight gradient {batch} x {ins} -> {outs}, {size}", 18.0 * batch * ins * outs * size * size,
            [[batch, ins, size, size], [batch, outs, size, size]], t => t[0].Transpose(0, 1).Conv2d(t[1].Transpose(0, 1), padding: 1).Transpose(0, 1));

    // dX = dY convolved with the weight turned round.
    static Warm InputGradient(int batch, int ins, int outs, int size) =>
        Row($"input gradient {batch} x {outs} -> {ins}, {size}", 18.0 * batch * ins * outs * size * size,
            [[batch, outs, size, size], [outs, ins, 3, 3]], t => t[0].Conv2d(t[1].Transpose(0, 1).Flip(2, 3), padding: 1));

    // Captured, every operand an argument: a weight that is trained cannot be arranged.
    static Warm Row(string name, double operations, int[][] shapes, Func<Tensor[], Tensor> compute) => new Warm(name, goal: null, () =>
    {
        var random = new Random(1);
        Tensor[] arguments = [.. shapes.Select(s => Tensor.From([.. Enumerable.Range(0, s.Aggregate(1, (a, b) => a * b)).Select(_ => random.NextSingle() - 0.5f)], s))];
        if (shapes.Length == 1)
        {
            var one = TinyJit.Of((Tensor a) => compute([a]));
            return () => one(arguments[0]).Realize();
        }
        var two = TinyJit.Of((Tensor a, Tensor b) => compute([a, b]));
        return () => two(arguments[0], arguments[1]).Realize();
    }, warmUp: 30, times: 60) { Operations = operations };
}
