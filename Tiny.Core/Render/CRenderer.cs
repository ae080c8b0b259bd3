using System.Globalization;
using System.Text.RegularExpressions;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render.Rolling;

namespace Tiny.Render;

/// <summary>A kernel as a C function, and the helper functions that its text calls.</summary>
public sealed record CKernel(string Text, IReadOnlyList<CHelper> Helpers);

/// <summary>
/// C99. Profiles: <see cref="Plain"/> for any compiler, <see cref="Gnu128"/> with vectors of 128 bits in the notation that gcc and clang share,
/// <see cref="Neon"/> for 64-bit Arm, and <see cref="Avx2"/> and <see cref="Avx512"/> for functions that only processors which have these may call. Signed overflow, division, conversion and NaN behave as the graph says, by helper functions
/// where the operators of C do not; integer arithmetic whose bounds exclude overflow is plain.
/// </summary>
public sealed partial class CRenderer : CStyleRenderer
{
    const int LongSignature = 120;

    // Of float32; for doubles the functions of libm remain.
    static readonly HashSet<Op> s_lacks = [Op.Exp2, Op.Exp, Op.Log2, Op.MulAcc];
    static readonly HashSet<ScalarKind> s_computes =
        [ScalarKind.Bool, ScalarKind.Int32, ScalarKind.UInt32, ScalarKind.Int64, ScalarKind.UInt64, ScalarKind.Float32, ScalarKind.Float64];
    static readonly HashSet<ScalarKind> s_stores =
    [
        ScalarKind.Int8, ScalarKind.UInt8, ScalarKind.Int16, ScalarKind.UInt16, ScalarKind.Int32, ScalarKind.UInt32, ScalarKind.Int64, ScalarKind.UInt64,
        ScalarKind.Float32, ScalarKind.Float64,
    ];

    // Types of helpers that a loop variable's name could be.
    static readonly string[] s_types = [.. new[] { 4, 8, 16 }.Select(lanes => CHelper.TypeName(DType.Int32.Vec(lanes)))];

    readonly List<CHelper> _helpers = [];

    readonly IReadOnlyList<string> _variables;
    string _storage = "static";
    // Names of the iterations to run, and of what.
    (string From, string To)? _bounds;
    ParallelLoop? _loop;
    bool _rolls = true;

    CRenderer(LinearKernel kernel, IReadOnlyList<string> parameterNames, IReadOnlyList<string> variableNames) : base(kernel, parameterNames, [.. variableNames, .. s_types]) =>
        _variables = variableNames;

    /// <summary>Scalar C99. Tiles are small, as nobody waits for this text who could have another.</summary>
    public static TargetProfile Plain { get; } = new("c") { Registers = 8, OutputsOfTest = 128, Dots = true, Lacks = s_lacks, Stores = s_stores, Computes = s_computes };

    /// <summary>C99 with four-lane vectors by the GNU extension, for gcc and clang on any machine.</summary>
    public static TargetProfile Gnu128 { get; } = new("c-gnu128") { VectorLanes = 4, OutputsOfTest = 128, Prefetches = true, Dots = true, Lacks = s_lacks, Stores = s_stores, Computes = s_computes };

    static readonly HashSet<Op> s_lacksButFma = [.. s_lacks.Where(op => op != Op.MulAcc)];

    /// <summary>64-bit Arm: four lanes, and a multiplication with a sum is one instruction. Of its 32 registers 24 are counted on: sums enough are under way then, and the text is a quarter shorter. It needs the header <c>arm_neon.h</c>.</summary>
    public static TargetProfile Neon { get; } = Gnu128 with { Name = "c-neon", Registers = 24, Unroll = 16, Fma = true, Lacks = s_lacksButFma };

    /// <summary>AVX2 and FMA: functions with the attribute <c>AVX2</c>, which the file defines.</summary>
    public static TargetProfile Avx2 { get; } = new("c-avx2")
    {
        VectorLanes = 8, NarrowerLanes = [4], Unroll = 96, OutputsOfTest = 128, Prefetches = true, StageBytes = 256 << 10, PanelBytes = 256 << 10, Fma = true, Dots = true, Lacks = s_lacksButFma, Stores = s_stores, Computes = s_computes,
    };

