using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Render;

/// <summary>
/// Renders linear code for a structured stack machine. Shared by all dialects: what stays on the stack and what gets a local,
/// locals reused once their value is dead, loops tested at their end, gates as branches, and an empty stack
/// wherever control flow meets. A dialect gives instructions. No optimisation lives here: lines are rendered as they come.
/// </summary>
abstract class StackRenderer
{
    readonly Dictionary<UOp, int> _local = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<DType, Stack<int>> _free = [];
    readonly List<DType> _types = [];

    readonly bool _gatesBranch;

    /// <param name="kernel">The code.</param>
    /// <param name="gatesBranch">A load with a gate is a branch; else the dialect has <see cref="GatedLoad(DType, UOp)"/>.</param>
    protected StackRenderer(LinearKernel kernel, bool gatesBranch = true)
    {
        (Kernel, _gatesBranch) = (kernel, gatesBranch);
        Plan = new StackPlan(kernel, gatesBranch);
    }

    /// <summary>The code being rendered.</summary>
    protected LinearKernel Kernel { get; }
    /// <summary>Where its values are kept.</summary>
    protected StackPlan Plan { get; }

    // ---- the dialect

    /// <summary>The type that locals for values of this type have: kinds that share a representation share locals.</summary>
    protected abstract DType Represent(DType type);
    /// <summary>Declares the local of the next number.</summary>
    protected abstract void DeclareLocal(DType type);
    /// <summary>Pushes a local.</summary>
    protected abstract void GetLocal(int local);
    /// <summary>Pops into a local.</summary>
    protected abstract void SetLocal(int local);
    /// <summary>Pushes a scalar constant.</summary>
    protected abstract void PushConst(UOp constant);
    /// <summary>Pushes one of the kernel's variables.</summary>
    protected abstract void PushVariable(int number);
    /// <summary>Pushes a value computed from operands, which the dialect pushes by <see cref="Push"/>, each once.</summary>
    protected abstract void Operate(UOp line);
    /// <summary>Pushes what <see cref="Load"/> and <see cref="Store"/> need of an address: pointer[index + offset].</summary>
    protected abstract void PushAddress(UOp pointer, UOp? index, long offset);
    /// <summary>Pops an address, pushes the value read there.</summary>
    protected abstract void Load(DType type, long offset);
    /// <summary>Pops an address, pushes the vector read there: 0 in lanes that the mask leaves out, where nothing is told of the address.</summary>
    protected abstract void MaskedLoad(DType type, UOp mask);
    /// <summary>Pops an address, pushes the scalar read there, 0 where the gate is false: then nothing is told of the address.</summary>
    protected virtual void GatedLoad(DType type, UOp gate) => throw new NotSupportedException();
    /// <summary>Pops a value and, below it, an address, and writes.</summary>
    protected abstract void Store(DType type, long offset);
    /// <summary>Asks memory for what lies at the address on the stack.</summary>
    protected virtual void Prefetch() => throw new NotSupportedException();
    /// <summary>The loop's first instruction comes next.</summary>
    protected abstract void OpenLoop();
    /// <summary>Pops a bool; goes back to the loop's first instruction where it is true.</summary>
    protected abstract void CloseLoop();
    /// <summary>Pops a bool; what comes until <see cref="Else"/> or <see cref="CloseIf"/> runs where it is true.</summary>
    protected abstract void OpenIf();
    /// <summary>What comes next runs where the bool was false.</summary>
    protected abstract void Else();
    /// <summary>Both paths meet.</summary>
    protected abstract void CloseIf();

    /// <summary>A loop comes next, whose extent and the loops around it are known. Which of its iterations a call runs is the dialect's to say: all of them in one without threads.</summary>
    protected virtual void BeforeLoop(UOp range) { }
    /// <summary>Pushes the number of a loop's first iteration.</summary>
    protected virtual void PushFirst(UOp range) => PushConst(UOp.Index(0));
    /// <summary>Pushes the number after that of a loop's last iteration.</summary>
    protected virtual void PushEnd(UOp range) => Push(range.Src[0]);

    // ---- for dialects

    /// <summary>Pushes a value: a constant, a local, or an expression computed here.</summary>
    protected void Push(UOp value)
    {
        if (value.Op == Op.Const) PushConst(value);
        else if (value.Op == Op.Variable) PushVariable(Kernel.Variables.IndexOf((Variable)value.Arg!));
        else if (Plan.IsHeld(value)) GetLocal(_local[value]);
        else Compute(value);
    }

