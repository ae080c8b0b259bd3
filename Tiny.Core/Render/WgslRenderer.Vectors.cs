using Tiny.Graph;

namespace Tiny.Render;

/// <summary>Vectors of four lanes. Memory holds them at multiples of their lanes; a lane of what is read for it alone is read alone.</summary>
public sealed partial class WgslRenderer
{
    static readonly string[] s_lanes = ["x", "y", "z", "w"];

    // Loads of which one lane is used, and which.
    readonly Dictionary<UOp, string> _components = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<UOp, int> _uses = new(ReferenceEqualityComparer.Instance);

    void FindComponents()
    {
        foreach (var line in Kernel.Code)
            foreach (var s in line.Src) _uses[s] = _uses.GetValueOrDefault(s) + 1;
        foreach (var line in Kernel.Code)
            if (line is { Op: Op.Lane, Src: [{ Op: Op.Load } load] } && _uses[load] == 1) _components[load] = s_lanes[(int)line.Arg!];
    }

    // The four lanes of a load, or the only one of which there is a use.
    Expression VectorLoad(UOp load)
    {
        var (pointer, index) = (Written(load.Src[0]).Text, Written(load.Src[1]).Text);
        string lane = _components.TryGetValue(load, out var only) ? "." + only : "";
        if (load.Src.Length < 3) return Expression.Primary($"{pointer}[{index}]{lane}");
        var gate = Written(load.Src[2].Src[0]).Text;
        var zero = lane.Length > 0 ? Literal(UOp.Const(0L, load.DType.Scalar)).Text : $"{TypeName(load.DType)}()";
        return Expression.Primary($"select({zero}, {pointer}[select(0, {index}, {gate})]{lane}, {gate})");
    }

    private protected override Expression VectorValue(UOp u)
    {
        switch (u.Op)
        {
            case Op.Broadcast:
                return Expression.Call(TypeName(u.DType), Written(u.Src[0]));
            case Op.Vector:
                return Expression.Call(TypeName(u.DType), [.. u.Src.Select(Written)]);
            case Op.Lane:
                return _components.ContainsKey(u.Src[0]) ? Written(u.Src[0]) : Component(u.Src[0], (int)u.Arg!);
            default:
                var (op, type) = ((Op)u.Arg!, u.DType);
                return Enumerable.Range(0, u.Src[0].DType.Lanes).Select(i => Component(u.Src[0], i)).Aggregate((a, b) =>
                    op is Op.Max or Op.Min ? Expression.Call(Function(op, type), a, b) : Expression.Binary(a, op == Op.Add ? "+" : "*", b));
        }
    }

    Expression Component(UOp vector, int lane)
    {
        var of = Written(vector);
        return Expression.Primary($"{(of.Precedence == Precedence.Primary ? of.Text : $"({of.Text})")}.{s_lanes[lane]}");
    }

    private protected override string MaskNot => "!";
    private protected override string MaskDiffers => "!=";

    // A number beside a vector stands for all lanes of one.
    private protected override Expression OperandBeside(UOp user, UOp operand)
    {
        bool repeats = user.Op is Op.Add or Op.Mul or Op.Div && user.DType.Lanes > 1 && !IsBool(user.DType) && operand.Op == Op.Broadcast && IsWrittenInline(operand)
            && (user.Src[0].Op != Op.Broadcast || user.Src[1].Op != Op.Broadcast);
        return Written(repeats ? operand.Src[0] : operand);
    }

    // An index that lies by a number beside one that has a name: a name of its own would be no shorter.
    bool IsOffset(UOp line) => line.Op == Op.Add && line.DType == DType.Index && line.Src[1].Op == Op.Const && !IsWrittenInline(line.Src[0]);

    // The same in every lane, and a lane, cost nothing where what they are made of has a name.
    private protected override bool IsAlwaysInline(UOp line) => line.Op == Op.Broadcast || _columns.Contains(line) || IsOffset(line)
        || line.Op == Op.Lane && !_components.ContainsKey(line.Src[0]);

    bool NeedsName(UOp user) => user.Op == Op.FoldLanes || user.Op == Op.Lane && !_components.ContainsKey(user.Src[0])
        || user.Op == Op.Broadcast && (_uses.GetValueOrDefault(user) > 1 || IsBool(user.DType)) && !IsAlwaysInline(user.Src[0]);
}