    /// <summary>AVX-512 (F, BW, DQ, VL): functions with the attribute <c>AVX512</c>, which the file defines.</summary>
    public static TargetProfile Avx512 { get; } = Avx2 with { Name = "c-avx512", VectorLanes = 16, NarrowerLanes = [8, 4], Registers = 32 };

    /// <summary>AVX-512 with instructions for products of bytes: functions with the attribute <c>AVX512VNNI</c>, which the file defines.</summary>
    public static TargetProfile Avx512Vnni { get; } = Avx512 with { Name = "c-avx512-vnni" };

    // Functions of these say so, and so do their helpers, of which other functions may need another form.
    string? Attribute => Kernel.Profile == Avx512Vnni ? "AVX512VNNI" : Kernel.Profile == Avx512 ? "AVX512" : Kernel.Profile == Avx2 ? "AVX2" : null;

    string AttributeText => Attribute is { } attribute ? attribute + " " : "";

    /// <summary>
    /// The function. Names are identifiers made by <see cref="Identifiers.ForC"/>, all different. The text expects the standard
    /// headers math, stdbool, stdint and string, and the helpers before it (<see cref="Prologue"/>).
    /// </summary>
    public static CKernel Render(LinearKernel kernel, IReadOnlyList<string> parameterNames) =>
        Render(kernel, parameterNames, [.. kernel.Variables.Select(v => v.Name)]);

    /// <summary>
    /// The function, with names for its variables too, which are its last parameters. One that <paramref name="isShared"/> is made where it is called: the file defines <c>SIZED</c>.
    /// With names for <paramref name="bounds"/> it runs those iterations of its <see cref="ParallelLoop"/> only, from the first to before the second.
    /// </summary>
    public static CKernel Render(LinearKernel kernel, IReadOnlyList<string> parameterNames, IReadOnlyList<string> variableNames, bool isShared = false, (string From, string To)? bounds = null)
    {
        var renderer = new CRenderer(kernel, parameterNames, variableNames)
        {
            _storage = isShared ? "SIZED" : "static", _bounds = bounds, _loop = bounds is null ? null : ParallelLoop.Of(kernel),
        };
        return renderer.Render();
    }

    /// <summary>The function with all its statements one by one, for comparison with another: equal ones are equal with loops, too.</summary>
    public static CKernel RenderStatements(LinearKernel kernel, IReadOnlyList<string> parameterNames, IReadOnlyList<string> variableNames) =>
        new CRenderer(kernel, parameterNames, variableNames) { _rolls = false }.Render();

    CKernel Render()
    {
        var text = RenderFunction();
        // A helper may have been asked for by an expression that was then written in another way.
        var words = Word().Matches(text).Select(m => m.Value).ToHashSet();
        return new CKernel(text, [.. _helpers.Append(CHelper.Unroll).Where(h => words.Contains(h.Name))]);
    }

    /// <summary>A kernel that is a call of a function of sizes (<paramref name="shared"/>), with its own, and if that <paramref name="spans"/> iterations with all of them.</summary>
    public static string Call(LinearKernel kernel, IReadOnlyList<string> parameterNames, string shared, IEnumerable<int> sizes, bool spans = false)
    {
        var renderer = new CRenderer(kernel, parameterNames, []);
        renderer.Signature("");
        return renderer.Body(shared, [.. parameterNames, .. sizes.Select(Number), .. spans ? ["0", Iterations(ParallelLoop.Of(kernel)!)] : (string[])[]]);
    }

    /// <summary>
    /// A kernel in parts: a function of its memory's addresses, the part to run and their number, which calls the function of iterations (<paramref name="shared"/>) with its own
    /// sizes. The parts together run each iteration once.
    /// </summary>
    public static string CallPart(LinearKernel kernel, string shared, IEnumerable<int> sizes)
    {
        var renderer = new CRenderer(kernel, [.. kernel.Params.Select((_, i) => $"p{i}")], []);
        renderer.Line($"static {renderer.AttributeText}void {kernel.Name}(const void *const *p, int part, int parts)");
        var addresses = kernel.Params.Select((p, i) => p.Written ? $"({MemoryType(p.DType)} *)p[{i}]" : $"p[{i}]");
        if (ParallelLoop.Of(kernel) is not { } loop)
        {
            renderer.Line("{");
            renderer.Line("  (void)parts;");
            renderer.Line($"  if (part == 0) {shared}({string.Join(", ", [.. addresses, .. sizes.Select(Number)])});");
            renderer.Line("}");
            return renderer.WrittenText;
        }
        var (all, wide) = (Iterations(loop), loop.Iterations > 1 << 20);
        string Bound(string part) => wide ? $"(int)(INT64_C({all}) * {part} / parts)" : $"{all} * {part} / parts";
        return renderer.Body(shared, [.. addresses, .. sizes.Select(Number), Bound("part"), Bound("(part + 1)")]);
    }

