using System.Text;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Render.Rolling;

namespace Tiny.Render;

/// <summary>
/// Linear code as text of a language with C's statements and operators. This class walks the lines once, in order, and knows
/// loops, locals and assignments; a dialect adds its types, literals, functions and the way it reads and writes memory.
/// Operands are always written before the line that uses them, so nothing here recurses, however deep the code is.
/// One object renders one kernel.
/// </summary>
public abstract partial class CStyleRenderer
{
    /// <summary>An expression that would grow longer than this gets a name, for the reader's sake.</summary>
    const int LongExpression = 88;

    readonly UsePlan _plan;
    readonly List<WrittenLine> _lines = [];
    readonly Dictionary<UOp, Expression> _written = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<UOp> _declared = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<UOp> _toName = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<UOp, (UOp Acc, UOp Before)> _steps = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<string> _taken;
    readonly Dictionary<string, int> _numbered = [];
    // Names of the open blocks, and what was known of names before each.
    readonly List<string> _named = [];
    readonly Stack<(int Named, Dictionary<string, int> Numbered)> _blocks = new();
    // Sums that begin alike, whose declaration is yet to be written.
    readonly List<(UOp Acc, string Name)> _sums = [];
    int _indent;

    private protected CStyleRenderer(LinearKernel kernel, IReadOnlyList<string> parameterNames, IEnumerable<string> reserved)
    {
        if (parameterNames.Count != kernel.Params.Length)
            throw new ArgumentException($"kernel {kernel.Name} has {kernel.Params.Length} parameters, {parameterNames.Count} names were given");
        Kernel = kernel;
        ParameterNames = parameterNames;
        _plan = new UsePlan(kernel);
        _taken = [.. parameterNames, .. reserved, kernel.Name];
    }

    private protected LinearKernel Kernel { get; }
    private protected IReadOnlyList<string> ParameterNames { get; }

    /// <summary>What has been written.</summary>
    private protected string WrittenText => Text(_lines);

