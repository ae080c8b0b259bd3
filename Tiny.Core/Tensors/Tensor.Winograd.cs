using Tiny.Graph;

namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>
    /// Convolution by windows of 3 x 3 with fewer multiplications: tiles of (m + 2) x (m + 2) elements of the image and the weights are transformed, multiplied element by element and summed
    /// over channels, and transformed back to m x m results. That takes (m + 2)^2 multiplications for 9 m^2 of the sum itself: 2.25 times fewer for m = 2, 4 times for m = 4. The transforms
    /// of images are sums; the one of the weights is done once.
    /// </summary>
    /// <remarks>
    /// S. Winograd, Arithmetic Complexity of Computations, 1980; A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural Networks, 2015, whose matrices these are. In float32 the largest error
    /// is about that of the sum for m = 2, and some times larger for m = 4.
    /// </remarks>
    sealed record Winograd(int Tile, float[][] Image, float[][] Weights, float[][] Result)
    {
        // What one element costs beside a multiplication and its sum, measured on AVX-512: of a transform, and of weights, which come from memory.
        const double Transform = 9, Load = 12, Worth = 1.25;
        // Of transformed elements.
        const long Most = 1 << 23;

        static readonly Winograd[] s_all =
        [
            new(2, [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]], [[1, 0, 0], [.5f, .5f, .5f], [.5f, -.5f, .5f], [0, 0, 1]], [[1, 1, 1, 0], [0, 1, -1, -1]]),
            new(4, [[4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0], [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1]],
                [[1 / 4f, 0, 0], [-1 / 6f, -1 / 6f, -1 / 6f], [-1 / 6f, 1 / 6f, -1 / 6f], [1 / 24f, 1 / 12f, 1 / 6f], [1 / 24f, -1 / 12f, 1 / 6f], [0, 0, 1]],
                [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]),
        ];

        /// <summary>The form that takes least for x[n, ins, height, width] and w[outs, ins, 3, 3]; null where the sum itself does, or where a variable says how large the image is.</summary>
        public static Winograd? Best(Shape x, Shape w, Dim[] output)
        {
            if (x.IsSymbolic || output is not [{ IsSymbolic: false }, { IsSymbolic: false }]) return null;
            double places = (double)(int)x[0] * (int)output[0] * (int)output[1], ins = w[1], outs = w[0];
            double sum = 9 * ins * outs * (places + Load);
            return s_all.Where(f => output.All(d => (int)d % f.Tile == 0) && f.Elements * places / (f.Tile * f.Tile) * (ins + outs) <= Most)
                .Select(f => (Form: f, Price: f.Elements * (ins * outs * (places / (f.Tile * f.Tile) + Load) + Transform * places / (f.Tile * f.Tile) * (ins + outs))))
                .Where(f => f.Price * Worth <= sum).OrderBy(f => f.Price).Select(f => f.Form).FirstOrDefault();
        }

        int Elements => (Tile + 2) * (Tile + 2);

        /// <summary>The convolution, [n, outs, height, width].</summary>
        public Tensor Of(Tensor x, Tensor w, (int Before, int After)[] padding)
        {
            int t = Tile + 2, n = x.Shape[0], ins = w.Shape[1], outs = w.Shape[0];
            // What lies in memory as a caller has it is first put in the order that suits vectors.
            if (x.Node.Op is Op.Param or Op.Buffer) x = x.Contiguous();
            var edges = new (Dim Lo, Dim Hi)[] { (0, 0), (0, 0), padding[0], padding[1] };
            var tiles = new Tensor(Windows(Build.Pad(x.Node, edges), [t, t], [Tile, Tile], [1, 1]));
            int rows = tiles.Shape[2], columns = tiles.Shape[3];
            // [t, t, n, rows, columns, ins] times [t, t, ins, outs]
            var image = Transformed(Image, tiles.Permute(0, 2, 3, 1, 4, 5));
            var weights = Matrix(Weights).MatMul(w.Permute(1, 0, 2, 3)).MatMul(Matrix(Weights).Transpose()).Permute(2, 3, 0, 1).Contiguous();
            var product = image.Reshape(t * t, n * rows * columns, ins).MatMul(weights.Reshape(t * t, ins, outs)).Contiguous();
            // [Tile, Tile, n, rows, columns, outs]
            var result = Transformed(Result, product.Reshape(t, t, n, rows, columns, outs).Permute(2, 3, 4, 5, 0, 1));
            return result.Permute(2, 5, 3, 0, 4, 1).Reshape(n, outs, rows * Tile, columns * Tile);
        }

        static Tensor Matrix(float[][] rows) => From(rows.SelectMany(r => r).ToArray(), rows.Length, rows[0].Length);

        // The matrix times each tile times the matrix transposed, [..., t, t] -> [rows, rows, ...], written out: it is mostly zeros and ones.
        static Tensor Transformed(float[][] matrix, Tensor tiles)
        {
            var columns = Combined(matrix, [.. Enumerable.Range(0, matrix[0].Length).Select(j => LastAt(tiles, j))]);
            var all = columns.Select(c => Combined(matrix, [.. Enumerable.Range(0, matrix[0].Length).Select(i => LastAt(c, i))])).ToArray();
            return Chosen([.. Enumerable.Range(0, matrix.Length).Select(i => Chosen([.. all.Select(column => column[i])]))]);
        }

        // Side by side along a new first axis. All are values everywhere, of which the axis chooses: nothing of them depends on it.
        static Tensor Chosen(Tensor[] parts)
        {
            var shape = new Shape([parts.Length, .. parts[0].Shape.Dims]);
            UOp all = Build.Broadcast(parts[^1].Node, shape), place = Build.IndexAlong(shape, 0);
            for (int i = parts.Length - 1; i-- > 0;) all = Build.Where(Build.Binary(Op.CmpLt, place, Build.Fill(i + 1, place)), Build.Broadcast(parts[i].Node, shape), all);
            return new Tensor(all);
        }

        static Tensor LastAt(Tensor t, int i) => t.Shrink([.. t.Shape.Dims[..^1].ToArray().Select(d => ((Dim)0, d)), (i, i + 1)]).Squeeze(t.Rank - 1);

        // Each row's sum of products with the parts.
        static Tensor[] Combined(float[][] matrix, Tensor[] parts) => [.. matrix.Select(row =>
        {
            Tensor? sum = null;
            foreach (var (part, factor) in parts.Zip(row).Where(p => p.Second != 0).OrderBy(p => p.Second < 0))
            {
                var term = MathF.Abs(factor) == 1 ? part : part * MathF.Abs(factor);
                sum = sum is null ? factor < 0 ? -term : term : factor < 0 ? sum - term : sum + term;
            }
            return sum!;
        })];
    }
}
