using System.Collections.Immutable;
using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Lower;

/// <summary>
/// Takes a body and its memory arguments for a target whose memory is made of words of 4 bytes; gives one that loads and stores words. Elements
/// of 1 or 2 bytes lie packed in them, the first in the lowest bits, and a buffer is as many words as hold it. A load shifts its part out of
/// its word. Stores of all parts of a word become one; fewer parts are merged into memory by <see cref="Op.StoreBits"/>, so that other threads' parts stay
/// what they are. In registers an element is a bool, or 32 bits: signed integers extended by their sign, everything else by zeros.
/// </summary>
sealed class PackedMemory(ImmutableArray<KernelParam> parameters, Rewriter simplify)
{
    const int Word = 4;

    readonly Dictionary<UOp, UOp> _done = new(ReferenceEqualityComparer.Instance);

    public static (UOp Body, ImmutableArray<KernelParam> Params) Run(UOp sink, ImmutableArray<KernelParam> parameters, Rewriter simplify) =>
        parameters.All(p => !IsPart(p.DType)) ? (sink, parameters)
            : (new PackedMemory(parameters, simplify).Body(sink), [.. parameters.Select(p => p with { Packed = IsPart(p.DType) })]);

    static bool IsPart(DType type) => type.Size < Word;

    UOp Body(UOp sink)
    {
        foreach (var node in sink.Topological())
            if (node.Op is not (Op.Sink or Op.Store or Op.Pointer)) _done[node] = Value(node);
        return simplify.Run(UOp.New(Op.Sink, DType.Void, [.. Stores(sink)]));
    }

    UOp Value(UOp node)
    {
        var from = node.Src.Length > 0 ? node.Src[0].DType : node.DType;
        switch (node.Op)
        {
            // A stage is of the kernel's own, and holds what registers hold.
            case Op.Stage:
                return UOp.New(Op.Stage, IsNarrow(node.DType) ? Register(node.DType) : node.DType, [.. node.Src.Select(s => _done[s])], node.Arg);
            case Op.Load when node.Src[0].Op == Op.Stage:
                return UOp.New(Op.Load, _done[node.Src[0]].DType, [.. node.Src.Select(s => _done[s])], node.Arg);
            case Op.Load when IsPart(node.DType):
                return Load(node);
            case Op.Load:
                return node.WithSrc([node.Src[0], .. node.Src.Skip(1).Select(s => _done[s])]);
            case Op.Const when node.DType.IsShortInt:
                return UOp.Const(node.Int!.Value, Register(node.DType));
            case Op.Cast or Op.Bitcast when IsNarrow(node.DType):
                return Extended(Bits(node), node.DType, 0);
            case Op.Cast when IsNarrow(from):
                return _done[node.Src[0]].Cast(node.DType);
            default:
                return node.WithSrc([.. node.Src.Select(s => _done[s])]);
        }
    }

    // Held in a register of another dtype.
    static bool IsNarrow(DType type) => IsPart(type) && !type.IsBool && type != DType.Void;

    static DType Register(DType type) => type.IsBool ? type : type.IsInt && !type.IsUnsigned ? DType.Int32 : DType.UInt32;

    // A word of which the low bits are those of the element; the others may be anything.
    UOp Bits(UOp element)
    {
        int above = 32 - 8 * element.DType.Size;
        if (element.Op is Op.Cast or Op.Bitcast && IsNarrow(element.DType)) element = element.Src[0];
        var value = _done[element];
        // What only wraps to the element's size.
        while (true)
        {
            if (value is { Op: Op.Shr, Src: [{ Op: Op.Shl, Src: [var x, { Int: { } left }] }, { Int: { } right }] } && left == right && left <= above) value = x;
            else if (value is { Op: Op.And, Src: [var y, { Int: { } mask }] } && (~mask & uint.MaxValue >> above) == 0) value = y;
            else break;
        }
        return value.DType == DType.Int32 ? value.Bitcast(DType.UInt32) : value.Cast(DType.UInt32);
    }

    /// <summary>The element whose bits begin at <paramref name="shift"/> (an int, or a node of int32) of a word.</summary>
    static UOp Extended(UOp word, DType type, object shift)
    {
        int bits = 8 * type.Size, above = 32 - bits;
        UOp Shifted(UOp x, Op op, object by) => by is UOp u ? x.Alu(op, u.Cast(x.DType)) : by is 0 ? x : x.Alu(op, UOp.Const((int)by, x.DType));
        if (Register(type) == DType.Int32)
        {
            var left = shift is UOp u ? UOp.Index(above) - u : (object)(above - (int)shift);
            return Shifted(Shifted(word, Op.Shl, left).Bitcast(DType.Int32), Op.Shr, above);
        }
        var low = Shifted(word, Op.Shr, shift);
        // Nothing lies above the last part.
        if (shift is not int n || n != above) low &= UOp.Const((1L << bits) - 1, DType.UInt32);
        return type.IsBool ? low.Ne(UOp.Const(0L, DType.UInt32)) : low;
    }

