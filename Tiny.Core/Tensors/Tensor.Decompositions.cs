using Tiny.Graph;

namespace Tiny;

// Dense matrices of moderate size, unrolled: each reflection or round of rotations is a few kernels. Leading axes are a batch. Shorter floats are computed in
// float32, integers become float32.
public sealed partial class Tensor
{
    const int MostReflections = 64, MostRotated = 32, Sweeps = 10;

    /// <summary>
    /// This[..., m, n] as Q[..., m, k] with orthonormal columns times an upper triangular R[..., k, n], k the shorter of both. By Householder's reflections
    /// (Golub and Van Loan, Matrix Computations, 5.2), about 2 m n k multiplications in 4 k kernels. R's diagonal may be negative.
    /// </summary>
    /// <exception cref="ShapeException">This is no matrix, or k exceeds 64.</exception>
    public (Tensor Q, Tensor R) Qr()
    {
        using var scope = Origin.Scope("qr");
        var (m, n) = Matrix("Qr", MostReflections);
        int k = Math.Min(m, n);
        var (r, mirrors) = Reflected(Cast(Wide(FloatDType)), k);
        return (Orthonormal(r, mirrors, k).Cast(FloatDType), r.Along(-2, 0, k).Triu().Cast(FloatDType));
    }

    /// <summary>
    /// X such that this[..., n, n] times X is <paramref name="right"/>[..., n, k], or a vector [n]. By <see cref="Qr"/>'s reflections of both sides and back substitution, 5 n
    /// kernels. A singular matrix gives numbers without meaning, infinities or NaN. Leading axes broadcast.
    /// </summary>
    /// <exception cref="ShapeException">This is not square, n exceeds 64, or the right side does not fit.</exception>
    public Tensor Solve(Tensor right)
    {
        NotNull(right);
        using var scope = Origin.Scope("solve");
        var (m, n) = Matrix("Solve", MostReflections);
        bool vector = right.Rank == 1;
        if (m != n || right.Rank == 0 || !right.Shape[vector ? 0 : right.Rank - 2].Is(n))
            throw new ShapeException($"Solve: {Shape} x = {right.Shape}: a square matrix [..., n, n] and a right side [n] or [..., n, k] are needed");
        var result = Promote(FloatDType, right.FloatDType);
        var b = (vector ? right.Unsqueeze(1) : right).Cast(Wide(result));
        Dim[] lead = [.. BroadcastShape("Solve", new Shape(Shape.Dims[..^2]), new Shape(b.Shape.Dims[..^2])).Dims];
        int columns = b.Shape[b.Rank - 1];
        var sides = Cat([Cast(Wide(result)).Expand([.. lead, n, n]), b.Expand([.. lead, n, columns])], -1);
        if (n == 0 || columns == 0 || sides.Shape.Size == 0) return right.Cast(result);
        var (r, _) = Reflected(sides, n);
        Tensor a = r.Along(-1, 0, n), y = r.Along(-1, n, n + columns);
        var rows = new Tensor[n];
        for (int i = n - 1; i >= 0; i--)
        {
            rows[i] = (y.Along(-2, i, i + 1) / a.Along(-2, i, i + 1).Along(-1, i, i + 1)).Contiguous();
            if (i > 0) y = (y.Along(-2, 0, i) - a.Along(-2, 0, i).Along(-1, i, i + 1) * rows[i]).Contiguous();
        }
        var x = Cat(rows, -2).Cast(result);
        return vector ? x.Squeeze(-1) : x;
    }

    /// <summary>The determinant of each matrix of this[..., n, n]. By elimination with the largest of each column as pivot, n steps; 0 where a column is 0.</summary>
    /// <exception cref="ShapeException">This is not square, or n exceeds 64.</exception>
    public Tensor Det()
    {
        using var scope = Origin.Scope("det");
        var (m, n) = Matrix("Det", MostReflections);
        if (m != n) throw new ShapeException($"Det: {Shape} is not square");
        var rest = Cast(Wide(FloatDType));
        var product = Full(new Shape(Shape.Dims[..^2]), 1, rest.DType);
        for (int left = n; left > 0; left--)
        {
            var column = rest.Along(-1, 0, 1);
            var at = column.Abs().ArgMax(Rank - 2, keepdim: true);
            // The row of the pivot is taken out, and the first row put in its place: that turns the sign.
            var hit = Arange(left).Unsqueeze(1).Eq(at);
            var row = hit.Where(rest, 0).Sum(Rank - 2, keepdim: true);
            var pivot = row.Along(-1, 0, 1);
            product *= (at.Eq(0).Where(pivot, -pivot)).Reshape(product.Shape);
            if (left == 1) break;
            var others = hit.Where(rest.Along(-2, 0, 1), rest).Along(-2, 1, left);
            var factor = others.Along(-1, 0, 1) / pivot.Eq(0).Where(1, pivot);
            rest = (others.Along(-1, 1, left) - factor * row.Along(-1, 1, left)).Contiguous();
        }
        return product.Cast(FloatDType);
    }

