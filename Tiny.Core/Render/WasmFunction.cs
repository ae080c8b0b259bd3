using System.Collections.Immutable;

namespace Tiny.Render;

/// <summary>
/// A function of a WebAssembly module as it is written: its type, locals and instructions. Calls name the callee itself; its number is known when the module is.
/// An imported function has no instructions.
/// </summary>
sealed class WasmFunction(ImmutableArray<WasmType> parameters, WasmType? result = null, string? import = null)
{
    readonly WasmBytes _code = new();
    readonly List<(int At, WasmFunction Callee)> _calls = [];
    readonly List<WasmType> _locals = [];
    // Where the newest instruction begins that sets a local, and which one.
    (int At, int End, int Local) _set = (-1, -1, -1);

    public ImmutableArray<WasmType> Parameters => parameters;
    public WasmType? Result => result;
    /// <summary>The name that it is imported by, from the module <c>math</c>.</summary>
    public string? Import => import;
    /// <summary>Functions that it calls.</summary>
    public IEnumerable<WasmFunction> Callees => _calls.Select(c => c.Callee);

    /// <summary>A new local, which is zero: its number.</summary>
    public int DeclareLocal(WasmType type)
    {
        _locals.Add(type);
        return parameters.Length + _locals.Count - 1;
    }

    public void Get(int local)
    {
        // What has just been set is still there: set and get are a tee.
        if (_set.End == _code.Count && _set.Local == local)
        {
            _code.Patch(_set.At, (byte)WasmOp.LocalTee);
            _set = (-1, -1, -1);
            return;
        }
        Emit(WasmOp.LocalGet);
        _code.Unsigned((uint)local);
    }

    public void Set(int local)
    {
        int at = _code.Count;
        Emit(WasmOp.LocalSet);
        _code.Unsigned((uint)local);
        _set = (at, _code.Count, local);
    }

    /// <summary>An instruction without immediates.</summary>
    public void Emit(WasmOp op)
    {
        int code = (int)op;
        if (code < 0x100)
        {
            _code.Byte((byte)code);
            return;
        }
        _code.Byte((byte)(code >> 12));
        _code.Unsigned((uint)code & 0xFFF);
    }

    /// <summary>An instruction with a lane, or with the depth of the block that it goes to.</summary>
    public void Emit(WasmOp op, byte immediate)
    {
        Emit(op);
        _code.Byte(immediate);
    }

    /// <summary>A load or store of any alignment; <paramref name="lane"/> where it moves one lane of a vector.</summary>
    public void Memory(WasmOp op, long offset, byte? lane = null)
    {
        Emit(op);
        _code.Byte(0);
        _code.Unsigned(checked((uint)offset));
        if (lane is { } l) _code.Byte(l);
    }

    public void Const(int value)
    {
        Emit(WasmOp.I32Const);
        _code.Signed(value);
    }

    public void Const(long value)
    {
        Emit(WasmOp.I64Const);
        _code.Signed(value);
    }

    public void Const(float value)
    {
        Emit(WasmOp.F32Const);
        _code.Fixed(BitConverter.GetBytes(value));
    }

    public void Const(double value)
    {
        Emit(WasmOp.F64Const);
        _code.Fixed(BitConverter.GetBytes(value));
    }

    /// <summary>Bytes of two vectors, by number.</summary>
    public void Shuffle(ReadOnlySpan<byte> bytes)
    {
        Emit(WasmOp.I8x16Shuffle);
        _code.Fixed(bytes);
    }

    /// <summary>Opens a block that neither takes nor leaves a value.</summary>
    public void Open(WasmOp op)
    {
        Emit(op);
        _code.Byte(0x40);
    }

    public void Call(WasmFunction callee)
    {
        Emit(WasmOp.Call);
        _calls.Add((_code.Count, callee));
    }

    /// <summary>Locals and instructions as in the code section, with numbers for callees.</summary>
    public byte[] Body(Func<WasmFunction, int> number)
    {
        var body = new WasmBytes();
        var runs = new List<(WasmType Type, int Count)>();
        foreach (var type in _locals)
            if (runs.Count > 0 && runs[^1].Type == type) runs[^1] = (type, runs[^1].Count + 1);
            else runs.Add((type, 1));
        body.Unsigned((uint)runs.Count);
        foreach (var (type, count) in runs)
        {
            body.Unsigned((uint)count);
            body.Byte((byte)type);
        }
        int from = 0;
        foreach (var (at, callee) in _calls)
        {
            body.Fixed(_code.Span[from..at]);
            body.Unsigned((uint)number(callee));
            from = at;
        }
        body.Fixed(_code.Span[from..]);
        body.Byte((byte)WasmOp.End);
        return body.ToArray();
    }
}
