using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;

namespace Tiny.Render;

/// <summary>
/// A kernel's memory argument in WGSL. <paramref name="ReadWrite"/> must be true where the buffer is part of one that the same
/// dispatch writes, even if this part is only read: WebGPU allows one buffer no mixture of read and read_write.
/// </summary>
public sealed record WgslBinding(string Name, bool ReadWrite);

/// <summary>
/// WebGPU's shading language: one module a kernel, its entry point named as the kernel, binding i of group 0 its parameter i.
/// </summary>
public sealed partial class WgslRenderer : CStyleRenderer
{
    const int MaxGroups = 65535;
    // The values of a launch's variables, after the buffers.
    const string Sizes = "sizes";

    readonly IReadOnlyList<WgslBinding> _bindings;
    readonly HashSet<string> _helpers = [];
    // Memory arguments of which threads write parts of words: what else they do with them is atomic too.
    readonly HashSet<int> _shared;
    readonly List<string> _sharedStages = [];

    WgslRenderer(LinearKernel kernel, IReadOnlyList<WgslBinding> bindings)
        : base(kernel, [.. bindings.Select(b => b.Name)], ["id", "wid", "lid", "thread", Sizes, SubgroupSize])
    {
        _bindings = bindings;
        _shared = [.. kernel.Code.Where(u => u.Op == Op.StoreBits).Select(u => (int)u.Src[0].Arg!)];
        FindComponents();
        FindProducts();
    }

    /// <summary>What lowering has to know.</summary>
    public static TargetProfile Profile { get; } = new("wgsl")
    {
        MostBuffers = 8,
        Grid = true,
        WorkgroupSize = 64,
        WordMemory = true,
        VectorLanes = 4,
        VectorMemory = true,
        Registers = 32,
        // The specification's limit on a function's variables.
        StageBytes = 8 << 10,
        Fma = true,
        // The specification lets exp2 be off by 2|x| last places, and leaves NaN and log2(0) open.
        Lacks = new HashSet<Op> { Op.Exp2, Op.Exp, Op.Log2 },
        Stores = new HashSet<ScalarKind>
        {
            ScalarKind.Bool, ScalarKind.Int8, ScalarKind.UInt8, ScalarKind.Int16, ScalarKind.UInt16, ScalarKind.Int32, ScalarKind.UInt32,
            ScalarKind.Int64, ScalarKind.UInt64, ScalarKind.Float32,
        },
        Computes = new HashSet<ScalarKind>
        {
            ScalarKind.Bool, ScalarKind.Int32, ScalarKind.UInt32, ScalarKind.Int64, ScalarKind.UInt64, ScalarKind.Float32,
        },
    };

    /// <summary>What lowering has to know of a device that has more.</summary>
    public static TargetProfile ProfileFor(WgslFeatures features) => Profile with
    {
        // The specification's limit for a workgroup.
        GroupBytes = features.HasFlag(WgslFeatures.Groups) ? 16 << 10 : 0,
        Subgroups = features.HasFlag(WgslFeatures.Subgroups),
    };

    /// <summary>The module. Names are identifiers made by <see cref="Identifiers.ForWgsl"/>, all different.</summary>
    /// <exception cref="TargetException">The kernel stores or loads a dtype that WGSL has not.</exception>
    public static string Render(LinearKernel kernel, IReadOnlyList<WgslBinding> bindings)
    {
        var renderer = new WgslRenderer(kernel, bindings);
        var function = renderer.RenderFunction();
        // What combines threads calls helpers too.
        string calls = function + string.Concat(renderer._combining.Values);
        var header = string.Concat(renderer._bindings.Select((b, i) =>
            $"@group(0) @binding({i}) var<storage, {(b.ReadWrite || kernel.Params[i].Written ? "read_write" : "read")}> " +
            $"{b.Name}: array<{renderer.StorageType(i)}>;{StorageNote(kernel.Params[i])}\n"));
        if (kernel.UsesVariables)
            header += $"struct Sizes {{ {string.Join(", ", kernel.Variables.Select(v => $"{v.Name}: i32"))} }}\n"
                + $"@group(0) @binding({renderer._bindings.Count}) var<uniform> {Sizes}: Sizes;\n";
        foreach (var (name, declaration) in renderer._combining) header += declaration;
        if (renderer._combining.Count > 0 && kernel.Profile.Subgroups) header = "enable subgroups;\n" + header;
        header += string.Concat(renderer._sharedStages.Select(s => s + "\n"));
        // A helper whose call became part of another one's is not written.
        var helpers = renderer._helpers.Where(h => calls.Contains($"{h}(", StringComparison.Ordinal));
        return $"{header}\n{WgslHelper.Listing(helpers)}{function}";
    }