    static string Iterations(ParallelLoop loop) => loop.Iterations.ToString("F0", CultureInfo.InvariantCulture);

    string Body(string called, IEnumerable<string> arguments)
    {
        Line("{");
        Line($"  {called}({string.Join(", ", arguments)});");
        Line("}");
        return WrittenText;
    }

    static string Number(int n) => n.ToString(CultureInfo.InvariantCulture);

    /// <summary>Types and functions that kernels call, each once and after those that it needs itself.</summary>
    public static string Prologue(IEnumerable<CHelper> helpers) => CHelper.Listing(CHelper.Closure(helpers));

    private protected override void OpenFunction()
    {
        Signature("restrict ");
        Line("{");
        // What only this target's unrolling has simplified away, and sizes that only said how many iterations there are, where a caller says which to run.
        var used = Used();
        for (int i = 0; i < ParameterNames.Count; i++)
            if (!used.Any(u => u.Op == Op.Pointer && (int)u.Arg! == i)) Line($"  (void){ParameterNames[i]};");
        for (int i = 0; i < _variables.Count; i++)
            if (!used.Any(u => u.Op == Op.Variable && Kernel.Variables.IndexOf((Variable)u.Arg!) == i)) Line($"  (void){_variables[i]};");
    }

    // What lines that do something lead to; all but the extent of the outer one of loops whose iterations are given.
    HashSet<UOp> Used()
    {
        var used = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        foreach (var line in Kernel.Code.Reverse())
        {
            if (!used.Contains(line) && line.Op is not (Op.Store or Op.StoreBits or Op.Set or Op.Range or Op.Special or Op.Prefetch)) continue;
            if (!ReferenceEquals(line, _loop?.Range)) used.UnionWith(line.Src);
        }
        return used;
    }

    void Signature(string qualifier)
    {
        var parameters = Kernel.Params.Select((p, i) => $"{(p.Written ? "" : "const ")}{MemoryType(p.DType)} *{qualifier}{ParameterNames[i]}").Concat(_variables.Select(v => $"int {v}"));
        if (_loop is not null) parameters = parameters.Concat([$"int {_bounds!.Value.From}", $"int {_bounds.Value.To}"]);
        var line = $"{_storage} {AttributeText}void {Kernel.Name}(";
        var indent = new string(' ', line.Length);
        var between = "";
        foreach (var parameter in parameters)
        {
            if (line.Length + between.Length + parameter.Length + 1 > LongSignature && between.Length > 0)
            {
                Line(line + ",");
                (line, between) = (indent, "");
            }
            line += between + parameter;
            between = ", ";
        }
        Line(line + ")");
    }

    private protected override string Text(IReadOnlyList<WrittenLine> lines) => !_rolls ? base.Text(lines) :
        RolledText.Of(lines, name => _variables.Contains(name) || Loop().IsMatch(name), Taken, IndentWidth, LongSignature);

    // Loops nest deeply.
    private protected override int IndentWidth => 2;

    private protected override string VariableName(Variable variable) => _variables[Kernel.Variables.IndexOf(variable)];

    private protected override string OpenGrid(UOp special) => throw Lacking(special.Op, special.DType);

