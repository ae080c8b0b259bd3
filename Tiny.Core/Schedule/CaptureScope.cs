using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// The flow of control in which a method is being captured: there nothing may run on a device, and writes to tensors from outside are kept
/// here, so that a capture that fails has written nothing.
/// </summary>
sealed class CaptureScope
{
    static readonly AsyncLocal<CaptureScope?> s_current = new();

    readonly Dictionary<Cell, UOp> _memory = [];
    readonly Dictionary<Cell, UOp> _written = [];
    readonly List<Cell> _order = [];

    /// <summary>The capture under way, or null.</summary>
    public static CaptureScope? Current => s_current.Value;
    /// <summary>True inside a capture.</summary>
    public static bool IsOpen => s_current.Value is not null;

    /// <summary>Calls a method as a capture; one inside another is part of it.</summary>
    public static T Run<T>(Func<CaptureScope, T> body)
    {
        var before = s_current.Value;
        s_current.Value = before ?? new CaptureScope();
        try
        {
            return body(s_current.Value);
        }
        finally
        {
            s_current.Value = before;
        }
    }

    /// <summary>Tensors from outside that were read, each with the leaf that stands for its memory, whatever that holds at a call.</summary>
    public IReadOnlyDictionary<Cell, UOp> Memory => _memory;

    /// <summary>Tensors from outside that were written, in the order of first writes.</summary>
    public IReadOnlyList<Cell> Written => _order;

    /// <summary>Gradients of tensors from outside, as they are here; they end with the capture.</summary>
    public Dictionary<Cell, Tensor?> Gradients { get; } = [];

    /// <summary>The value that a tensor from outside has here.</summary>
    public UOp Read(Cell cell)
    {
        if (_written.TryGetValue(cell, out var value)) return value;
        if (cell.Value.Op == Op.Param) return cell.Value;
        return MemoryOf(cell);
    }

    /// <summary>The leaf that stands for a tensor's memory.</summary>
    public UOp MemoryOf(Cell cell) => _memory.TryGetValue(cell, out var leaf) ? leaf : _memory[cell] = UOp.New(Op.Buffer, cell.Value.DType, cell);

    /// <summary>From here on a tensor from outside has another value, until the capture ends.</summary>
    public void Write(Cell cell, UOp value)
    {
        if (_written.TryAdd(cell, value)) _order.Add(cell);
        else _written[cell] = value;
    }
}