    /// <summary>Workgroups to dispatch in x and y: beyond 65535, WebGPU's limit of one dimension, rows of that many.</summary>
    public static (int X, int Y) DispatchSize(LinearKernel kernel, IReadOnlyDictionary<Variable, int>? variables = null)
    {
        var threads = variables is null ? kernel.GridExtent : kernel.GridExtent.Bind(variables);
        return DispatchSize((long)threads, kernel.Profile.WorkgroupSize);
    }

    static (int X, int Y) DispatchSize(long threads, int size)
    {
        int groups = (int)((threads + size - 1) / size);
        return groups <= MaxGroups ? (groups, 1) : (MaxGroups, (groups + MaxGroups - 1) / MaxGroups);
    }

    private protected override void OpenFunction()
    {
        bool grid = Kernel.Code.Any(u => u.Op == Op.Special);
        Line($"@compute @workgroup_size({(grid ? Kernel.Profile.WorkgroupSize : 1)})");
        string subgroup = Kernel.Profile.Subgroups && Kernel.Code.Any(u => u.Op == Op.FoldThreads) ? $", @builtin(subgroup_size) {SubgroupSize}: u32" : "";
        Line(grid ? $"fn {Kernel.Name}(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32{subgroup}) {{" : $"fn {Kernel.Name}() {{");
    }

    private protected override string OpenGrid(UOp special)
    {
        int size = Kernel.Profile.WorkgroupSize;
        if (!Kernel.Variables.IsEmpty && Kernel.GridExtent.IsSymbolic) return OpenPart(special, size);
        int extent = (int)special.Src[0].Int!.Value;
        var (_, rows) = DispatchSize(Kernel);
        var group = rows == 1 ? "wid.x" : $"(wid.y * {MaxGroups}u + wid.x)";
        Line($"let id = i32({group} * {size}u + lid);");
        if (rows > 1 || extent % size != 0) Line(Surplus("id", group, size, $"{extent}"));
        return "id";
    }

    // What leaves early may not wait for others: where threads do, whole workgroups leave, and the language has to see that.
    string Surplus(string id, string group, int size, string threads) => Kernel.HasWaits
        ? $"if (i32({group}) * {size} >= {threads}) {{ return; }}" : $"if ({id} >= {threads}) {{ return; }}";

    // How many rows of workgroups there are is known at the launch, and so the extents of the parts of an id.
    string OpenPart(UOp special, int size)
    {
        UOp[] parts = [.. Kernel.Code.Where(u => u.Op == Op.Special)];
        int at = Array.IndexOf(parts, special);
        Expression Product(IEnumerable<UOp> of) => of.Select(p => Written(p.Src[0])).Aggregate((a, b) => Expression.Binary(a, "*", b));
        if (at == 0)
        {
            bool rows = Kernel.GridExtent.Max > (long)MaxGroups * size;
            string group = rows ? $"(wid.y * {MaxGroups}u + wid.x)" : "wid.x";
            Line($"let thread = i32({group} * {size}u + lid);");
            Line(Surplus("thread", group, size, Product(parts).Text));
        }
        var value = Expression.Primary("thread");
        if (at > 0) value = Expression.Binary(value, "/", Product(parts[..at]));
        if (at < parts.Length - 1) value = Expression.Binary(value, "%", Written(special.Src[0]));
        var name = NewName("id");
        Line($"let {name} = {value.Text};");
        return name;
    }

