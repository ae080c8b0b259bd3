using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators;

/// <summary>Constants, fills, shapes as values, ranges.</summary>
static class Creation
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Constant", Constant),
        new("ConstantOfShape", n => Fill(n.HasSizes(0) || n.Declared(0) is null ? new Shape([.. n.Sizes(0).Select(n.NotNegative)]) : n.Declared(0)!, n.Tensor("value"))),
        new("Shape", n => Sizes(n.Value<OnnxValue>(0), n.Integer("start", 0), n.Integer("end", int.MaxValue))),
        new("Size", n => n.At(0) is StringValue s ? Tensor.Scalar((long)s.Shape.Numel, DType.Int64) : Tensor.Of(n[0].Shape.Count).Cast(DType.Int64)),
        new("Range", Range),
        new("EyeLike", EyeLike),
    ];

    static Results Constant(NodeContext n)
    {
        if (n.Tensor("value") is { } tensor) return n.Constant(tensor);
        if (n.HasAttribute("value_int")) return Tensor.Scalar(n.Integer("value_int"), DType.Int64);
        if (n.HasAttribute("value_float")) return Tensor.Scalar(n.Float("value_float", 0), DType.Float32);
        if (n.Integers("value_ints") is { } integers) return Tensor.From(integers);
        if (n.Floats("value_floats") is { } floats) return Tensor.From(floats);
        if (n.HasAttribute("value_string")) return new StringValue(Shape.Scalar, [n.Text("value_string")]);
        if (n.Texts("value_strings") is { } texts) return new StringValue(new Shape(texts.Length), texts);
        throw new OnnxUnsupportedException("this kind of constant");
    }

    /// <summary>One value everywhere: a fill, which takes no memory.</summary>
    static OnnxValue Fill(Shape shape, OnnxTensor? value)
    {
        if (value is null) return Tensor.Zeros(shape, DType.Float32);
        if (value.Shape.Size != 1) throw NodeContext.Bad($"the value {value.Type.Name()}{value.Shape} has not one element");
        var memory = value.Decode();
        var dtype = value.Type.Carrier();
        Number number = dtype.IsBool ? HostNumbers.Integers(memory, dtype, 1)[0] != 0
            : dtype.Kind == ScalarKind.UInt64 ? (ulong)HostNumbers.Integers(memory, dtype, 1)[0]
            : dtype.IsFloat ? HostNumbers.Floats(memory, dtype, 1)[0] : HostNumbers.Integers(memory, dtype, 1)[0];
        return new TensorValue(Tensor.Full(shape, number, dtype), value.Type);
    }

    static Tensor Sizes(OnnxValue value, long start, long end)
    {
        var shape = value switch { TensorValue t => t.Tensor.Shape, StringValue s => s.Shape, _ => throw NodeContext.Bad($"a {value} has no shape") };
        int begin = Place(start), stop = Math.Max(begin, Place(end));
        if (!shape.IsSymbolic) return Tensor.From([.. shape.Dims[begin..stop].ToArray().Select(d => (long)d)], stop - begin);
        return begin == stop ? Tensor.Zeros(new Shape(0), DType.Int64) : Tensor.Stack([.. shape.Dims[begin..stop].ToArray().Select(d => Tensor.Of(d).Cast(DType.Int64))]);

        int Place(long axis) => (int)Math.Clamp(axis < 0 ? axis + shape.Rank : axis, 0, shape.Rank);
    }

    static Results Range(NodeContext n)
    {
        var (start, limit, step) = (n[0].Reshape([]), n[1], n[2].Reshape([]));
        var dtype = start.DType;
        bool known = n.IsKnown(0) && n.IsKnown(1) && n.IsKnown(2);
        Dim count;
        if (!known && !dtype.IsFloat && Enumerable.Range(0, 3).All(n.HasSizes) && n.Sizes(2)[0] is { IsSymbolic: false, Max: > 0 } every)
            count = n.NotNegative((n.Sizes(1)[0] - n.Sizes(0)[0] + every - 1) / every);
        else if (!known && n.Declared(0) is { Rank: 1 } declared) count = declared[0];
        else if (!known && !dtype.IsFloat && n.ComputesSizes)
        {
            var by = step.Lt(0).Where(step + 1, step - 1);
            count = n.Counted((limit.Reshape([]) - start + by).FloorDiv(step), 0, 0);
        }
        else if (dtype.IsFloat)
        {
            double by = n.Floats(2)[0], numbers = Math.Ceiling((n.Floats(1)[0] - n.Floats(0)[0]) / by);
            count = by == 0 || double.IsNaN(numbers) || numbers > int.MaxValue ? throw NodeContext.Bad($"{numbers} numbers") : (int)Math.Max(0, numbers);
        }
        else
        {
            Int128 from = n.Integer(0), by = n.Integer(2), distance = n.Integer(1) - from;
            if (by == 0) throw NodeContext.Bad("a step of 0");
            count = checked((int)Int128.Max(0, (distance + by - Int128.Sign(by)) / by));
        }
        return start + Tensor.Arange(count).Cast(dtype) * step;
    }

    static Results EyeLike(NodeContext n)
    {
        var shape = n[0].Shape;
        if (shape.Rank != 2) throw NodeContext.Bad($"{shape} is no matrix");
        var type = n.Type("dtype", n.TypedAt(0).Type);
        var diagonal = Tensor.Arange(shape[1]).Eq(Tensor.Arange(shape[0]).Unsqueeze(1) + (int)Math.Clamp(n.Integer("k", 0), -int.MaxValue / 2, int.MaxValue / 2));
        return Casting.Convert(new TensorValue(diagonal), type);
    }
}
