using System.Globalization;
using System.Numerics;
using Tiny.Formats;
using Tiny.Onnx;
using Tiny.Onnx.Model;

namespace Tiny.Cli.Models;

/// <summary>Values that a command is given: files of NumPy, or numbers.</summary>
static class Literal
{
    /// <summary>A value for an input.</summary>
    /// <exception cref="WeightsException">The file cannot be read.</exception>
    public static OnnxValue FromFile(string path, OnnxTypeInfo? type)
    {
        var tensor = Npy.Read(path);
        // .npy has no bfloat16 and no floats of eight bits; float32 stands for them.
        if (type is not { Kind: OnnxKind.Tensor, Element: var element } || element is OnnxType.Undefined or OnnxType.String || OnnxTypes.Of(tensor.DType) == element) return tensor;
        return tensor.DType == DType.Float32 && element.Carrier().IsShortFloat && element != OnnxType.Float16
            ? new TensorValue(tensor.Cast(element.Carrier()).Realize(), element)
            : !element.HasOwnDType() && element.Carrier() == tensor.DType ? new TensorValue(tensor, element) : tensor;
    }

    /// <summary>A value that is fixed: numbers with commas between them, or a file.</summary>
    /// <exception cref="CommandException">The text is neither.</exception>
    public static Tensor Fixed(string option, string name, string text, OnnxTypeInfo type, Shape shape)
    {
        var dtype = type.Element.Carrier();
        if (shape.IsSymbolic) throw new CommandException($"{option} {name}: its shape must be of numbers, and '{name}' is {shape}; give its sizes as numbers");
        if (text.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
            return FromFile(text, type) is TensorValue { Tensor: var read } && read.DType == dtype && read.Shape.Equals(shape) ? read
                : throw new CommandException($"{option} {name}: '{name}' is {dtype}{shape}; {text} holds {Npy.Read(text) switch { var t => $"{t.DType}{t.Shape}" }}");
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length != 1 && parts.Length != shape.Size) throw new CommandException($"{option} {name}: '{name}' is {dtype}{shape}, which has {shape.Size} elements; {parts.Length} are given");
        Tensor numbers = dtype.IsFloat ? Tensor.From([.. parts.Select(p => Parsed<double>(p))])
            : dtype.Kind == ScalarKind.UInt64 ? Tensor.From([.. parts.Select(p => Parsed<ulong>(p))]) : Tensor.From([.. parts.Select(p => Whole(Parsed<long>(p), p))]);
        numbers = numbers.Cast(dtype);
        return (parts.Length == 1 ? numbers.Reshape([.. Enumerable.Repeat(1, shape.Rank)]).Expand(shape) : numbers.Reshape(shape)).Realize();

        T Parsed<T>(string part) where T : INumber<T> => part switch
        {
            "true" when dtype.IsBool => T.One,
            "false" when dtype.IsBool => T.Zero,
            _ => T.TryParse(part, dtype.IsFloat ? NumberStyles.Float : NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : throw Wrong(part),
        };

        long Whole(long n, string part) => dtype.Kind switch
        {
            ScalarKind.Bool => n is 0 or 1,
            ScalarKind.Int64 => true,
            _ => n >= (dtype.IsUnsigned ? 0 : -(1L << dtype.Size * 8 - 1)) && n < 1L << dtype.Size * 8 - (dtype.IsUnsigned ? 0 : 1),
        } ? n : throw Wrong(part);

        CommandException Wrong(string part) => new($"{option} {name}: '{part}' is no {dtype}; write numbers with commas between them, or the name of an .npy file");
    }
}
