using System.Runtime.Intrinsics;
using Tiny.Graph;

namespace Tiny.Runtime;

/// <summary>Reductions of the interpreter: one accumulator an output element, double for floats and long for the rest.</summary>
static unsafe class InterpreterReduce
{
    public static HostArray Run(ReduceArg arg, IInterpreterRows x, Shape shape)
    {
        var result = HostArray.New(x.DType, shape.Extents());
        // An accumulator stands still along reduced axes.
        var strides = result.Strides.Select((s, i) => arg.Axes.Contains(i) ? 0 : s).ToArray();
        if (x.DType.IsFloat) Reals(arg.Op, x, result, strides);
        else Wholes(arg.Op, x, result, strides);
        return result;
    }

    static void Reals(Op op, IInterpreterRows x, HostArray result, long[] strides)
    {
        var sums = new double[new Shape(result.Extents).Numel];
        Array.Fill(sums, op switch
        {
            Op.Add => 0.0,
            Op.Mul => 1.0,
            Op.Max => double.NegativeInfinity,
            Op.Min => double.PositiveInfinity,
            _ => throw new InvalidOperationException($"{op} is no reduction"),
        });
        var row = new double[Math.Min(InterpreterRows.Chunk, new Shape(x.Extents).Numel)];
        InterpreterRows.Each(x.Extents, [.. x.Strides, strides], (at, n, step) =>
        {
            x.Read(at, step, row.AsSpan(0, n));
            long to = at[^1], by = step[^1];
            switch (op)
            {
                case Op.Add when by == 0:
                    sums[to] += Sum(row.AsSpan(0, n));
                    break;
                case Op.Add:
                    for (int i = 0; i < n; i++, to += by) sums[to] += row[i];
                    break;
                case Op.Mul:
                    for (int i = 0; i < n; i++, to += by) sums[to] *= row[i];
                    break;
                case Op.Max:
                    for (int i = 0; i < n; i++, to += by) sums[to] = Math.Max(sums[to], row[i]);
                    break;
                default:
                    for (int i = 0; i < n; i++, to += by) sums[to] = Math.Min(sums[to], row[i]);
                    break;
            }
        });
        InterpreterRows.Store(result.Start, 1, result.DType, sums);
    }

    // In vectors, whose additions do not wait for one another.
    static double Sum(ReadOnlySpan<double> row)
    {
        var sum = Vector512<double>.Zero;
        int i = 0;
        for (; i <= row.Length - Vector512<double>.Count; i += Vector512<double>.Count) sum += Vector512.Create(row[i..]);
        double total = Vector512.Sum(sum);
        for (; i < row.Length; i++) total += row[i];
        return total;
    }

    static void Wholes(Op op, IInterpreterRows x, HostArray result, long[] strides)
    {
        bool large = x.DType.Kind == ScalarKind.UInt64;
        var sums = new long[new Shape(result.Extents).Numel];
        Array.Fill(sums, op switch
        {
            Op.Add => 0,
            Op.Mul => 1,
            Op.Max => large ? 0 : long.MinValue,
            Op.Min => large ? -1 : long.MaxValue,
            _ => throw new InvalidOperationException($"{op} is no reduction"),
        });
        var row = new long[Math.Min(InterpreterRows.Chunk, new Shape(x.Extents).Numel)];
        InterpreterRows.Each(x.Extents, [.. x.Strides, strides], (at, n, step) =>
        {
            x.Read(at, step, row.AsSpan(0, n));
            long to = at[^1], by = step[^1];
            for (int i = 0; i < n; i++, to += by)
                sums[to] = op switch
                {
                    Op.Add => unchecked(sums[to] + row[i]),
                    Op.Mul => unchecked(sums[to] * row[i]),
                    Op.Max when large => unchecked((long)Math.Max((ulong)sums[to], (ulong)row[i])),
                    Op.Min when large => unchecked((long)Math.Min((ulong)sums[to], (ulong)row[i])),
                    Op.Max => Math.Max(sums[to], row[i]),
                    _ => Math.Min(sums[to], row[i]),
                };
        });
        InterpreterRows.Store(result.Start, 1, result.DType, sums);
    }
}
