using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Tiny.Graph;

namespace Tiny.Render;

/// <summary>
/// Vectors of 8- and 16-bit integers in memory: a load widens them to lanes of int32, a store keeps the low bits of each. Emitted code calls
/// these by name, <c>Load4</c>, <c>Load8</c>, <c>Load16</c> by lanes, <c>Store8</c> and <c>Store16</c> by bits. Any address will do.
/// </summary>
static unsafe class IlShortVectors
{
    /// <summary>The pointer that a load of the kind takes.</summary>
    public static Type Pointer(ScalarKind kind) => kind switch
    {
        ScalarKind.Int8 => typeof(sbyte*),
        ScalarKind.UInt8 => typeof(byte*),
        ScalarKind.Int16 => typeof(short*),
        _ => typeof(ushort*),
    };

    public static Vector128<int> Load4(sbyte* p) => Vector128.WidenLower(Vector128.WidenLower(Four(p).AsSByte()));
    public static Vector128<int> Load4(byte* p) => Vector128.WidenLower(Vector128.WidenLower(Four(p).AsByte())).AsInt32();
    public static Vector128<int> Load4(short* p) => Vector128.WidenLower(Eight(p).AsInt16());
    public static Vector128<int> Load4(ushort* p) => Vector128.WidenLower(Eight(p).AsUInt16()).AsInt32();

    public static Vector256<int> Load8(sbyte* p) => Avx2.IsSupported ? Avx2.ConvertToVector256Int32(Eight(p).AsSByte()) : Vector256.Create(Load4(p), Load4(p + 4));
    public static Vector256<int> Load8(byte* p) => Avx2.IsSupported ? Avx2.ConvertToVector256Int32(Eight(p).AsByte()) : Vector256.Create(Load4(p), Load4(p + 4));
    public static Vector256<int> Load8(short* p) => Avx2.IsSupported ? Avx2.ConvertToVector256Int32(Vector128.Load(p)) : Vector256.Create(Load4(p), Load4(p + 4));
    public static Vector256<int> Load8(ushort* p) => Avx2.IsSupported ? Avx2.ConvertToVector256Int32(Vector128.Load(p)) : Vector256.Create(Load4(p), Load4(p + 4));

    public static Vector512<int> Load16(sbyte* p) => Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(Vector128.Load(p)) : Vector512.Create(Load8(p), Load8(p + 8));
    public static Vector512<int> Load16(byte* p) => Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(Vector128.Load(p)) : Vector512.Create(Load8(p), Load8(p + 8));
    public static Vector512<int> Load16(short* p) => Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(Vector256.Load(p)) : Vector512.Create(Load8(p), Load8(p + 8));
    public static Vector512<int> Load16(ushort* p) => Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(Vector256.Load(p)) : Vector512.Create(Load8(p), Load8(p + 8));

    public static void Store8(byte* p, Vector128<int> v)
    {
        var half = Vector128.Narrow(v, v);
        Unsafe.WriteUnaligned(p, Vector128.Narrow(half, half).AsUInt32().ToScalar());
    }

    public static void Store8(byte* p, Vector256<int> v)
    {
        var half = Vector128.Narrow(v.GetLower(), v.GetUpper());
        Unsafe.WriteUnaligned(p, Vector128.Narrow(half, half).AsUInt64().ToScalar());
    }

    public static void Store8(byte* p, Vector512<int> v)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector128Byte(v).Store(p);
            return;
        }
        Store8(p, v.GetLower());
        Store8(p + 8, v.GetUpper());
    }

    public static void Store16(byte* p, Vector128<int> v) => Unsafe.WriteUnaligned(p, Vector128.Narrow(v, v).AsUInt64().ToScalar());

    public static void Store16(byte* p, Vector256<int> v) => Vector128.Narrow(v.GetLower(), v.GetUpper()).Store((short*)p);

    public static void Store16(byte* p, Vector512<int> v)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector256Int16(v).Store((short*)p);
            return;
        }
        Store16(p, v.GetLower());
        Store16(p + 16, v.GetUpper());
    }

    static Vector128<uint> Four(void* p) => Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(p));
    static Vector128<ulong> Eight(void* p) => Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(p));
}
