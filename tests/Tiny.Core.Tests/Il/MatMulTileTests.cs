using NUnit.Framework;
using Tiny.Graph;

namespace Tiny.Core.Tests.Il;

/// <summary>A matrix product by register tiles, as the optimizer makes it: accumulators are locals, vectors stay vectors.</summary>
public class MatMulTileTests
{
    [Test]
    public void AgreesWithTheNaiveProduct([Values(4, 8, 16)] int lanes, [Values] bool packed)
    {
        const int m = 12, k = 37;
        int n = 4 * lanes;
        using var lines = new Lines();
        Tile(lines, m, n, k, rows: 6, columns: 2, lanes, packed);
        var random = new Random(3);
        float[] a = [.. Enumerable.Range(0, m * k).Select(_ => random.NextSingle() - 0.5f)];
        float[] b = [.. Enumerable.Range(0, k * n).Select(_ => random.NextSingle() - 0.5f)], c = new float[m * n];
        // Packed: six rows side by side for each k.
        float[] left = packed ? [.. Enumerable.Range(0, m * k).Select(i => a[(i / (6 * k) * 6 + i % 6) * k + i / 6 % k])] : a;
        lines.Run(c, left, b);
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
            {
                float sum = 0;
                for (int p = 0; p < k; p++) sum = MathF.FusedMultiplyAdd(a[i * k + p], b[p * n + j], sum);
                Assert.That(c[i * n + j], Is.EqualTo(sum), $"[{i}, {j}]");
            }
    }

    /// <summary>c[m, n] = a[m, k] b[k, n] by tiles of rows x columns vectors; a may come packed by rows.</summary>
    internal static void Tile(Lines lines, int m, int n, int k, int rows, int columns, int lanes, bool packed)
    {
        UOp c = lines.Output(DType.Float32, m * n), a = lines.Input(DType.Float32, m * k), b = lines.Input(DType.Float32, k * n);
        UOp i = lines.Loop(m / rows), j = lines.Loop(n / (columns * lanes));
        var acc = new UOp[rows, columns];
        for (int r = 0; r < rows; r++)
            for (int q = 0; q < columns; q++)
                acc[r, q] = lines.Acc(UOp.Const(0.0, DType.Float32).Splat(lanes));
        UOp left = lines.Line(i * (rows * k)), right = lines.Line(j * (columns * lanes));
        var p = lines.Loop(k);
        var vectors = Enumerable.Range(0, columns).Select(q => lines.Line(Lines.Load(b, p * n + right + q * lanes, lanes))).ToArray();
        for (int r = 0; r < rows; r++)
        {
            var index = packed ? left + p * rows + r : left + p + r * k;
            var scalar = lines.Line(Lines.Load(a, index).Splat(lanes));
            for (int q = 0; q < columns; q++) lines.Set(acc[r, q], Lines.MulAcc(scalar, vectors[q], acc[r, q]));
        }
        lines.End(p);
        UOp at = lines.Line(i * (rows * n) + right);
        for (int r = 0; r < rows; r++)
            for (int q = 0; q < columns; q++)
                lines.Store(c, at + (r * n + q * lanes), acc[r, q]);
        lines.End(j);
        lines.End(i);
    }
}
