namespace Tiny;

/// <summary>Which C# type holds an element of which dtype.</summary>
static class Element
{
    static readonly (Type Type, DType DType, string Name)[] s_all =
    [
        (typeof(float), DType.Float32, "float"), (typeof(double), DType.Float64, "double"), (typeof(Half), DType.Float16, "Half"),
        (typeof(BFloat16), DType.BFloat16, "BFloat16"), (typeof(Float8E4M3), DType.Float8E4M3, "Float8E4M3"), (typeof(Float8E5M2), DType.Float8E5M2, "Float8E5M2"),
        (typeof(sbyte), DType.Int8, "sbyte"), (typeof(short), DType.Int16, "short"), (typeof(int), DType.Int32, "int"), (typeof(long), DType.Int64, "long"),
        (typeof(byte), DType.UInt8, "byte"), (typeof(ushort), DType.UInt16, "ushort"), (typeof(uint), DType.UInt32, "uint"), (typeof(ulong), DType.UInt64, "ulong"),
        (typeof(bool), DType.Bool, "bool"),
    ];

    /// <exception cref="DTypeException">No dtype holds <typeparamref name="T"/>.</exception>
    public static DType TypeOf<T>(string operation) where T : unmanaged => TypeOf(typeof(T), operation);

    /// <exception cref="DTypeException">No dtype holds the type.</exception>
    public static DType TypeOf(Type element, string operation)
    {
        foreach (var (type, dtype, _) in s_all)
            if (type == element) return dtype;
        throw new DTypeException($"{operation}: no dtype holds {element.Name}; use {string.Join(", ", s_all[..^1].Select(e => e.Name))} or {s_all[^1].Name}");
    }

    /// <summary>The C# type of a dtype's elements.</summary>
    public static Type ClrType(DType dtype) => Array.Find(s_all, e => e.DType == dtype).Type;

    /// <summary>What C# calls a dtype's elements.</summary>
    public static string Keyword(DType dtype) => Array.Find(s_all, e => e.DType == dtype).Name;
}
