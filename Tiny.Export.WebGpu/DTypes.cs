namespace Tiny.Export.WebGpu;

/// <summary>Element types as JavaScript knows them.</summary>
internal static class DTypes
{
    /// <summary>
    /// The TypeScript type of the array that holds the type. What JavaScript has no number for is its bits; for float16 only older browsers and
    /// compilers have none.
    /// </summary>
    /// <exception cref="TargetException">WebGPU has no such type.</exception>
    public static string Array(DType type) => type.Kind switch
    {
        ScalarKind.Bool or ScalarKind.UInt8 or ScalarKind.Float8E4M3 or ScalarKind.Float8E5M2 => "Uint8Array",
        ScalarKind.Int8 => "Int8Array",
        ScalarKind.Int16 => "Int16Array",
        ScalarKind.UInt16 or ScalarKind.BFloat16 => "Uint16Array",
        ScalarKind.Float16 => "Float16Values",
        ScalarKind.Int32 => "Int32Array",
        ScalarKind.UInt32 => "Uint32Array",
        ScalarKind.Int64 => "BigInt64Array",
        ScalarKind.UInt64 => "BigUint64Array",
        ScalarKind.Float32 => "Float32Array",
        _ => throw new TargetException($"webgpu: a bundle has no arrays of {type}"),
    };

    /// <summary>What an element's number in JavaScript means, where that is not plain; else nothing.</summary>
    public static string Note(DType type) => type.Kind switch
    {
        ScalarKind.Bool => ", 0 or 1",
        ScalarKind.Float16 => ", bits where the browser has no Float16Array",
        ScalarKind.BFloat16 or ScalarKind.Float8E4M3 or ScalarKind.Float8E5M2 => ", its bits",
        _ => "",
    };
}