    /// <summary>
    /// This[..., m, n] as U[..., m, k] times S[..., k] on a diagonal times V[..., k, n], k the shorter of both: U's columns and V's rows are orthonormal, S is not
    /// negative and descending. By one-sided Jacobi rotations (Hestenes 1958) of all disjoint pairs of columns at once, in 10 sweeps of k - 1 rounds of two kernels; U by the
    /// reflections of <see cref="Qr"/>.
    /// </summary>
    /// <exception cref="ShapeException">This is no matrix, or k exceeds 32.</exception>
    public (Tensor U, Tensor S, Tensor V) Svd()
    {
        using var scope = Origin.Scope("svd");
        var (m, n) = Matrix("Svd", MostRotated);
        if (m < n)
        {
            var (left, s, right) = Transpose().Svd();
            return (right.Transpose(), s, left.Transpose());
        }
        if (Shape.Size == 0) return (Zeros(Shape, FloatDType), Zeros(new Shape(Shape.Dims[..^1]).With(Rank - 2, n), FloatDType), Zeros(Shape.With(Rank - 2, n), FloatDType));
        // An even number of columns, and below them what the rotations make of the unit matrix.
        int even = n + n % 2, half = even / 2;
        Dim[] lead = [.. Shape.Dims[..^2]];
        var columns = Cast(Wide(FloatDType)).Pad([.. Shape.Select((_, i) => ((Dim)0, (Dim)(i == Rank - 1 ? even - n : 0)))]);
        var both = Cat([columns, Eye(even, dtype: columns.DType).Expand([.. lead, even, even])], -2);
        for (int round = 0; even > 1 && round < Sweeps * (even - 1); round++)
        {
            Tensor p = both.Along(-1, 0, half), q = both.Along(-1, half, even), a = p.Along(-2, 0, m), b = q.Along(-2, 0, m);
            Tensor across = (a * b).Sum(-2, true), zeta = ((b * b).Sum(-2, true) - (a * a).Sum(-2, true)) / (across * 2);
            var size = zeta.Abs();
            var tangent = across.Eq(0).Where(0, zeta.Lt(0).Where(-1, One(zeta)) / (size + (size * size + 1).Sqrt()));
            var cosine = (tangent * tangent + 1).Rsqrt().Contiguous();
            var sine = (tangent * cosine).Contiguous();
            Tensor turned = cosine * p - sine * q, other = sine * p + cosine * q;
            // The first column stays, the others move on by one place in a circle: after a sweep each pair has met, and all are back.
            both = Cat([turned.Along(-1, 0, 1), .. half > 1 ? [other.Along(-1, 0, 1), turned.Along(-1, 1, half - 1), other.Along(-1, 1, half), turned.Along(-1, half - 1, half)]
                : (Tensor[])[other]], -1).Contiguous();
        }
        var norms = both.Along(-2, 0, m).Square().Sum(-2).Sqrt();
        var order = norms.Argsort(descending: true).Along(-1, 0, n).Unsqueeze(-2);
        Tensor Ordered(Tensor x) => x.Gather(-1, order.Expand([.. x.Shape.Dims[..^1], n]));
        var (r, mirrors) = Reflected(Ordered(both.Along(-2, 0, m)), n);
        var signs = r.Along(-2, 0, n).Diagonal(0, -2, -1).Lt(0).Where(-1, One(norms.Along(-1, 0, n)));
        var u = Orthonormal(r, mirrors, n) * signs.Unsqueeze(-2);
        var v = Ordered(both.Along(-2, m, m + n));
        return (u.Cast(FloatDType), norms.Gather(-1, order.Squeeze(-2)).Cast(FloatDType), v.Transpose().Cast(FloatDType));
    }

    (int Rows, int Columns) Matrix(string operation, int most)
    {
        if (Rank < 2) throw new ShapeException($"{operation}: {Shape} is not a matrix");
        int m = Shape[Rank - 2], n = Shape[Rank - 1];
        if (Math.Min(m, n) > most) throw new ShapeException($"{operation}: {Shape}: the shorter side of the matrix is at most {most}");
        return (m, n);
    }

    /// <summary>
    /// The matrix with zeros below its diagonal in the first columns, after as many reflections x - scale u (u^T x), each a column u and a number.
    /// </summary>
    static (Tensor Reflected, List<(Tensor U, Tensor Scale)> Mirrors) Reflected(Tensor x, int count)
    {
        int m = x.Shape[x.Rank - 2];
        var row = Arange(m).Unsqueeze(1);
        var mirrors = new List<(Tensor, Tensor)>();
        for (int j = 0; j < Math.Min(count, m - 1); j++)
        {
            var column = row.Ge(j).Where(x.Along(-1, j, j + 1), 0);
            // Scaled, so that squares neither overflow nor vanish; of a column of zeros nothing is reflected.
            var largest = column.Abs().Max(-2, true);
            column = largest.Gt(0).Where(column / largest, 0);
            Tensor first = column.Along(-2, j, j + 1), norm = column.Square().Sum(-2, true).Sqrt();
            var u = row.Eq(j).Where(column + first.Lt(0).Where(-norm, norm), column).Contiguous();
            var scale = largest.Gt(0).Where(One(norm) / (norm * (norm + first.Abs())), 0).Contiguous();
            mirrors.Add((u, scale));
            x = Mirrored(x, u, scale);
        }
        return (x, mirrors);
    }

    static Tensor Mirrored(Tensor x, Tensor u, Tensor scale) => (x - u * (scale * (u * x).Sum(-2, true))).Contiguous();

    /// <summary>The first columns of the product of reflections.</summary>
    static Tensor Orthonormal(Tensor like, List<(Tensor U, Tensor Scale)> mirrors, int columns)
    {
        int rows = like.Shape[like.Rank - 2];
        var q = Eye(rows, columns, like.DType).Expand([.. like.Shape.Dims[..^2], rows, columns]);
        for (int j = mirrors.Count - 1; j >= 0; j--) q = Mirrored(q, mirrors[j].U, mirrors[j].Scale);
        return q;
    }
}
