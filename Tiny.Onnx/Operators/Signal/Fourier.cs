using System.Numerics;
using Tiny.Onnx.Import;

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
/// so that n = a b takes n (a + b) products; a short or prime one, for which that is no less work, is a product with the matrix of its turns, and a long prime one a
/// convolution with a chirp (Bluestein, 1970), by transforms of a power of two.
/// </summary>
static class Fourier
{
    // Up to here a matrix is as good as three longer transforms.
    const int LongestMatrix = 1024;

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
        if (a == 1 && length > LongestMatrix) return Chirped(x, length, sign);
        if (a == 1) return x.MatMul(Turns(length, length, length, sign, dtype));
        // x[b p + q] as [p, q]: transforms over p give [q, k], turns by q k, transforms over q give [k, m], which is the result at k + a m.
        var columns = x.Move(t => t.Unflatten(-1, a, b).Transpose());
        var turned = Sum(columns, a, sign) * Turns(b, a, length, sign, dtype);
        return Sum(turned.Move(t => t.Transpose()), b, sign).Move(t => t.Transpose().Flatten(-2));
    }

    // n k = (n^2 + k^2 - (k - n)^2) / 2: turned by n^2 / 2 the signal is convolved with turns back, and turned by k^2 / 2.
    static Complex Chirped(Complex x, int length, int sign)
    {
        long room = (long)BitOperations.RoundUpToPowerOf2((uint)(2L * length - 1));
        var dtype = x.Re.DType;
        // Half turns: squares are taken modulo a whole one.
        int[] halves = HostTable.New<int>(length), around = HostTable.New<int>(room);
        for (long i = 0; i < length; i++) halves[i] = (int)(i * i % (2L * length));
        var inside = HostTable.New<bool>(room);
        for (long i = 0; i < length; i++) (around[i], around[(room - i) % room], inside[i], inside[(room - i) % room]) = (halves[i], halves[i], true, true);
        Complex chirp = Turns(halves, 2 * length, sign, dtype), back = Turns(around, 2 * length, -sign, dtype).Move(t => Tensor.From(inside).Where(t, 0));
        var turned = (x * chirp).Move(t => t.Pad([.. Enumerable.Repeat(((Dim)0, (Dim)0), t.Rank - 1), (0, room - length)]));
        var product = Sum(turned, (int)room, -1) * Sum(back, (int)room, -1);
        var convolved = Sum(product, (int)room, 1).Move(t => Movement.Part(t, t.Rank - 1, 0, length) * (1.0 / room));
        return convolved * chirp;
    }

    // The largest factor not above the square root.
    static int Factor(int length)
    {
        int factor = (int)Math.Sqrt(length);
        while (length % factor != 0) factor--;
        return factor;
    }

    // e^(sign 2 pi i row column / length).
    static Complex Turns(int rows, int columns, int length, int sign, DType dtype)
    {
        var index = HostTable.New<int>(rows, columns);
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) index[r * columns + c] = (int)((long)r * c % length);
        return Turns(index, length, sign, dtype).Move(t => t.Reshape(rows, columns));
    }

    // Turns by parts of a circle, looked up among those of the circle, each rounded once.
    static Complex Turns(int[] index, int length, int sign, DType dtype)
    {
        return new(Part(Math.Cos), Part(x => sign * Math.Sin(x)));

        Tensor Part(Func<double, double> part)
        {
            double[] circle = HostTable.New<double>(length), values = HostTable.New<double>(index.Length);
            for (int i = 0; i < length; i++) circle[i] = part(2 * Math.PI * i / length);
            for (int i = 0; i < index.Length; i++) values[i] = circle[index[i]];
            return dtype == DType.Float64 ? Tensor.From(values) : Tensor.From(Array.ConvertAll(values, v => (float)v)).Cast(dtype);
        }
    }
}
