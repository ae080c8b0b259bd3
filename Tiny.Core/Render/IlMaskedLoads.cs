using System.Runtime.Intrinsics;

namespace Tiny.Render;

/// <summary>
/// Loads of some lanes of a vector, for machines without an instruction for it: where a mask is -1 the lane is read, where it is 0 it is 0
/// and nothing is read. Emitted code calls these by name: <c>Load4</c>, <c>Load8</c>, <c>Load16</c> by lanes.
/// </summary>
static unsafe class IlMaskedLoads
{
    public static Vector128<int> Load4(int* p, Vector128<int> mask)
    {
        if (Vector128.EqualsAll(mask, Vector128<int>.AllBitsSet)) return Vector128.Load(p);
        int* lanes = stackalloc int[4];
        for (int i = 0; i < 4; i++) lanes[i] = mask.GetElement(i) == 0 ? 0 : p[i];
        return Vector128.Load(lanes);
    }

    public static Vector256<int> Load8(int* p, Vector256<int> mask) => Vector256.Create(Load4(p, mask.GetLower()), Load4(p + 4, mask.GetUpper()));

    public static Vector512<int> Load16(int* p, Vector512<int> mask) => Vector512.Create(Load8(p, mask.GetLower()), Load8(p + 8, mask.GetUpper()));
}