    // Alike parts of kernels are alike in their names too where each kind of value is counted by itself.
    private protected override string Series(UOp value) => IsBool(value.DType) ? "is" : value.DType == DType.Index ? "x" : "v";

    private protected override bool ReusesNames => true;

    private protected override string VariableName(Variable variable) => $"{Sizes}.{variable.Name}";

    private protected override string LoopHeader(UOp range, string name, Expression extent) =>
        $"for (var {name} = 0; {name} < {extent.Text}; {name}++) {{";

    private protected override string Declaration(DType type, string name, Expression value, bool mutable) =>
        $"{(mutable ? "var" : "let")} {name} = {value.Text};";

    // What a workgroup shares belongs to the module.
    private protected override string? StageDeclaration(UOp stage, string name)
    {
        string declaration = $"{name}: array<{TypeName(stage.DType)}, {Kernel.CountOf(stage)}>;";
        if (!((StageArg)stage.Arg!).Shared) return $"var {declaration}";
        _sharedStages.Add($"var<workgroup> {declaration}");
        return null;
    }

    private protected override string BarrierStatement() => "workgroupBarrier();";

    private protected override void WriteStore(UOp store)
    {
        var (element, value) = ($"{Written(store.Src[0]).Text}[{Written(store.Src[1]).Text}]", Written(store.Src[2]).Text);
        int gate = store.Op == Op.Store ? 3 : 4;
        string[] lines = store.Op == Op.StoreBits ? [$"atomicAnd(&{element}, {Others(store.Src[3])});", $"atomicOr(&{element}, {value});"]
            : IsShared(store.Src[0]) ? [$"atomicStore(&{element}, {value});"] : [Added(store) is { } more ? $"{element} += {more.Text};" : $"{element} = {value};"];
        if (store.Src.Length == gate)
            foreach (string line in lines) Line(line);
        else Line($"if ({Written(store.Src[gate]).Text}) {{ {string.Join(' ', lines)} }}");
    }

    // What is added to an element by a store in place.
    Expression? Added(UOp store)
    {
        var sum = store.Src[2];
        if (sum.Op != Op.Add || IsPair(sum.DType) || !IsWrittenInline(sum)) return null;
        int old = Array.FindIndex([.. sum.Src], s => s.Op == Op.Load && s.Src.Length == 2 && s.Src[0] == store.Src[0] && s.Src[1] == store.Src[1] && IsWrittenInline(s) && _uses[s] == 1);
        return old < 0 ? null : OperandBeside(sum, sum.Src[1 - old]);
    }

    // Each thread clears and sets its own bits only, so those of others may come between.
    string Others(UOp mask) => mask.Int is { } bits ? $"0x{unchecked((uint)~bits):x8}u" : Expression.Prefix("~", Written(mask)).Text;

    bool IsShared(UOp pointer) => pointer.Op == Op.Pointer && _shared.Contains((int)pointer.Arg!);

    // The index of a load that its gate excludes is made 0: it would be clamped by the language, but no text of ours
    // leans on reading outside of a buffer.
    private protected override Expression LoadValue(UOp load)
    {
        if (load.DType.Lanes > 1) return VectorLoad(load);
        var (pointer, index) = (Written(load.Src[0]).Text, Written(load.Src[1]).Text);
        string Element(string at) => IsShared(load.Src[0]) ? $"atomicLoad(&{pointer}[{at}])" : $"{pointer}[{at}]";
        if (load.Src.Length < 3) return Expression.Primary(Element(index));
        var gate = Written(load.Src[2]).Text;
        var zero = Literal(UOp.Const(0L, load.DType)).Text;
        return Expression.Primary($"select({zero}, {Element($"select(0, {index}, {gate})")}, {gate})");
    }

