using System.Collections.Immutable;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>
/// Takes a body of any dtypes; gives one in which values have only kinds that the target computes and memory only kinds that it stores, and in which kinds
/// that are only stored occur in nothing but pointers, loads, stores and conversions between these and int32.
/// <list type="bullet">
/// <item>A float of 8 or 16 bits is held as a float32 that it can be: an operation that may give another number is followed by rounding. In memory it
/// is an unsigned integer of its size.</item>
/// <item>An integer of 8 or 16 bits is held as an int32 of the same value: an operation that may leave its range is followed by wrapping.</item>
/// <item>A bool in memory is a uint8 that is not 0.</item>
/// </list>
/// It is the first pass, so that all that it adds is optimised and vectorised like the rest. Where bits are only moved, nothing is converted.
/// </summary>
sealed class Emulate
{
    readonly TargetProfile _profile;
    readonly string _kernel;
    readonly Dictionary<UOp, UOp> _held = new(ReferenceEqualityComparer.Instance);
    // What is known of held floats: their bits, or the value that they were rounded from.
    readonly Dictionary<(UOp Held, ScalarKind Kind), UOp> _bits = [], _unrounded = [];

    Emulate(TargetProfile profile, string kernel) => (_profile, _kernel) = (profile, kernel);

    /// <exception cref="TargetException">The target can neither store nor compute a kind, nor hold it in another.</exception>
    public static (UOp Sink, ImmutableArray<KernelParam> Params) Run(UOp sink, ImmutableArray<KernelParam> parameters, TargetProfile profile, string kernel)
    {
        var pass = new Emulate(profile, kernel);
        var memory = parameters.Select(p => p with { DType = pass.Memory(p.DType) }).ToImmutableArray();
        foreach (var node in sink.Topological()) pass._held[node] = pass.Hold(node);
        return (pass._held[sink], memory);
    }

    // ---- kinds

    bool Computes(DType t) => _profile.Holder(t) == t;
    bool Stores(DType t) => _profile.Memory(t) == t;
    bool IsFloatHeld(DType t) => t.IsShortFloat && !Computes(t);
    bool IsIntHeld(DType t) => t.IsShortInt && !Computes(t);

    /// <summary>What a value of the dtype is held in.</summary>
    DType Holder(DType t) => _profile.Holder(t)
        ?? throw new TargetException($"{_profile.Name} cannot compute with {t} (kernel {_kernel}); cast the tensor to float32, int32 or uint32");

    /// <summary>What an element of the dtype is in memory.</summary>
    DType Memory(DType t) => _profile.Memory(t)
        ?? throw new TargetException($"{_profile.Name} has no {t} in memory (kernel {_kernel}); cast the tensor to float32, int32 or uint32");

    // ---- nodes

    UOp Hold(UOp node)
    {
        switch (node.Op)
        {
            case Op.Pointer:
                return UOp.New(Op.Pointer, Memory(node.DType), node.Src, node.Arg);
            case Op.Load:
                return FromMemory(UOp.New(Op.Load, Memory(node.DType), Held(node)), node.DType);
            case Op.Store:
                return node.WithSrc(Held(node).SetItem(2, ToMemory(_held[node.Src[2]], node.Src[2].DType)));
            case Op.Const when !Computes(node.DType):
                return node.DType.IsFloat ? UOp.Const(node.Float!.Value, Holder(node.DType)) : UOp.Const(node.Int!.Value, Holder(node.DType));
            case Op.Cast:
                return Cast(_held[node.Src[0]], node.Src[0].DType, node.DType);
            case Op.Bitcast when !Computes(node.DType) || !Computes(node.Src[0].DType) || node.DType.IsBool || node.Src[0].DType.IsBool:
                return FromBits(ToBits(_held[node.Src[0]], node.Src[0].DType), node.DType);
        }
        var src = Held(node);
        if (node.DType.Kind == ScalarKind.Void || node.Op is Op.CmpLt or Op.CmpNe) return node.WithSrc(src);
        var made = UOp.New(node.Op, Holder(node.DType), src, node.Arg);
        if (IsFloatHeld(node.DType)) return Float(node, made, src);
        return IsIntHeld(node.DType) && MayLeave(node) ? Wrap(made, node.DType) : made;
    }

    ImmutableArray<UOp> Held(UOp node) => [.. node.Src.Select(s => _held[s])];

