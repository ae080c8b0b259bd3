namespace Tiny.Export.WebGpu;

/// <summary>Element types as JavaScript knows them.</summary>
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
}