    // What is merged into memory is known before its bits there are cleared: it may be made of them.
    private protected override bool IsUsedTwice(UOp user, int operand) =>
        user.Op == Op.Load && operand == 2 && user.Src[2].Op != Op.Const || user.Op == Op.StoreBits && operand is 1 or 2
        || NeedsName(user);

    private protected override Expression Literal(UOp constant)
    {
        switch (constant.DType.Kind)
        {
            case ScalarKind.Bool:
                return Expression.Primary(constant.IsZero ? "false" : "true");
            case ScalarKind.Int64 or ScalarKind.UInt64:
                return PairLiteral(constant);
            case ScalarKind.UInt32:
                return Expression.Primary($"{constant.Int}u");
            case ScalarKind.Int32 when constant.Int == int.MinValue:
                return Expression.Primary("i32(-2147483648)");
            case ScalarKind.Int32:
                return Signed(constant.Int < 0, $"{Math.Abs(constant.Int!.Value)}");
            case ScalarKind.Float32:
                double value = constant.Float!.Value;
                // An expression known at compile time must be finite, so these two are made from bits at run time.
                if (double.IsNaN(value)) return Expression.Call(Helper("not_a_number"));
                bool negative = double.IsNegative(value);
                return double.IsInfinity(value)
                    ? negative ? Expression.Prefix("-", Expression.Call(Helper("infinity"))) : Expression.Call(Helper("infinity"))
                    : Signed(negative, Decimal(Math.Abs(value), single: true));
            default:
                throw Lacking(constant.Op, constant.DType);
        }
    }

    static Expression Signed(bool negative, string text) => negative ? new("-" + text, Precedence.Unary) : Expression.Primary(text);

    private protected override Expression CastValue(UOp cast)
    {
        var (from, to, x) = (cast.Src[0].DType, cast.DType, Written(cast.Src[0]));
        if (IsPair(from) || IsPair(to)) return PairCast(from, to, x);
        if (to == DType.Bool && from.IsFloat) return Expression.Prefix("!", Expression.Binary(x, "==", Literal(UOp.Const(0L, from))));
        if (to == DType.Bool) return Expression.Binary(x, "!=", Literal(UOp.Const(0L, from)));
        if (from.Scalar == DType.Float32 && to.Scalar == DType.Int32) return Expression.Call(Helper("f32_to_i32", to), x);
        if (from == DType.Float32 && to == DType.UInt32) return Expression.Call(Helper("f32_to_u32"), x);
        if (from == DType.UInt32 && to == DType.Float32 && cast.Src[0].Max > 1 << 24) return Expression.Call(Helper("u32_to_f32"), x);
        return Expression.Call(TypeName(to), x);
    }

    private protected override Expression BitcastValue(UOp cast) =>
        IsPair(cast.DType) ? Written(cast.Src[0]) : Expression.Call($"bitcast<{TypeName(cast.DType)}>", Written(cast.Src[0]));

    private protected override Expression Select(UOp where) =>
        Expression.Call("select", Written(where.Src[2]), Written(where.Src[1]), Written(where.Src[0]));

    // x != x asks whether x is NaN. Else != of the language may be false where an operand is NaN, which == is too.
    private protected override Expression Comparison(UOp u, UOp a, string op, UOp b)
    {
        if (IsPair(a.DType)) return PairComparison(a.DType, Written(a), op, Written(b));
        if (!a.DType.IsFloat || op is not ("!=" or "==")) return base.Comparison(u, a, op, b);
        if (!ReferenceEquals(a, b)) return op == "==" ? base.Comparison(u, a, op, b) : Expression.Prefix("!", base.Comparison(u, a, "==", b));
        var isNan = Expression.Call(Helper("is_nan", a.DType), Written(a));
        return op == "!=" ? isNan : Expression.Prefix("!", isNan);
    }

    private protected override Expression ShiftAmount(UOp amount) => amount.DType.Lanes > 1
        ? amount.Int is { } all ? Expression.Primary($"vec4u({all}u)") : Expression.Call("vec4u", Written(amount)) :
        amount.Int is { } n ? Expression.Primary($"{n}u") : IsPair(amount.DType) ? PairCast(amount.DType, DType.UInt32, Written(amount))
            : amount.DType.Kind == ScalarKind.UInt32 ? Written(amount) : Expression.Call("u32", Written(amount));

