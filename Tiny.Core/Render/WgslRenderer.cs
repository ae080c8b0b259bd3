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
public sealed class WgslRenderer : CStyleRenderer
{
    const int MaxGroups = 65535;
    // The values of a launch's variables, after the buffers.
    const string Sizes = "sizes";

    readonly IReadOnlyList<WgslBinding> _bindings;
    readonly SortedSet<string> _helpers = new(StringComparer.Ordinal);

    WgslRenderer(LinearKernel kernel, IReadOnlyList<WgslBinding> bindings)
        : base(kernel, [.. bindings.Select(b => b.Name)], ["id", "wid", "lid", "thread", Sizes]) => _bindings = bindings;

    /// <summary>What lowering has to know.</summary>
    public static TargetProfile Profile { get; } = new("wgsl")
    {
        MostBuffers = 8,
        Grid = true,
        WorkgroupSize = 64,
        Registers = 32,
        Fma = true,
        // The specification lets exp2 be off by 2|x| last places, and leaves NaN and log2(0) open.
        Lacks = new HashSet<Op> { Op.Exp2, Op.Exp, Op.Log2 },
        Stores = new HashSet<ScalarKind> { ScalarKind.Float32, ScalarKind.Int32, ScalarKind.UInt32 },
        Computes = new HashSet<ScalarKind> { ScalarKind.Bool, ScalarKind.Float32, ScalarKind.Int32, ScalarKind.UInt32 },
    };

    /// <summary>The module. Names are identifiers made by <see cref="Identifiers.ForWgsl"/>, all different.</summary>
    /// <exception cref="TargetException">The kernel stores or loads a dtype that WGSL has not.</exception>
    public static string Render(LinearKernel kernel, IReadOnlyList<WgslBinding> bindings)
    {
        var renderer = new WgslRenderer(kernel, bindings);
        var function = renderer.RenderFunction();
        var header = string.Concat(renderer._bindings.Select((b, i) =>
            $"@group(0) @binding({i}) var<storage, {(b.ReadWrite || kernel.Params[i].Written ? "read_write" : "read")}> " +
            $"{b.Name}: array<{renderer.StorageType(kernel.Params[i].DType)}>;\n"));
        if (kernel.UsesVariables)
            header += $"struct Sizes {{ {string.Join(", ", kernel.Variables.Select(v => $"{v.Name}: i32"))} }}\n"
                + $"@group(0) @binding({renderer._bindings.Count}) var<uniform> {Sizes}: Sizes;\n";
        var helpers = string.Concat(renderer._helpers.Select(h => s_helpers[h] + "\n"));
        return $"{header}\n{helpers}{function}";
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
        Line(grid ? $"fn {Kernel.Name}(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lid: u32) {{" : $"fn {Kernel.Name}() {{");
    }

    private protected override string OpenGrid(UOp special)
    {
        int size = Kernel.Profile.WorkgroupSize;
        if (!Kernel.Variables.IsEmpty && Kernel.GridExtent.IsSymbolic) return OpenPart(special, size);
        int extent = (int)special.Src[0].Int!.Value;
        var (_, rows) = DispatchSize(Kernel);
        var group = rows == 1 ? "wid.x" : $"(wid.y * {MaxGroups}u + wid.x)";
        Line($"let id = i32({group} * {size}u + lid);");
        if (rows > 1 || extent % size != 0) Line($"if (id >= {extent}) {{ return; }}");
        return "id";
    }

    // How many rows of workgroups there are is known at the launch, and so the extents of the parts of an id.
    string OpenPart(UOp special, int size)
    {
        UOp[] parts = [.. Kernel.Code.Where(u => u.Op == Op.Special)];
        int at = Array.IndexOf(parts, special);
        Expression Product(IEnumerable<UOp> of) => of.Select(p => Written(p.Src[0])).Aggregate((a, b) => Expression.Binary(a, "*", b));
        if (at == 0)
        {
            bool rows = Kernel.GridExtent.Max > (long)MaxGroups * size;
            Line($"let thread = i32({(rows ? $"(wid.y * {MaxGroups}u + wid.x)" : "wid.x")} * {size}u + lid);");
            Line($"if (thread >= {Product(parts).Text}) {{ return; }}");
        }
        var value = Expression.Primary("thread");
        if (at > 0) value = Expression.Binary(value, "/", Product(parts[..at]));
        if (at < parts.Length - 1) value = Expression.Binary(value, "%", Written(special.Src[0]));
        var name = NewName("id");
        Line($"let {name} = {value.Text};");
        return name;
    }

