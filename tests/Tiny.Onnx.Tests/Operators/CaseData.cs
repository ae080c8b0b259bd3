using System.Runtime.InteropServices;

namespace Tiny.Onnx.Tests.Operators;

/// <summary>A tensor of a case: its type by ONNX's number, its extents, and its elements as they are in a file.</summary>
sealed record CaseData(int Type, long[] Dims, byte[] Bytes, string[]? Texts = null)
{
    public static CaseData F(long[] dims, params float[] values) => new(1, dims, Raw(values));
    public static CaseData F(long[] dims, IEnumerable<double> values) => F(dims, [.. values.Select(v => (float)v)]);
    public static CaseData D(long[] dims, params double[] values) => new(11, dims, Raw(values));
    public static CaseData L(long[] dims, params long[] values) => new(7, dims, Raw(values));
    public static CaseData I(long[] dims, params int[] values) => new(6, dims, Raw(values));
    public static CaseData U8(long[] dims, params byte[] values) => new(2, dims, values);
    public static CaseData Bool(long[] dims, params bool[] values) => new(9, dims, [.. values.Select(v => v ? (byte)1 : (byte)0)]);
    public static CaseData S(long[] dims, params string[] values) => new(8, dims, [], values);

    static byte[] Raw<T>(T[] values) where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    /// <summary>The TensorProto.</summary>
    public Proto Message(string name)
    {
        var tensor = Proto.Tensor(name, Type, Dims);
        if (Texts is null) return tensor.Data(9, Bytes);
        foreach (var text in Texts) tensor.Text(6, text);
        return tensor;
    }
}
