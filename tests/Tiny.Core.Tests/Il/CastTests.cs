using NUnit.Framework;
using Tiny.Graph;

namespace Tiny.Core.Tests.Il;

/// <summary>Conversions between all kinds, against plain statements of what they mean.</summary>
public class CastTests
{
    [Test]
    public void Scalar([Range(0, 6)] int from, [Range(0, 6)] int to)
    {
        var (a, b) = (Samples.Kinds[from], Samples.Kinds[to]);
        Check(a, b, 1, ArrayOf(a));
    }

    [Test]
    public void Vector([Values(4, 8, 16)] int lanes)
    {
        DType[] kinds = [DType.Int32, DType.UInt32, DType.Float32];
        foreach (var from in kinds)
            foreach (var to in kinds)
                Check(from, to, lanes, ArrayOf(from));
    }

    [Test]
    public void VectorToAndFromMask([Values(4, 8, 16)] int lanes, [Values(0, 1, 2)] int kind)
    {
        var type = ((DType[])[DType.Int32, DType.UInt32, DType.Float32])[kind];
        var a = ArrayOf(type);
        using var lines = new Lines();
        UOp to = lines.Output(type, a.Length), from = lines.Input(type, a.Length);
        var i = lines.Loop(a.Length / lanes);
        lines.Store(to, i * lanes, Lines.Load(from, i * lanes, lanes).Cast(DType.Bool.Vec(lanes)).Cast(type.Vec(lanes)));
        lines.End(i);
        var result = (Array)a.Clone();
        lines.Run(result, a);
        for (int k = 0; k < a.Length; k++)
            Assert.That(Convert.ToDouble(result.GetValue(k)), Is.EqualTo(Truth(a.GetValue(k)!) ? 1 : 0), $"{a.GetValue(k)}");
    }

    [Test]
    public void Bits([Values(1, 4, 8, 16)] int lanes)
    {
        var floats = (float[])ArrayOf(DType.Float32);
        using var lines = new Lines();
        UOp ints = lines.Output(DType.Int32, floats.Length), back = lines.Output(DType.Float32, floats.Length);
        UOp uints = lines.Output(DType.UInt32, floats.Length), from = lines.Input(DType.Float32, floats.Length);
        var i = lines.Loop(floats.Length / lanes);
        var bits = Lines.Load(from, i * lanes, lanes).Bitcast(DType.Int32.Vec(lanes));
        lines.Store(ints, i * lanes, bits);
        lines.Store(uints, i * lanes, bits.Bitcast(DType.UInt32.Vec(lanes)));
        lines.Store(back, i * lanes, bits.Bitcast(DType.Float32.Vec(lanes)));
        lines.End(i);
        var (x, y, z) = (new int[floats.Length], new float[floats.Length], new uint[floats.Length]);
        lines.Run(x, y, z, floats);
        Assert.That(x, Is.EqualTo(floats.Select(BitConverter.SingleToInt32Bits)));
        Assert.That(z, Is.EqualTo(floats.Select(BitConverter.SingleToUInt32Bits)));
        Assert.That(y.Select(BitConverter.SingleToInt32Bits), Is.EqualTo(x));
    }

    [Test]
    public void BitsOfDoubles()
    {
        double[] a = Samples.Of<double>(), back = new double[a.Length];
        long[] bits = new long[a.Length];
        using var lines = new Lines();
        UOp to = lines.Output(DType.Int64, a.Length), again = lines.Output(DType.Float64, a.Length);
        var from = lines.Input(DType.Float64, a.Length);
        var i = lines.Loop(a.Length);
        var made = Lines.Load(from, i).Bitcast(DType.Int64);
        lines.Store(to, i, made);
        lines.Store(again, i, made.Bitcast(DType.Float64));
        lines.End(i);
        lines.Run(bits, back, a);
        Assert.That(bits, Is.EqualTo(a.Select(BitConverter.DoubleToInt64Bits)));
        Assert.That(back.Select(BitConverter.DoubleToInt64Bits), Is.EqualTo(bits));
    }

    static Array ArrayOf(DType type)
    {
        static T[] Whole<T>() => [.. Enumerable.Range(0, 32).Select(i => Samples.Of<T>()[i % Samples.Of<T>().Length])];
        return type.Kind switch
        {
            ScalarKind.Bool => Whole<bool>(),
            ScalarKind.UInt8 => Whole<byte>(),
            ScalarKind.Int32 => Whole<int>(),
            ScalarKind.UInt32 => Whole<uint>(),
            ScalarKind.Int64 => Whole<long>(),
            ScalarKind.Float32 => Whole<float>(),
            _ => Whole<double>(),
        };
    }

    static void Check(DType from, DType to, int lanes, Array a)
    {
        using var lines = new Lines();
        UOp target = lines.Output(to, a.Length), source = lines.Input(from, a.Length);
        var i = lines.Loop(a.Length / lanes);
        lines.Store(target, i * lanes, Lines.Load(source, i * lanes, lanes).Cast(to.Vec(lanes)));
        lines.End(i);
        var result = Array.CreateInstance(ArrayOf(to).GetValue(0)!.GetType(), a.Length);
        lines.Run(result, a);
        for (int k = 0; k < a.Length; k++)
            Assert.That(result.GetValue(k), Is.EqualTo(Expected(a.GetValue(k)!, to)), $"{a.GetValue(k)} from {from} to {to} x{lanes}");
    }

    static bool Truth(object x) => x switch
    {
        bool b => b,
        float f => f != 0,
        double d => d != 0,
        _ => Convert.ToDecimal(x) != 0,
    };

    /// <summary>Floats truncate and saturate, NaN gives 0; integers wrap; an integer to a float is rounded once.</summary>
    static object Expected(object x, DType to)
    {
        if (to.IsBool) return Truth(x);
        if (x is bool b) x = b ? (byte)1 : (byte)0;
        if (to == DType.Float32)
            return x switch
            {
                double d => (float)d,
                float f => f,
                byte n => (float)n,
                int n => (float)n,
                uint n => (float)n,
                _ => (object)(float)(long)x,
            };
        if (to == DType.Float64) return Convert.ToDouble(x);
        if (x is float or double)
        {
            double d = Math.Truncate(Convert.ToDouble(x));
            if (double.IsNaN(d)) d = 0;
            return to.Kind switch
            {
                ScalarKind.UInt8 => (byte)Math.Clamp(d, 0, 255),
                ScalarKind.Int32 => d >= int.MaxValue ? int.MaxValue : d <= int.MinValue ? int.MinValue : (int)d,
                ScalarKind.UInt32 => d >= uint.MaxValue ? uint.MaxValue : d <= 0 ? 0u : (uint)d,
                _ => d >= 9.2233720368547758e18 ? long.MaxValue : d <= -9.2233720368547758e18 ? long.MinValue : (object)(long)d,
            };
        }
        long wide = Convert.ToInt64(x);
        return unchecked(to.Kind switch
        {
            ScalarKind.UInt8 => (byte)wide,
            ScalarKind.Int32 => (int)wide,
            ScalarKind.UInt32 => (uint)wide,
            _ => (object)wide,
        });
    }
}