    UOp Load(UOp load)
    {
        var (word, shift) = Place(load.Src[0], load.Src[1]);
        return Extended(UOp.New(Op.Load, DType.UInt32, [Pointer(load.Src[0]), word, .. load.Src.Skip(2).Select(s => _done[s])]), load.DType, shift);
    }

    static UOp Pointer(UOp pointer) => UOp.New(Op.Pointer, DType.UInt32, pointer.Arg);

    // The word of an element, and how many bits it lies above the lowest: an int where that is known.
    (UOp Word, object Shift) Place(UOp pointer, UOp element)
    {
        var index = _done[element];
        int size = pointer.DType.Size, parts = Word / size;
        var part = simplify.Run(index % parts);
        return (simplify.Run(index / parts), part.Int is { } known ? (int)known * 8 * size : part * (8 * size));
    }

    IEnumerable<UOp> Stores(UOp sink)
    {
        // Parts of one word at places that are known, together.
        var words = new Dictionary<(object? Slot, UOp Word, UOp? Gate), List<(UOp Store, int Shift)>>();
        var order = new List<Func<UOp>>();
        foreach (var store in sink.Src)
        {
            var gate = store.Src.Length > 3 ? _done[store.Src[3]] : null;
            if (!IsPart(store.Src[0].DType))
            {
                order.Add(() => store.WithSrc([store.Src[0], .. store.Src.Skip(1).Select(s => _done[s])]));
                continue;
            }
            var (word, shift) = Place(store.Src[0], store.Src[1]);
            if (shift is int known)
            {
                if (!words.TryGetValue((store.Src[0].Arg, word, gate), out var parts))
                {
                    words[(store.Src[0].Arg, word, gate)] = parts = [];
                    order.Add(() => StoreOf(parts, word, gate));
                }
                parts.RemoveAll(p => p.Shift == known);
                parts.Add((store, known));
            }
            else order.Add(() => Merge(store, word, (UOp)shift, gate));
        }
        return order.Select(make => make());
    }

    UOp Merge(UOp store, UOp word, UOp shift, UOp? gate)
    {
        var part = UOp.Const((1L << (8 * store.Src[0].DType.Size)) - 1, DType.UInt32);
        shift = shift.Cast(DType.UInt32);
        return StoreBits(store.Src[0], word, Part(store).Alu(Op.Shl, shift), part.Alu(Op.Shl, shift), gate);
    }

    UOp StoreOf(List<(UOp Store, int Shift)> parts, UOp word, UOp? gate)
    {
        var pointer = parts[0].Store.Src[0];
        int size = pointer.DType.Size;
        long part = (1L << (8 * size)) - 1;
        var value = parts.OrderBy(p => p.Shift).Select(p => p.Shift == 0 ? Part(p.Store) : Part(p.Store).Alu(Op.Shl, UOp.Const(p.Shift, DType.UInt32)))
            .Aggregate((a, b) => a | b);
        // What lies behind the last element is nobody's.
        int all = word.Int is { } last ? (int)Math.Min(Word / size, parameters[(int)pointer.Arg!].Count.Max - last * (Word / size)) : Word / size;
        return parts.Count == all
            ? UOp.New(Op.Store, DType.Void, gate is null ? [Pointer(pointer), word, value] : [Pointer(pointer), word, value, gate])
            : StoreBits(pointer, word, value, UOp.Const(parts.Aggregate(0L, (m, p) => m | part << p.Shift), DType.UInt32), gate);
    }

    static UOp StoreBits(UOp pointer, UOp word, UOp value, UOp mask, UOp? gate) => UOp.New(Op.StoreBits, DType.Void,
        gate is null ? [Pointer(pointer), word, value, mask] : [Pointer(pointer), word, value, mask, gate]);

    // A store's value in the low bits, zeros above.
    UOp Part(UOp store)
    {
        var (bits, most) = (Bits(store.Src[2]), (1L << (8 * store.Src[0].DType.Size)) - 1);
        return bits.Max <= most ? bits : bits & UOp.Const(most, DType.UInt32);
    }
}
