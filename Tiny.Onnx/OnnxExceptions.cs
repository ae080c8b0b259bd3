using Tiny.Onnx.Model;

namespace Tiny.Onnx;

/// <summary>A file that is no valid ONNX model or value.</summary>
public sealed class OnnxFormatException(string message, Exception? inner = null) : TinyException("TINY1010", message, inner);

/// <summary>A model that cannot be run as it is given: an input is missing, or does not fit what the model declares.</summary>
public sealed class OnnxInputException(string message) : TinyException("TINY1011", message);

/// <summary>Something in a valid model that this library does not do.</summary>
public class OnnxUnsupportedException(string message, Exception? inner = null) : TinyException("TINY1012", message, inner);

/// <summary>
/// An operator needs numbers (a shape, the ends of a slice, a count) that depend on the model's inputs, so that they are known only at the call, and the
/// program is built before.
/// </summary>
public sealed class OnnxDataDependentException(string message) : OnnxUnsupportedException(message);

/// <summary>A node that does not fit its inputs; the message names it.</summary>
public sealed class OnnxNodeException(string message, Exception? inner = null) : TinyException("TINY1013", message, inner)
{
    internal static OnnxNodeException At(OnnxNode node, Exception e) => new($"{node}: {Reason(e)}", e);

    // What the runtime says of its own arrays and numbers says nothing of the model's.
    static string Reason(Exception e) => e switch
    {
        TinyException own => own.Text,
        OverflowException => "a number is larger than any tensor has elements",
        IndexOutOfRangeException or ArgumentOutOfRangeException or KeyNotFoundException or InvalidCastException or NullReferenceException => "its inputs and attributes do not go together",
        _ => e.Message,
    };
}