    private protected override string VariableName(Variable variable) => $"{Sizes}.{variable.Name}";

    private protected override string LoopHeader(string name, Expression extent) =>
        $"for (var {name} = 0; {name} < {extent.Text}; {name}++) {{";

    private protected override string Declaration(DType type, string name, Expression value, bool mutable) =>
        $"{(mutable ? "var" : "let")} {name} = {value.Text};";

    private protected override void WriteStore(UOp store)
    {
        var text = $"{Written(store.Src[0]).Text}[{Written(store.Src[1]).Text}] = {Written(store.Src[2]).Text};";
        Line(store.Src.Length > 3 ? $"if ({Written(store.Src[3]).Text}) {{ {text} }}" : text);
    }

    // The index of a load that its gate excludes is made 0: it would be clamped by the language, but no text of ours
    // leans on reading outside of a buffer.
    private protected override Expression LoadValue(UOp load)
    {
        if (load.DType.Lanes != 1) throw Lacking(load.Op, load.DType);
        var (pointer, index) = (Written(load.Src[0]).Text, Written(load.Src[1]).Text);
        if (load.Src.Length < 3) return Expression.Primary($"{pointer}[{index}]");
        var gate = Written(load.Src[2]).Text;
        var zero = Literal(UOp.Const(0L, load.DType)).Text;
        return Expression.Primary($"select({zero}, {pointer}[select(0, {index}, {gate})], {gate})");
    }

    private protected override bool IsUsedTwice(UOp user, int operand) => user.Op == Op.Load && operand == 2 && user.Src[2].Op != Op.Const;

