using System.Collections.Immutable;

namespace Tiny.Render.Rolling;

/// <summary>A whole number that depends on counted loops: a constant and a multiple of each loop's variable.</summary>
readonly record struct Affine(long Constant, ImmutableArray<(int Loop, long Factor)> Terms)
{
    public static implicit operator Affine(long constant) => new(constant, []);

    public bool IsConstant => Terms.IsEmpty;
    public bool IsZero => IsConstant && Constant == 0;

    /// <summary>This plus <paramref name="factor"/> times the variable of a loop that it does not depend on yet.</summary>
    public Affine Plus(int loop, long factor) => factor == 0 ? this : this with { Terms = Terms.Insert(0, (loop, factor)) };

    /// <summary>What the other has more, where the two differ by a constant; <paramref name="loops"/> says which of this one's loops are the other's.</summary>
    public long? DistanceTo(Affine other, IReadOnlyDictionary<int, int> loops)
    {
        if (Terms.Length != other.Terms.Length) return null;
        for (int i = 0; i < Terms.Length; i++)
            if (Terms[i].Factor != other.Terms[i].Factor || Terms[i].Loop != loops.GetValueOrDefault(other.Terms[i].Loop, other.Terms[i].Loop)) return null;
        return other.Constant - Constant;
    }
}
