using Tiny.Graph;

namespace Tiny;

/// <summary>Which C# type holds an element of which dtype.</summary>
static class Element
{
    /// <exception cref="DTypeException">No dtype holds <typeparamref name="T"/>.</exception>
    public static DType TypeOf<T>(string operation) where T : unmanaged =>
        typeof(T) == typeof(float) ? DType.Float32
        : typeof(T) == typeof(double) ? DType.Float64
        : typeof(T) == typeof(int) ? DType.Int32
        : typeof(T) == typeof(uint) ? DType.UInt32
        : typeof(T) == typeof(long) ? DType.Int64
        : typeof(T) == typeof(byte) ? DType.UInt8
        : typeof(T) == typeof(bool) ? DType.Bool
        : throw new DTypeException($"{operation}: no dtype holds {typeof(T).Name}; use float, double, int, uint, long, byte or bool");

    /// <summary>The C# keyword for a dtype's elements.</summary>
    public static string Keyword(DType dtype) => dtype.Kind switch
    {
        ScalarKind.Bool => "bool",
        ScalarKind.UInt8 => "byte",
        ScalarKind.Int32 => "int",
        ScalarKind.UInt32 => "uint",
        ScalarKind.Int64 => "long",
        ScalarKind.Float32 => "float",
        _ => "double",
    };
}
