using System.Runtime.CompilerServices;
using Tiny.Graph;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny;

/// <summary>
/// What a tensor and all views of it share: the newest value. A write replaces it by a node that is made from the old one, so that graphs
/// that hold the old one go on meaning what they meant, and every view sees the new one. Realising replaces it by memory. As the argument of
/// <see cref="Op.Buffer"/> in a captured program it stands for the memory, whatever that holds at the call.
/// </summary>
sealed partial class Cell : IBufferArg
{
    static readonly ConditionalWeakTable<UOp, WeakReference<Cell>> s_pending = new();
    static volatile bool s_anyPending;
    static long s_count;

    // A capture sees its own tensors as they are, those from outside as memory.
    readonly CaptureScope? _madeIn;
    bool _captured;

    /// <summary>A new place with its first value.</summary>
    public Cell(UOp value) : this(value, CaptureScope.Current) { }

    Cell(UOp value, CaptureScope? madeIn)
    {
        Value = value;
        Shape = value.Shape;
        _madeIn = madeIn;
    }

    /// <summary>A place that belongs to no capture, whichever is under way.</summary>
    public static Cell Outside(UOp value) => new(value, null);

    /// <inheritdoc/>
    public Shape Shape { get; }
    /// <summary>A name for generated code: the path in the state dictionary.</summary>
    public string? Name { get; set; }
    /// <summary>A number that no other has: the order in which several are locked.</summary>
    public long Id { get; } = Interlocked.Increment(ref s_count);

    /// <summary>The newest value outside of any capture.</summary>
    public UOp Value { get; private set; }
    /// <summary>Programs have been captured that read it, and it is written: they take it as it is at each call.</summary>
    public bool IsState { get; private set; }

    /// <summary>The newest value, to be read by a graph: its memory must then stay as it is.</summary>
    public UOp Current
    {
        get
        {
            if (Scope is { } scope) return scope.Read(this);
            if (Value.Arg is Storage memory) memory.IsShared = true;
            return Value;
        }
    }

    /// <summary>The newest value for a graph that is run and forgotten before anything is written.</summary>
    public UOp Passing => Scope is { } scope ? scope.Read(this) : Value;

    CaptureScope? Scope => CaptureScope.Current is { } scope && !ReferenceEquals(scope, _madeIn) ? scope : null;

    /// <summary>The memory of the newest value; null while it is not computed.</summary>
    public Storage? Storage => Passing is { Op: Op.Buffer, Arg: Storage storage } ? storage : null;

    /// <summary>From now on the place holds another value of the same shape and dtype.</summary>
    public void Write(UOp value)
    {
        if (Scope is { } scope)
        {
            Remember(scope.Read(this));
            Version++;
            scope.Write(this, value);
            if (RequiresGrad) Remember(value);
            return;
        }
        IsState |= _captured;
        Become(value, isNew: true);
        if (Fusion.IsLeaf(value)) return;
        s_pending.AddOrUpdate(value, new(this));
        s_anyPending = true;
    }

    /// <summary>The newest value has been computed, or memory has been written in place.</summary>
    public void Land(Storage memory)
    {
        if (Scope is null) Become(UOp.New(Op.Buffer, memory.DType, memory), isNew: false);
    }

    /// <summary>A captured program holds the value as a constant.</summary>
    public UOp Embed()
    {
        _captured = true;
        if (Value.Arg is Storage memory) memory.IsShared = true;
        return Value;
    }

    /// <summary>It was not made inside that capture.</summary>
    public bool IsFromOutside(CaptureScope scope) => !ReferenceEquals(_madeIn, scope);

    /// <summary>Captured programs write it.</summary>
    public void BecomeState() => IsState = true;

    /// <summary>Memory on a device that holds the newest value; for a program that writes it, memory that nothing else can read.</summary>
    public DeviceBuffer Bind(Device device, bool written)
    {
        if (Storage is null) Executor.Realize([new Tensor(this)]);
        var memory = Storage!;
        if (!written || memory is { IsShared: false, IsOwned: true }) return memory.On(device);
        var own = device.Allocate((long)Shape.Numel * memory.DType.Size);
        var host = memory.ToHost();
        own.CopyFrom(host.Span);
        GC.KeepAlive(host);
        Land(new Storage(memory.DType, Shape, own) { Name = memory.Name, IsOwned = true });
        return own;
    }

    /// <summary>The bound memory has been written.</summary>
    public void Wrote()
    {
        Storage!.Wrote();
        Land(Storage);
    }

    /// <summary>The cells whose newest value is one of the nodes and is made by a write: computed once, it need never be again.</summary>
    public static IEnumerable<Cell> PendingAmong(IEnumerable<UOp> nodes)
    {
        if (!s_anyPending) yield break;
        foreach (var node in nodes)
            if (s_pending.TryGetValue(node, out var reference) && reference.TryGetTarget(out var cell)
                && ReferenceEquals(cell.Value, node)) yield return cell;
    }
}