    /// <summary>The lines as text.</summary>
    private protected virtual string Text(IReadOnlyList<WrittenLine> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines) text.Append(' ', line.Text.Length > 0 ? line.Indent * IndentWidth : 0).Append(line.Text).Append('\n');
        return text.ToString();
    }

    /// <summary>The whole function. Called once.</summary>
    private protected string RenderFunction()
    {
        foreach (var line in Kernel.Code)
            for (int i = 0; i < line.Src.Length; i++)
                if (IsUsedTwice(line, i)) _toName.Add(line.Src[i]);
        foreach (var line in Kernel.Code)
            if (line.Op == Op.Set) FindSteps(line.Src[0], line.Src[1]);
        OpenFunction();
        _indent++;
        foreach (var line in Kernel.Code) WriteLine(line);
        _indent--;
        Line("}");
        return WrittenText;
    }

    void WriteLine(UOp line)
    {
        switch (line.Op)
        {
            case Op.Const or Op.Pointer or Op.Variable:
                break;
            case Op.Range:
                _blocks.Push((_named.Count, new(_numbered)));
                var loop = NewName(((Axis)line.Arg!).Kind is AxisKind.Reduce or AxisKind.Unroll ? "r" : "i");
                _written[line] = Expression.Primary(loop);
                Line(LoopHeader(line, loop, Written(line.Src[0])));
                _indent++;
                break;
            case Op.End:
                _indent--;
                Line("}");
                CloseBlock();
                break;
            case Op.Special:
                _written[line] = Expression.Primary(OpenGrid(line));
                break;
            case Op.Stage:
                var stage = NewName("stage");
                if (StageDeclaration(line, stage) is { } declaration) Line(declaration);
                _written[line] = Expression.Primary(stage);
                _declared.Add(line);
                break;
            case Op.Barrier:
                Line(BarrierStatement());
                break;
            case Op.Acc:
                var acc = NewName("acc");
                if (_sums.Count > 0 && (_sums[0].Acc.DType != line.DType || Written(_sums[0].Acc.Src[0]).Text != Written(line.Src[0]).Text)) DeclareSums();
                _sums.Add((line, acc));
                _written[line] = Expression.Primary(acc);
                _declared.Add(line);
                break;
            case Op.Set:
                if (!_steps.ContainsKey(line.Src[1])) Line(Assignment(Written(line.Src[0]).Text, line.Src[0], line.Src[1]));
                break;
            case Op.Prefetch:
                Line(PrefetchText(line));
                break;
            case Op.Store or Op.StoreBits:
                WriteStore(line);
                break;
            default:
                if (_plan.Uses(line) > 0) WriteValue(line);
                break;
        }
    }

    void DeclareSums()
    {
        var (first, sums) = (_sums[0].Acc, _sums.ToArray());
        _sums.Clear();
        foreach (var (_, name) in sums) Line(Declaration(first.DType, name, Written(first.Src[0]), mutable: true), name, isSum: true);
    }

    void WriteValue(UOp line)
    {
        var value = Value(line);
        if (_steps.TryGetValue(line, out var step))
        {
            _written[line] = value;
            var text = StepText(line, Written(step.Acc)) ?? Assignment(Written(step.Acc).Text, step.Before, line);
            if (text.Length > 0) Line(text);
            _written[line] = Written(step.Acc);
            return;
        }
        if (IsAlwaysInline(line) || _plan.IsInline(line) && !_toName.Contains(line) && value.Text.Length <= LongExpression)
        {
            _written[line] = value;
            return;
        }
        var name = NewName(Series(line));
        Line(Declaration(line.DType, name, value, mutable: false), name);
        _written[line] = Expression.Primary(name);
        _declared.Add(line);
    }

    // acc = f(g(acc, a), b) is two assignments, where g's value is used by f alone.
    void FindSteps(UOp acc, UOp value)
    {
        var chain = new List<UOp>();
        for (var u = value; !ReferenceEquals(u, acc); u = Before(u)!)
        {
            if (Before(u) is null || !_plan.IsInline(u)) return;
            chain.Add(u);
        }
        if (chain.Count < 2) return;
        foreach (var u in chain) _steps[u] = (acc, Before(u)!);

        static UOp? Before(UOp u) => u.Op switch { Op.MulAcc or Op.Dot => u.Src[2], Op.Add or Op.Mul or Op.Max or Op.Min => u.Src[0], _ => null };
    }

    // acc += v rather than acc = acc + v, where the sum is written nowhere else.
    string Assignment(string target, UOp acc, UOp value)
    {
        if (IsWrittenInline(value) && value.Op is Op.Add or Op.Mul && !Wraps(value))
        {
            var other = ReferenceEquals(value.Src[0], acc) ? value.Src[1] : ReferenceEquals(value.Src[1], acc) ? value.Src[0] : null;
            if (other is not null && !ReferenceEquals(other, acc) && !IsBool(value.DType) && !Narrows(value.DType))
            {
                if (value.Op == Op.Mul) return $"{target} *= {OperandBeside(value, other).Text};";
                return Negated(other) is { } negated ? $"{target} -= {negated.Text};" : $"{target} += {OperandBeside(value, other).Text};";
            }
        }
        return $"{target} = {Written(value).Text};";
    }

    /// <summary>How an operand that came before is written where it is used.</summary>
    private protected Expression Written(UOp u) => u.Op switch
    {
        Op.Const => Literal(u),
        Op.Variable => Expression.Primary(VariableName((Variable)u.Arg!)),
        Op.Pointer => Expression.Primary(ParameterNames[(int)u.Arg!]),
        _ => _written.TryGetValue(u, out var e) ? e : throw new InvalidOperationException($"kernel {Kernel.Name}: {u} is used before its line"),
    };

    /// <summary>True where the operand has no name of its own, so that its operands may be taken into its user's expression.</summary>
    private protected bool IsWrittenInline(UOp u) => !_declared.Contains(u) && u.Op is not (Op.Range or Op.Special);

    /// <summary>A line, and the local that it declares.</summary>
    private protected void Line(string text, string? declares = null, bool isSum = false)
    {
        if (_sums.Count > 0) DeclareSums();
        _lines.Add(new(_indent, text, declares, isSum));
    }

    /// <summary>Names of parameters, locals and loops, and what the language keeps.</summary>
    private protected IReadOnlyCollection<string> Taken => _taken;

    /// <summary>The next free name of a series: x0, x1...</summary>
    private protected string NewName(string series)
    {
        while (true)
        {
            int n = _numbered.GetValueOrDefault(series);
            _numbered[series] = n + 1;
            var name = $"{series}{n}";
            if (!_taken.Add(name)) continue;
            _named.Add(name);
            return name;
        }
    }

    // A block's names are free again behind it.
    void CloseBlock()
    {
        var (named, numbered) = _blocks.Pop();
        if (!ReusesNames) return;
        foreach (string name in _named.Skip(named)) _taken.Remove(name);
        _named.RemoveRange(named, _named.Count - named);
        foreach (string series in _numbered.Keys.ToList()) _numbered[series] = numbered.GetValueOrDefault(series);
    }

    private protected static bool IsBool(DType t) => t.Kind == ScalarKind.Bool;

    // ---- what a dialect says

    private protected abstract void OpenFunction();
    private protected abstract string VariableName(Variable variable);
    private protected abstract string OpenGrid(UOp special);
    private protected abstract string LoopHeader(UOp range, string name, Expression extent);
    private protected abstract string Declaration(DType type, string name, Expression value, bool mutable);
    /// <summary>Declares a stage where it is filled; null where that is done elsewhere.</summary>
    private protected abstract string? StageDeclaration(UOp stage, string name);
    private protected virtual string BarrierStatement() => throw Lacking(Op.Barrier, DType.Void);
    private protected abstract void WriteStore(UOp store);
    private protected virtual string PrefetchText(UOp line) => throw Lacking(line.Op, line.DType);
    private protected abstract Expression LoadValue(UOp load);
    private protected abstract Expression Literal(UOp constant);
    private protected abstract Expression CastValue(UOp cast);
    private protected abstract Expression BitcastValue(UOp cast);
    private protected abstract Expression Select(UOp where);
    private protected abstract Expression ShiftAmount(UOp amount);

    /// <summary>The function that computes the operation, its helper requested.</summary>
    /// <exception cref="TargetException">The dialect has none.</exception>
    private protected abstract string Function(Op op, DType type);

    /// <summary>True where the language does not define the overflow of this sum or product, and it may happen.</summary>
    private protected abstract bool Wraps(UOp u);
    /// <summary>The function for a difference that wraps, where <see cref="Wraps"/> is ever true.</summary>
    private protected virtual string WrappingDifference(DType type) => throw Lacking(Op.Add, type);
    /// <summary>True for a type whose arithmetic C does in int, so that a result must be converted back.</summary>
    private protected virtual bool Narrows(DType type) => false;
    /// <summary>One of several steps of accumulation, where the dialect has a form for some of them together: nothing but for the last of those. Else null.</summary>
    private protected virtual string? StepText(UOp step, Expression sum) => null;
    /// <summary>The line where the dialect has a form of its own for it, else null.</summary>
    private protected virtual Expression? OwnValue(UOp u) => null;
    /// <summary>Vector operations, for dialects that have vectors.</summary>
    private protected virtual Expression VectorValue(UOp u) => throw Lacking(u.Op, u.DType);
    /// <summary>What the name of a value begins with.</summary>
    private protected virtual string Series(UOp value) => "x";
    /// <summary>True where names of a block that has ended may be those of another.</summary>
    private protected virtual bool ReusesNames => false;
    /// <summary>Columns that a block is indented by.</summary>
    private protected virtual int IndentWidth => 4;
    /// <summary>The prefix that negates a vector of bools, and the operator that compares two.</summary>
    private protected virtual string MaskNot => "~";
    /// <inheritdoc cref="MaskNot"/>
    private protected virtual string MaskDiffers => "^";
    /// <summary>True where the operand's text stands twice in the user's, and so should be a name.</summary>
    private protected virtual bool IsUsedTwice(UOp user, int operand) => false;
    /// <summary>True for a line that is never worth a name.</summary>
    private protected virtual bool IsAlwaysInline(UOp line) => false;
    /// <summary>An operand of a sum, product or quotient of that type.</summary>
    private protected virtual Expression OperandBeside(UOp user, UOp operand) => Written(operand);

    private protected TargetException Lacking(Op op, DType type) =>
        new($"kernel {Kernel.Name}: target {Kernel.Profile.Name} has no {op} of {type}; lowering should have expressed it by others");
}
