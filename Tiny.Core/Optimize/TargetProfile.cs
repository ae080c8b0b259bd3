using Tiny.Graph;

namespace Tiny.Optimize;

/// <summary>What a target offers a kernel: the only thing optimisation and lowering know of it.</summary>
public sealed record TargetProfile(string Name)
{
    /// <summary>Lanes of its vectors of 32-bit elements; 1 where code is scalar.</summary>
    public int VectorLanes { get; init; } = 1;
    /// <summary>Narrower vectors that it also has, widest first, for extents that the widest does not fit.</summary>
    public IReadOnlyList<int> NarrowerLanes { get; init; } = [];
    /// <summary>Values that stay in registers at once.</summary>
    public int Registers { get; init; } = 16;
    /// <summary>True where the target's compiler takes lines as they come: they are ordered so that few values are needed at once.</summary>
    public bool InOrder { get; init; }
    /// <summary>True where the target's compiler moves the loads of a block before its arithmetic: what is loaded there is held all at once.</summary>
    public bool LoadsFirst { get; init; }
    /// <summary>Most steps of accumulation in the body of an unrolled loop.</summary>
    public int Unroll { get; init; } = 16;
    /// <summary>Most values of a function's innermost block beyond which its compiler no longer keeps them in registers; unlimited where it always does.</summary>
    public int MostValues { get; init; } = int.MaxValue;
    /// <summary>Most bytes of a kernel's stages: they lie on the stack.</summary>
    public int StageBytes { get; init; } = 64 << 10;
    /// <summary>Most bytes of a matrix's panel that is worth packing: a part of its cache; 0 where nothing is gained.</summary>
    public int PanelBytes { get; init; }
    /// <summary>True where <see cref="Op.MulAcc"/> is one instruction.</summary>
    public bool Fma { get; init; }
    /// <summary>True where <see cref="Op.Dot"/> is worth more than products one by one, and weights lie so that it can be used.</summary>
    public bool Dots { get; init; }
    /// <summary>Among how many outputs that are made of one element the cost of testing whether it lies inside of its image is divided: 1 where each output pays for it; 0 where tests are free.</summary>
    public int OutputsOfTest { get; init; }
    /// <summary>True where <see cref="Op.Prefetch"/> is an instruction.</summary>
    public bool Prefetches { get; init; }
    /// <summary>Buffers that one kernel may be given. Where nothing limits them, more would only make each element choose among more.</summary>
    public int MostBuffers { get; init; } = 32;
    /// <summary>True for a GPU: output elements are spread over a grid of threads.</summary>
    public bool Grid { get; init; }
    /// <summary>Threads in a workgroup of the grid.</summary>
    public int WorkgroupSize { get; init; } = 64;
    /// <summary>Most bytes of the stages that threads of a workgroup share; 0 where these are not worth their barriers.</summary>
    public int GroupBytes { get; init; }
    /// <summary>True where threads that run in step combine values without memory.</summary>
    public bool Subgroups { get; init; }
    /// <summary>True where memory is moved by words of 4 bytes only, so that smaller elements lie packed in them.</summary>
    public bool WordMemory { get; init; }
    /// <summary>True where vectors are read and written at multiples of their lanes only, in memory that is declared as an array of them.</summary>
    public bool VectorMemory { get; init; }
    /// <summary>True where kernels are to stay plain loops: nothing is optimised.</summary>
    public bool PlainLoops { get; init; }
    /// <summary>True where an operation may be computed by a form that multiplies less and has larger weights (<see cref="Schedule.FasterForms"/>).</summary>
    public bool FasterForms { get; init; }
    /// <summary>What float64 is computed and stored as: Float32 narrows it, without which a target that has no float64 refuses.</summary>
    public ScalarKind Float64 { get; init; } = ScalarKind.Float64;
    /// <summary>Elementwise operations that lowering must express by others.</summary>
    public IReadOnlySet<Op> Lacks { get; init; } = new HashSet<Op>();
    /// <summary>Element kinds of its memory; others are stored as the bits of these (<see cref="Lower.Emulate"/>). None named: all.</summary>
    public IReadOnlySet<ScalarKind> Stores { get; init; } = new HashSet<ScalarKind>();
    /// <summary>Kinds of values that it computes; others are held in these (<see cref="Lower.Emulate"/>). None named: all.</summary>
    public IReadOnlySet<ScalarKind> Computes { get; init; } = new HashSet<ScalarKind>();

    /// <summary>What a value of the dtype is held in: itself, or a wider kind; null where nothing holds it.</summary>
    public DType? Holder(DType t) => Computes.Count == 0 || t.Kind == ScalarKind.Void || Computes.Contains(t.Kind) ? t
        : t.IsShortFloat && Computes.Contains(ScalarKind.Float32) ? DType.Float32
        : t.IsShortInt && Computes.Contains(ScalarKind.Int32) ? DType.Int32 : null;

    /// <summary>What an element of the dtype is in memory: itself, or an unsigned integer of its size; null where the target has neither.</summary>
    public DType? Memory(DType t)
    {
        if (Stores.Count == 0 || Stores.Contains(t.Kind)) return t;
        var bits = t.Size == 1 ? DType.UInt8 : DType.UInt16;
        return (t.IsShortFloat || t.IsBool) && Stores.Contains(bits.Kind) ? bits : null;
    }
}
