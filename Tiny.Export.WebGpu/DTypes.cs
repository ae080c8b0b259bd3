namespace Tiny.Export.WebGpu;

/// <summary>Element types as the host page and the weights file know them.</summary>
internal static class DTypes
{
    /// <summary>The typed array that holds the type, or null where a bundle cannot take it.</summary>
    public static string? Array(DType type) => type.Kind switch
    {
        ScalarKind.Float32 => "Float32Array",
        ScalarKind.Int32 => "Int32Array",
        ScalarKind.UInt32 => "Uint32Array",
        _ => null,
    };

    /// <summary>The type's name in a safetensors header.</summary>
    public static string Safetensors(DType type) => type.Kind switch
    {
        ScalarKind.Float32 => "F32",
        ScalarKind.Int32 => "I32",
        ScalarKind.UInt32 => "U32",
        _ => throw new TargetException($"webgpu: no {type} in a weights file"),
    };
}