    /// <summary>True where the value is computed at this use, so that a dialect may read its operands instead.</summary>
    protected bool IsInline(UOp value) => !Plan.IsHeld(value);

    /// <summary>A local for a dialect's own use, to be returned by <see cref="Release"/>.</summary>
    protected int Take(DType type)
    {
        type = Represent(type);
        if (_free.TryGetValue(type, out var free) && free.TryPop(out int local)) return local;
        DeclareLocal(type);
        _types.Add(type);
        return _types.Count - 1;
    }

    /// <summary>Gives a local back.</summary>
    protected void Release(int local)
    {
        if (!_free.TryGetValue(_types[local], out var free)) _free[_types[local]] = free = new Stack<int>();
        free.Push(local);
    }

    // ---- the walk

    /// <summary>Renders all lines.</summary>
    protected void RenderLines()
    {
        for (int i = 0; i < Kernel.Code.Length; i++) Line(Kernel.Code[i], i);
    }

    void Line(UOp line, int i)
    {
        bool pushed = false;
        switch (line.Op)
        {
            case Op.Range:
                Range(line);
                break;
            case Op.End:
                End(line.Src[0]);
                break;
            case Op.Acc:
                Push(line.Src[0]);
                pushed = true;
                break;
            case Op.Set:
                Push(line.Src[1]);
                SetLocal(_local[line.Src[0]]);
                break;
            case Op.Store:
                Write(line);
                break;
            case Op.Stage:
                break;
            case Op.Prefetch:
                var (root, offset) = Plan.Address(line);
                PushAddress(line.Src[0], root, offset);
                Prefetch();
                break;
            case Op.Special:
                throw new TargetException($"{Kernel.Name}: a thread grid on {Kernel.Profile.Name}, which has none");
            default:
                if (!Plan.IsHeld(line) || !Plan.IsUsed(line)) return;
                pushed = !_gatesBranch || line.Op != Op.Load || line.Src.Length == 2 || line.DType.Lanes > 1;
                if (pushed) Compute(line);
                else GatedLoad(line);
                break;
        }
        // Operands that end here give their locals to the result.
        foreach (var dead in Plan.DyingAt(i))
            if (_local.Remove(dead, out int freed)) Release(freed);
        if (pushed) SetLocal(_local[line] = Take(line.DType));
    }

    void Compute(UOp value)
    {
        if (value.Op != Op.Load)
        {
            Operate(value);
            return;
        }
        var (root, offset) = Plan.Address(value);
        PushAddress(value.Src[0], root, offset);
        if (value.DType.Lanes > 1 && value.Src.Length > 2) MaskedLoad(value.DType, value.Src[2]);
        else if (value.Src.Length > 2 && !_gatesBranch) GatedLoad(value.DType, value.Src[2]);
        else Load(value.DType, offset);
    }

    void GatedLoad(UOp load)
    {
        int result = Take(load.DType);
        Push(load.Src[2]);
        OpenIf();
        Compute(load);
        SetLocal(result);
        Else();
        Push(Zero(load.DType));
        SetLocal(result);
        CloseIf();
        _local[load] = result;
    }

    static UOp Zero(DType type) => UOp.Const(0L, type.Scalar).Splat(type.Lanes);

    void Write(UOp store)
    {
        bool gated = store.Src.Length > 3;
        if (gated)
        {
            Push(store.Src[3]);
            OpenIf();
        }
        var (root, offset) = Plan.Address(store);
        PushAddress(store.Src[0], root, offset);
        Push(store.Src[2]);
        Store(store.Src[2].DType, offset);
        if (gated) CloseIf();
    }

    void Range(UOp range)
    {
        BeforeLoop(range);
        int counter = _local[range] = Take(DType.Index);
        PushFirst(range);
        SetLocal(counter);
        if (MayBeEmpty(range))
        {
            LessThanExtent(range);
            OpenIf();
        }
        OpenLoop();
    }

    void End(UOp range)
    {
        int counter = _local[range];
        GetLocal(counter);
        PushConst(UOp.Index(1));
        AddIndex();
        SetLocal(counter);
        LessThanExtent(range);
        CloseLoop();
        if (MayBeEmpty(range)) CloseIf();
    }

    static bool MayBeEmpty(UOp range) => range.Src[0].Min <= 0;

    void LessThanExtent(UOp range)
    {
        GetLocal(_local[range]);
        PushEnd(range);
        LessIndex();
    }

    /// <summary>Adds two indices.</summary>
    protected abstract void AddIndex();
    /// <summary>Compares two signed indices: first &lt; second.</summary>
    protected abstract void LessIndex();
}
