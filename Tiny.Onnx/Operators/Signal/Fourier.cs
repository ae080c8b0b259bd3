namespace Tiny.Onnx.Operators.Signal;

/// <summary>Complex numbers as two tensors of one shape; without imaginary parts they are real.</summary>
sealed record Complex(Tensor Re, Tensor? Im)
{
    /// <summary>The same movement of both parts.</summary>
    public Complex Move(Func<Tensor, Tensor> move) => new(move(Re), Im is null ? null : move(Im));

    public static Complex operator *(Complex a, Complex b)
    {
        var (re, im) = (b.Re, b.Im!);
        return a.Im is null ? new(a.Re * re, a.Re * im) : new(a.Re * re - a.Im * im, a.Re * im + a.Im * re);
    }

    /// <summary>The product of the rows with a matrix.</summary>
    public Complex MatMul(Complex b)
    {
        var (re, im) = (b.Re, b.Im!);
        return Im is null ? new(Re.MatMul(re), Re.MatMul(im)) : new(Re.MatMul(re) - Im.MatMul(im), Re.MatMul(im) + Im.MatMul(re));
    }
}

/// <summary>
/// The discrete Fourier transform along the last axis. A length that is a product is split into transforms of its factors with turns in between (Cooley and Tukey, 1965),
/// so that n = a b takes n (a + b) products; a short or prime one, for which that is no less work, is a product with the matrix of its turns.
/// </summary>
static class Fourier
{
    // Up to here a matrix is as good as two smaller ones.
    const int Short = 8;

    /// <summary>Sums of x[n] e^(-2 pi i k n / N) for all k; with <paramref name="inverse"/> the sign is turned and the sum divided by N.</summary>
    public static Complex Transform(Complex x, bool inverse)
    {
        int length = x.Re.Shape[x.Re.Rank - 1];
        if (length == 0) return x.Im is null ? x with { Im = x.Re } : x;
        var result = Sum(x, length, inverse ? 1 : -1);
        return inverse ? result.Move(t => t * (1.0 / length)) : result;
    }

    static Complex Sum(Complex x, int length, int sign)
    {
        int a = Factor(length), b = length / a;
        // Products for each result. A complex one is four real ones, and two with a real factor; the turns in between are one.
        int each = x.Im is null ? 2 : 4;
        if (each * a + 4 + 4 * b >= each * length) a = 1;
        var dtype = x.Re.DType;
        if (a == 1) return x.MatMul(Turns(length, length, length, sign, dtype));
        // x[b p + q] as [p, q]: transforms over p give [q, k], turns by q k, transforms over q give [k, m], which is the result at k + a m.
        var columns = x.Move(t => t.Unflatten(-1, a, b).Transpose());
        var turned = Sum(columns, a, sign) * Turns(b, a, length, sign, dtype);
        return Sum(turned.Move(t => t.Transpose()), b, sign).Move(t => t.Transpose().Flatten(-2));
    }

    // The largest factor not above the square root.
    static int Factor(int length)
    {
        int factor = (int)Math.Sqrt(length);
        while (length % factor != 0) factor--;
        return factor;
    }

    // e^(sign 2 pi i row column / length). A turn is looked up among those of the circle, each rounded once.
    static Complex Turns(int rows, int columns, int length, int sign, DType dtype)
    {
        var index = new int[rows * columns];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) index[r * columns + c] = (int)((long)r * c % length);
        return new(Part(Math.Cos), Part(x => sign * Math.Sin(x)));

        Tensor Part(Func<double, double> part)
        {
            double[] circle = [.. Enumerable.Range(0, length).Select(i => part(2 * Math.PI * i / length))], values = [.. index.Select(i => circle[i])];
            return dtype == DType.Float64 ? Tensor.From(values, rows, columns) : Tensor.From([.. values.Select(v => (float)v)], rows, columns).Cast(dtype);
        }
    }
}