    UOp Float(UOp node, UOp made, ImmutableArray<UOp> src)
    {
        var kind = node.DType.Kind;
        switch (node.Op)
        {
            case Op.Neg when _bits.TryGetValue((src[0], kind), out var bits):
                return WithBits(made, kind, bits.Alu(Op.Xor, UOp.Const(FloatFormat.Of(kind).Sign, DType.Int32)));
            case Op.Where when KnownBits(src[1], kind) is { } a && KnownBits(src[2], kind) is { } b:
                return WithBits(made, kind, src[0].Where(a, b));
            // One of the operands, or their sign, or a whole number no longer than they are.
            case Op.Neg or Op.Where or Op.Max or Op.Min or Op.Trunc or Op.Fold when node.Op != Op.Fold || ((FoldArg)node.Arg!).Op is Op.Max or Op.Min:
                return made;
            default:
                return Rounded(made, kind);
        }
    }

    // The other operations on integers stay between their operands, or in the bits that these have.
    static bool MayLeave(UOp node) => node.Op switch
    {
        Op.Fold => ((FoldArg)node.Arg!).Op is Op.Add or Op.Mul,
        Op.Add or Op.Mul or Op.Neg or Op.Shl or Op.MulAcc => true,
        // -128 / -1
        Op.FloorDiv => !node.DType.IsUnsigned,
        _ => false,
    };

    // ---- conversions

    UOp Cast(UOp x, DType from, DType to)
    {
        if (IsFloatHeld(to))
        {
            var single = from == DType.Float64 ? ShortFloats.RoundToOdd(x) : x.Cast(DType.Float32);
            return HasAll(to, x, from) ? single : Rounded(single, to.Kind);
        }
        if (!IsIntHeld(to)) return x.Cast(Holder(to));
        if (!from.IsFloat) return Wrap(x.Cast(DType.Int32), to);
        // Saturated twice: to int32, and from there.
        var (min, max) = Bounds.OfType(to);
        return x.Cast(DType.Int32).Alu(Op.Max, UOp.Const(min, DType.Int32)).Alu(Op.Min, UOp.Const(max, DType.Int32));
    }

    // Of floats the shorter ones' exponent and fraction are no longer than the longer ones'; of integers those that the fraction holds.
    static bool HasAll(DType to, UOp x, DType from)
    {
        if (from.IsFloat) return from.IsShortFloat && from.Size < to.Size;
        long whole = 2L << FloatFormat.Of(to.Kind).Fraction;
        return -whole <= x.Min && x.Max <= whole;
    }

    UOp Rounded(UOp x, ScalarKind kind)
    {
        var rounded = ShortFloats.Round(FloatFormat.Of(kind), x);
        _unrounded[(rounded, kind)] = x;
        return rounded;
    }

    static UOp Wrap(UOp x, DType to)
    {
        var (min, max) = Bounds.OfType(to);
        if (x.Min >= min && x.Max <= max) return x;
        if (to.IsUnsigned) return x & UOp.Const(max, DType.Int32);
        var by = UOp.Const(32 - to.Size * 8, DType.Int32);
        return x.Alu(Op.Shl, by).Alu(Op.Shr, by);
    }

    UOp FromMemory(UOp x, DType kind) => Stores(kind) ? x.Cast(Holder(kind)) : FromBits(x.Cast(DType.Int32), kind);

    UOp ToMemory(UOp x, DType kind) => Stores(kind) ? x.Cast(kind) : ToBits(x, kind).Cast(Memory(kind));

    /// <summary>The bits of a held value as the low ones of an int32, the others 0.</summary>
    UOp ToBits(UOp x, DType t) => IsFloatHeld(t)
        ? KnownBits(x, t.Kind) ?? ShortFloats.Encode(FloatFormat.Of(t.Kind), _unrounded.GetValueOrDefault((x, t.Kind), x))
        : t.IsShortInt || t.IsBool ? Wrap(x.Cast(DType.Int32), t.Size == 1 ? DType.UInt8 : DType.UInt16) : x;

    UOp FromBits(UOp bits, DType t) => t.IsBool ? bits.Ne(UOp.Const(0L, DType.Int32))
        : IsFloatHeld(t) ? WithBits(ShortFloats.Decode(FloatFormat.Of(t.Kind), bits), t.Kind, bits)
        : t.IsShortInt ? Wrap(bits, t).Cast(Holder(t)) : bits.Bitcast(t);

    UOp WithBits(UOp held, ScalarKind kind, UOp bits)
    {
        _bits[(held, kind)] = bits;
        return held;
    }

    UOp? KnownBits(UOp held, ScalarKind kind) => _bits.TryGetValue((held, kind), out var bits) ? bits
        : held.Float is { } value ? UOp.Const(FloatFormat.Of(kind).Encode(value), DType.Int32) : null;
}