    private protected override string LoopHeader(UOp range, string name, Expression extent)
    {
        var (first, end) = ("0", $"{name} < {extent.Text}");
        if (_loop is not null && ReferenceEquals(range, _loop.Range))
        {
            var (from, to) = _bounds!.Value;
            if (_loop.Inner is null) return $"for (int {name} = {from}; {name} < {to}; {name}++) {{";
            // Both loops are counted as one.
            var each = Written(_loop.Inner.Src[0]).Text;
            return $"for (int {name} = {from} / {each}; {name} * {each} < {to}; {name}++) {{";
        }
        if (_loop is not null && ReferenceEquals(range, _loop.Inner))
        {
            var (from, to) = _bounds!.Value;
            var before = $"{Written(_loop.Range).Text} * {extent.Text}";
            (first, end) = ($"{before} < {from} ? {from} - {before} : 0", $"{end} && {before} + {name} < {to}");
        }
        return $"for (int {name} = {first}; {end}; {name}++) {{";
    }

    private protected override string Declaration(DType type, string name, Expression value, bool mutable) =>
        $"{LocalType(type)} {name} = {value.Text};";

    private protected override string StageDeclaration(UOp stage, string name) => $"{MemoryType(stage.DType)} {name}[{Kernel.CountOf(stage)}];";

    private protected override void WriteStore(UOp store)
    {
        var (pointer, index, value) = (Written(store.Src[0]), Written(store.Src[1]), store.Src[2]);
        var element = $"{pointer.Text}[{index.Text}]";
        var text = value.DType.Lanes > 1 ? $"{VectorStore(value.DType)}(&{element}, {Written(value).Text});" : $"{element} = {Written(value).Text};";
        if (store.Src.Length > 3)
        {
            Line($"if ({Written(store.Src[3]).Text}) {{");
            Line("  " + text);
            Line("}");
        }
        else
        {
            Line(text);
        }
    }

    private protected override string PrefetchText(UOp line) =>
        Expression.Call(Helper(CHelper.Prefetch(line.Src[0].DType)), Written(line.Src[0]), Written(line.Src[1])).Text + ";";

    private protected override Expression LoadValue(UOp load)
    {
        if (load.DType.Lanes > 1 && load.Src.Length > 2)
            return Expression.Call(Helper(Attribute is null ? CHelper.MaskedLoad(load.DType) : CHelper.MaskedLoadAvx(load.DType)), Written(load.Src[0]), Written(load.Src[1]), Written(load.Src[2]));
        var element = Expression.Primary($"{Written(load.Src[0]).Text}[{Written(load.Src[1]).Text}]");
        if (load.DType.Lanes > 1) return Expression.Call(VectorLoad(load.DType), Expression.Prefix("&", element));
        if (load.DType == DType.Bool) element = Expression.Binary(element, "!=", Expression.Primary("0"));
        return load.Src.Length > 2 ? Expression.Conditional(Written(load.Src[2]), element, Literal(UOp.Const(0L, load.DType))) : element;
    }

    private protected override Expression Literal(UOp constant)
    {
        switch (constant.DType.Kind)
        {
            case ScalarKind.Bool:
                return Expression.Primary(constant.IsZero ? "false" : "true");
            case ScalarKind.UInt32:
                return Expression.Primary($"{constant.Int}u");
            case ScalarKind.UInt64:
                return Expression.Primary($"UINT64_C({(ulong)constant.Int!.Value})");
            case ScalarKind.Float32 or ScalarKind.Float64:
                double value = constant.Float!.Value;
                if (double.IsNaN(value)) return Expression.Primary("NAN");
                bool single = constant.DType.Kind == ScalarKind.Float32;
                return Signed(double.IsNegative(value),
                    double.IsInfinity(value) ? "INFINITY" : Decimal(Math.Abs(value), single) + (single ? "f" : ""));
            default:
                long n = constant.Int!.Value;
                if (n == long.MinValue) return Expression.Primary("INT64_MIN");
                if (n == int.MinValue) return Expression.Primary("INT32_MIN");
                return Signed(n < 0, Math.Abs(n) > int.MaxValue ? $"INT64_C({Math.Abs(n)})" : $"{Math.Abs(n)}");
        }
    }

    static Expression Signed(bool negative, string text) => negative ? new("-" + text, Precedence.Unary) : Expression.Primary(text);

    private protected override Expression CastValue(UOp cast)
    {
        var (from, to, x) = (cast.Src[0].DType, cast.DType, Written(cast.Src[0]));
        if (to.Lanes > 1) return Expression.Call(Helper(CHelper.VectorCast(from, to)), x);
        if (to == DType.Bool) return Expression.Binary(x, "!=", Literal(UOp.Const(0L, from)));
        if (from.IsFloat && to.IsInt) return Expression.Call(Helper(CHelper.Saturating(from, to)), x);
        return Expression.Prefix($"({LocalType(to)})", x);
    }