    private protected override string Function(Op op, DType type) => (op, type.IsFloat) switch
    {
        (Op.Sqrt, true) => "sqrt",
        // That of the language may be off by 2^-11, and only between -pi and pi.
        (Op.Sin, true) => Helper("sine"),
        (Op.Trunc, true) => "trunc",
        (Op.MulAcc, true) => "fma",
        (Op.Max, true) => Helper("max_nan", type),
        (Op.Min, true) => Helper("min_nan", type),
        (Op.Max, false) => "max",
        (Op.Min, false) => "min",
        (Op.FloorDiv, false) => Helper(IsUnsigned(type) ? "floor_div_u" : "floor_div"),
        (Op.FloorMod, false) => Helper(IsUnsigned(type) ? "floor_mod_u" : "floor_mod"),
        _ => throw Lacking(op, type),
    };

    // Only what may be NaN is asked for it: of two limits around a value that is the value.
    private protected override Expression Extremum(UOp u)
    {
        if (!u.DType.IsFloat || LimitOf(u) is not { } limit) return Called(u);
        var inner = u.Src[0];
        var bound = Literal(UOp.Const(limit, DType.Float32));
        if (inner.Op is Op.Max or Op.Min && inner.Op != u.Op && IsWrittenInline(inner) && LimitOf(inner) is { } other && (u.Op == Op.Min ? other <= limit : limit <= other))
        {
            var (x, beside) = (Written(inner.Src[0]), Literal(UOp.Const(other, DType.Float32)));
            return u.Op == Op.Min ? Expression.Call(Helper("within", u.DType), x, beside, bound) : Expression.Call(Helper("within", u.DType), x, bound, beside);
        }
        return Expression.Call(Helper(u.Op == Op.Max ? "at_least" : "at_most", u.DType), Written(inner), bound);
    }

    // The number that a value is compared with.
    static double? LimitOf(UOp u) => u.Src[1] is { Op: Op.Const or Op.Broadcast, Float: { } limit } && !double.IsNaN(limit) ? limit : null;

    // Integers of WGSL wrap, but pairs are added and multiplied by functions.
    private protected override bool Wraps(UOp u) => IsPair(u.DType);

    string StorageType(int slot) => _shared.Contains(slot) ? "atomic<u32>" : TypeName(Kernel.Params[slot].Element);

    static string StorageNote(KernelParam p) => p.Packed ? $" // {p.DType}, {4 / p.DType.Size} in a word" : IsPair(p.DType) ? $" // {p.DType}" : "";

    string TypeName(DType t) => t switch
    {
        { Kind: ScalarKind.Float32, Lanes: 1 } => "f32",
        { Kind: ScalarKind.Int32, Lanes: 1 } => "i32",
        { Kind: ScalarKind.UInt32, Lanes: 1 } => "u32",
        { Kind: ScalarKind.Bool, Lanes: 1 } => "bool",
        { Kind: ScalarKind.Int64 or ScalarKind.UInt64, Lanes: 1 } => "vec2u",
        { Kind: ScalarKind.Float32, Lanes: 4 } => "vec4f",
        { Kind: ScalarKind.Int32, Lanes: 4 } => "vec4i",
        { Kind: ScalarKind.UInt32, Lanes: 4 } => "vec4u",
        { Kind: ScalarKind.Bool, Lanes: 4 } => "vec4<bool>",
        _ => throw new TargetException($"kernel {Kernel.Name}: WGSL has no {t}; use float32, int32 or uint32 in what is exported to WebGPU"),
    };

    string Helper(string name, DType type) => Helper(type.Lanes > 1 ? $"{name}_{type.Lanes}" : name);

    string Helper(string name)
    {
        _helpers.Add(name);
        return name;
    }
}
