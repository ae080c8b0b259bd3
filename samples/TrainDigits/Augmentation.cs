using Tiny;

namespace TrainDigitsSample;

/// <summary>Digits turned, scaled and shifted a little by random numbers.</summary>
static class Augmentation
{
    const double MostAngle = 12 * Math.PI / 180, MostScale = 0.1, MostShift = 1.5;

    /// <summary>The digits of the given numbers as images[n, 1, 28, 28] from 0 to 1, each moved in its own way.</summary>
    public static Tensor Moved(Tensor pixels, Tensor numbers, Tensor step, Tensor seed)
    {
        int n = numbers.Numel, side = DigitSet.Side;
        var random = Noise.Uniform(new Shape(4, n, 1, 1), step, seed, 0) * 2 - 1;
        var angle = random[0] * MostAngle;
        var scale = 1 + random[1] * MostScale;
        // Where a pixel of the result lies in the digit: turned and scaled about the middle, then shifted.
        double middle = (side - 1) / 2.0;
        var y = (Tensor.Arange(side).Cast(DType.Float32) - middle).Reshape(1, side, 1);
        var x = (Tensor.Arange(side).Cast(DType.Float32) - middle).Reshape(1, 1, side);
        Tensor cos = angle.Cos() * scale, sin = angle.Sin() * scale;
        var fromY = cos * y - sin * x + (middle + random[2] * MostShift);
        var fromX = sin * y + cos * x + (middle + random[3] * MostShift);

        // Between four pixels; what lies outside of the digit is paper.
        Tensor top = fromY.Floor(), left = fromX.Floor(), down = fromY - top, right = fromX - left;
        Tensor At(int dy, int dx)
        {
            Tensor row = top.Cast(DType.Int32) + dy, column = left.Cast(DType.Int32) + dx;
            var inside = row.Ge(0) & row.Lt(side) & column.Ge(0) & column.Lt(side);
            var place = numbers.Reshape(n, 1, 1) * DigitSet.Area + row * side + column;
            return pixels.Flatten().Take(inside.Where(place, -1)).Cast(DType.Float32);
        }
        var image = (At(0, 0) * (1 - right) + At(0, 1) * right) * (1 - down) + (At(1, 0) * (1 - right) + At(1, 1) * right) * down;
        return (image / 255).Reshape(n, 1, side, side).Contiguous();
    }
}