    private protected override Expression Literal(UOp constant)
    {
        switch (constant.DType.Kind)
        {
            case ScalarKind.Bool:
                return Expression.Primary(constant.IsZero ? "false" : "true");
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
        if (to == DType.Bool && from.IsFloat) return Expression.Prefix("!", Expression.Binary(x, "==", Literal(UOp.Const(0L, from))));
        if (to == DType.Bool) return Expression.Binary(x, "!=", Literal(UOp.Const(0L, from)));
        if (from == DType.Float32 && to == DType.Int32) return Expression.Call(Helper("f32_to_i32"), x);
        if (from == DType.Float32 && to == DType.UInt32) return Expression.Call(Helper("f32_to_u32"), x);
        return Expression.Call(TypeName(to), x);
    }

    private protected override Expression BitcastValue(UOp cast) => Expression.Call($"bitcast<{TypeName(cast.DType)}>", Written(cast.Src[0]));

    private protected override Expression Select(UOp where) =>
        Expression.Call("select", Written(where.Src[2]), Written(where.Src[1]), Written(where.Src[0]));

    // x != x asks whether x is NaN. Else != of the language may be false where an operand is NaN, which == is too.
    private protected override Expression Comparison(UOp u, UOp a, string op, UOp b)
    {
        if (!a.DType.IsFloat || op is not ("!=" or "==")) return base.Comparison(u, a, op, b);
        if (!ReferenceEquals(a, b)) return op == "==" ? base.Comparison(u, a, op, b) : Expression.Prefix("!", base.Comparison(u, a, "==", b));
        var isNan = Expression.Call(Helper("is_nan"), Written(a));
        return op == "!=" ? isNan : Expression.Prefix("!", isNan);
    }

    private protected override Expression ShiftAmount(UOp amount) =>
        amount.Int is { } n ? Expression.Primary($"{n}u") : amount.DType.Kind == ScalarKind.UInt32 ? Written(amount) : Expression.Call("u32", Written(amount));

    private protected override string Function(Op op, DType type) => (op, type.IsFloat) switch
    {
        (Op.Sqrt, true) => "sqrt",
        // That of the language may be off by 2^-11, and only between -pi and pi.
        (Op.Sin, true) => Helper("sine"),
        (Op.Trunc, true) => "trunc",
        (Op.MulAcc, true) => "fma",
        (Op.Max, true) => Helper("max_nan"),
        (Op.Min, true) => Helper("min_nan"),
        (Op.Max, false) => "max",
        (Op.Min, false) => "min",
        (Op.FloorDiv, false) => Helper(IsUnsigned(type) ? "floor_div_u" : "floor_div"),
        (Op.FloorMod, false) => Helper(IsUnsigned(type) ? "floor_mod_u" : "floor_mod"),
        _ => throw Lacking(op, type),
    };

    // Integers of WGSL wrap.
    private protected override bool Wraps(UOp u) => false;

    string StorageType(DType t) => t.Kind == ScalarKind.Bool ? throw Lacking(Op.Load, t) : TypeName(t);

    string TypeName(DType t) => t switch
    {
        { Kind: ScalarKind.Float32, Lanes: 1 } => "f32",
        { Kind: ScalarKind.Int32, Lanes: 1 } => "i32",
        { Kind: ScalarKind.UInt32, Lanes: 1 } => "u32",
        { Kind: ScalarKind.Bool, Lanes: 1 } => "bool",
        _ => throw new TargetException($"kernel {Kernel.Name}: WGSL has no {t}; use float32, int32 or uint32 in what is exported to WebGPU"),
    };

    string Helper(string name)
    {
        // As deep as helpers call helpers, which is three.
        if (_helpers.Add(name))
            foreach (var other in s_helpers.Keys.Where(n => n != name && s_helpers[name].Contains(n + "(", StringComparison.Ordinal))) Helper(other);
        return name;
    }

    static readonly Dictionary<string, string> s_helpers = new()
    {
        ["floor_div"] = """
            // a / b rounded down; 0 for a divisor of 0.
            fn floor_div(a: i32, b: i32) -> i32 {
                if (b == 0) { return 0; }
                let q = a / b;
                return select(q, q - 1, a % b != 0 && (a < 0) != (b < 0));
            }

            """,
        ["floor_mod"] = """
            // a - b * floor(a / b); a for a divisor of 0.
            fn floor_mod(a: i32, b: i32) -> i32 {
                if (b == 0) { return a; }
                let r = a % b;
                return select(r, r + b, r != 0 && (r < 0) != (b < 0));
            }

            """,
        ["floor_div_u"] = """
            fn floor_div_u(a: u32, b: u32) -> u32 {
                if (b == 0u) { return 0u; }
                return a / b;
            }

            """,
        ["floor_mod_u"] = """
            fn floor_mod_u(a: u32, b: u32) -> u32 {
                if (b == 0u) { return a; }
                return a % b;
            }

            """,
        ["is_nan"] = """
            // By the bits: a compiler of shaders may take x != x for false.
            fn is_nan(x: f32) -> bool {
                return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
            }

            """,
        ["max_nan"] = """
            // The larger; NaN if either is.
            fn max_nan(a: f32, b: f32) -> f32 {
                return select(select(max(a, b), b, is_nan(b)), a, is_nan(a));
            }

            """,
        ["min_nan"] = """
            // The smaller; NaN if either is.
            fn min_nan(a: f32, b: f32) -> f32 {
                return select(select(min(a, b), b, is_nan(b)), a, is_nan(a));
            }

            """,
        ["f32_to_i32"] = """
            // Rounds towards zero and saturates; 0 for NaN.
            fn f32_to_i32(x: f32) -> i32 {
                if (x >= 2147483648.0) { return 2147483647; }
                return select(i32(x), 0, is_nan(x));
            }

            """,
        ["f32_to_u32"] = """
            // Rounds towards zero and saturates; 0 for NaN.
            fn f32_to_u32(x: f32) -> u32 {
                if (x >= 4294967296.0) { return 4294967295u; }
                return select(0u, u32(x), x > 0.0 && !is_nan(x));
            }

            """,
        ["product_high"] = """
            // The upper half of m * w, for m below 2^24.
            fn product_high(m: u32, w: u32) -> u32 {
                let low = m & 0xfffu;
                let high = m >> 12u;
                let a = (low * (w >> 16u) + ((low * (w & 0xffffu)) >> 16u)) >> 16u;
                let b = (high * (w >> 16u) + ((high * (w & 0xffffu)) >> 16u)) >> 16u;
                let rest = (high * w) << 12u;
                return a + (b << 12u) + ((high * w) >> 20u) + select(0u, 1u, low * w + rest < rest);
            }

            """,
        ["turns"] = """
            // x / pi for |x| of 8192 and more (Payne and Hanek): x is a whole number m times 2^e, and bits of 1 / pi that give multiples
            // of 2 are left out. The first bit is the parity of the whole part, all others the fraction.
            fn turns(bits: u32) -> vec2u {
                let inverse = array<u32, 8>(0u, 0x28be60dbu, 0x9391054au, 0x7f09d5f4u, 0x7d4d3770u, 0x36d8a566u, 0x4f10e410u, 0x7f9458eau);
                let m = (bits & 0x7fffffu) | 0x800000u;
                let place = ((bits >> 23u) & 0xffu) - 118u;
                let k = place >> 5u;
                let s = place & 31u;
                let w0 = (inverse[k] << s) | ((inverse[k + 1u] >> 1u) >> (31u - s));
                let w1 = (inverse[k + 1u] << s) | ((inverse[k + 2u] >> 1u) >> (31u - s));
                let w2 = (inverse[k + 2u] << s) | ((inverse[k + 3u] >> 1u) >> (31u - s));
                let low = m * w1 + product_high(m, w2);
                return vec2u(m * w0 + product_high(m, w1) + select(0u, 1u, low < m * w1), low);
            }

            """,
        ["sine"] = """
            // x = n * pi + r; sin(x) is sin(r), or its negative for an odd n.
            fn sine(x: f32) -> f32 {
                let bits = bitcast<u32>(x);
                if ((bits & 0x7fffffffu) >= 0x7f800000u) { return not_a_number(); }
                var odd = 0u;
                var r = 0.0;
                if (abs(x) < 8192.0) {
                    // pi in four parts, of which the first three have so few bits that their products with n are exact.
                    let n = trunc(x * 0.31830987 + select(0.5, -0.5, x < 0.0));
                    r = (((x - n * 3.140625) - n * 0.0009675026) - n * 1.5099067e-7) - n * 5.126688e-12;
                    odd = u32(i32(n)) & 1u;
                } else {
                    let t = turns(bits);
                    var high = (t.x << 1u) | (t.y >> 31u);
                    var low = t.y << 1u;
                    if (high >= 0x80000000u) {
                        // sin(pi * f) is sin(pi * (1 - f))
                        low = ~low + 1u;
                        high = ~high + select(0u, 1u, low == 0u);
                    }
                    let f = f32(high) * 2.3283064e-10 + f32(low) * 5.421011e-20;
                    r = select(f * 3.1415927, -f * 3.1415927, x < 0.0);
                    odd = t.x >> 31u;
                }
                let z = r * r;
                let p = fma(fma(fma(fma(2.601596e-6, z, -0.00019807282), z, 0.008333023), z, -0.16666657), z, 1.0);
                return bitcast<f32>(bitcast<u32>(r * p) ^ (odd << 31u));
            }

            """,
        ["infinity"] = """
            fn infinity() -> f32 {
                var bits = 0x7f800000u;
                return bitcast<f32>(bits);
            }

            """,
        ["not_a_number"] = """
            fn not_a_number() -> f32 {
                var bits = 0x7fc00000u;
                return bitcast<f32>(bits);
            }

            """,
    };
}