    private protected override Expression BitcastValue(UOp cast)
    {
        var (from, to, x) = (cast.Src[0].DType, cast.DType, Written(cast.Src[0]));
        if (to.Lanes > 1 && to.Kind != ScalarKind.Bool && from.Kind != ScalarKind.Bool)
        {
            Helper(CHelper.VectorType(to));
            return Expression.Prefix($"({LocalType(to)})", x);
        }
        return from.IsFloat || to.IsFloat ? Expression.Call(Helper(CHelper.Bitcast(from, to)), x) : CastValue(cast);
    }

    private protected override Expression Select(UOp where) => where.DType.Lanes > 1
        ? Expression.Call(Helper(CHelper.VectorSelect(where.DType)), Written(where.Src[0]), Written(where.Src[1]), Written(where.Src[2]))
        : Narrowed(where, Expression.Conditional(Written(where.Src[0]), Written(where.Src[1]), Written(where.Src[2])));

    private protected override Expression ShiftAmount(UOp amount) => Written(amount);

    private protected override string Function(Op op, DType type) => op switch
    {
        Op.MulAcc when type == DType.Float32.Vec(4) && Attribute is null => Helper(CHelper.NeonMulAcc),
        _ when type.Lanes > 1 => Helper(CHelper.VectorFunction(op, type) ?? throw Lacking(op, type)),
        _ when CHelper.LibraryFunction(op, type) is { } function => function,
        _ => Helper(CHelper.ScalarFunction(op, type) ?? throw Lacking(op, type)),
    };

    // Unsigned arithmetic wraps by itself, and bytes are computed in int and cut; vectors always go through the unsigned type.
    private protected override bool Wraps(UOp u) => u.DType.Kind is ScalarKind.Int32 or ScalarKind.Int64 && MayOverflow(u);

    private protected override string WrappingDifference(DType type) =>
        Helper(type.Lanes > 1 ? CHelper.VectorDifference(type) : CHelper.Wrapping("sub", "-", type));

    private protected override bool Narrows(DType type) => type == DType.UInt8;

    private protected override Expression Narrowed(UOp u, Expression e) => Narrows(u.DType) ? Expression.Prefix("(uint8_t)", e) : e;

    string LocalType(DType t)
    {
        if (t.Lanes > 1)
        {
            Helper(CHelper.VectorType(t));
            return CHelper.TypeName(t);
        }
        return t.Kind switch
        {
            ScalarKind.Bool => "bool",
            // An index and a tensor's int32 are one type; this is the one that reads well.
            ScalarKind.Int32 => "int",
            _ => MemoryType(t),
        };
    }

    /// <summary>The type of an element in memory. A bool is a byte, so that no byte of a caller's is an invalid value; floats of 8 and 16 bits are their bits.</summary>
    public static string MemoryType(DType t) => t.Kind switch
    {
        ScalarKind.Int8 => "int8_t",
        ScalarKind.Bool or ScalarKind.UInt8 or ScalarKind.Float8E4M3 or ScalarKind.Float8E5M2 => "uint8_t",
        ScalarKind.Int16 => "int16_t",
        ScalarKind.UInt16 or ScalarKind.Float16 or ScalarKind.BFloat16 => "uint16_t",
        ScalarKind.Int32 => "int32_t",
        ScalarKind.UInt32 => "uint32_t",
        ScalarKind.Int64 => "int64_t",
        ScalarKind.UInt64 => "uint64_t",
        ScalarKind.Float32 => "float",
        ScalarKind.Float64 => "double",
        _ => throw new ArgumentException($"{t} has no place in memory"),
    };

    // Variables of loops.
    [GeneratedRegex("^[ir][0-9]+$")]
    private static partial Regex Loop();

    [GeneratedRegex("[A-Za-z_][A-Za-z0-9_]*")]
    private static partial Regex Word();

    string Helper(CHelper helper)
    {
        if (Attribute is { } attribute) helper = helper.For(attribute);
        if (!_helpers.Any(h => h.Name == helper.Name)) _helpers.Add(helper);
        return helper.Name;
    }
}
