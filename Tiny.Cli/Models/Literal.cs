using System.Globalization;
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
    public static Tensor Fixed(string name, string text, DType dtype, Shape shape)
    {
        if (text.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
            return Npy.Read(text) is var read && read.DType == dtype && read.Shape.Equals(shape) ? read
                : throw new CommandException($"'{name}' is {dtype}{shape}; {text} holds {read.DType}{read.Shape}");
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        var numbers = new List<double>();
        foreach (var part in parts)
            numbers.Add(part switch
            {
                "true" => 1,
                "false" => 0,
                _ => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double n) ? n
                    : throw new CommandException($"'{name}={text}': write numbers with commas between them, or the name of an .npy file"),
            });
        if (numbers.Count != 1 && numbers.Count != shape.Size) throw new CommandException($"'{name}' is {dtype}{shape}, which has {shape.Size} elements; {numbers.Count} are given");
        var values = numbers.Count == 1 ? Enumerable.Repeat(numbers[0], checked((int)shape.Size)) : numbers;
        return Tensor.From([.. values]).Cast(dtype).Reshape(shape).Realize();
    }
}
