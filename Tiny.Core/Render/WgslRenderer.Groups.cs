using Tiny.Graph;

namespace Tiny.Render;

/// <summary>
/// What the threads of a workgroup combine: by subgroups where the device has them, then through memory that they share. Subgroups are taken to lie in the order of the threads, as they do
/// wherever workgroups have one dimension. The order of sums is that of the threads, whoever is first.
/// </summary>
public sealed partial class WgslRenderer
{
    const string SubgroupSize = "subgroup";

    // The functions of this module that combine threads, by name.
    readonly SortedDictionary<string, string> _combining = new(StringComparer.Ordinal);

    Expression AllThreads(UOp u)
    {
        var (op, type) = ((Op)u.Arg!, u.DType);
        string name = $"{op.ToString().ToLowerInvariant()}_all_{TypeName(type)}";
        if (!_combining.ContainsKey(name)) _combining[name] = Combining(name, op, type);
        Expression[] arguments = [Written(u.Src[0]), Expression.Primary("lid"), .. Kernel.Profile.Subgroups ? [Expression.Primary(SubgroupSize)] : Array.Empty<Expression>()];
        return Expression.Call(name, arguments);
    }

    string Combining(string name, Op op, DType type)
    {
        var (size, t, parts) = (Kernel.Profile.WorkgroupSize, TypeName(type), $"{name}_parts");
        string Combined(string a, string b) => op switch
        {
            Op.Add or Op.Mul when IsPair(type) => $"{Helper(op == Op.Add ? "add_64" : "mul_64")}({a}, {b})",
            Op.Add => $"{a} + {b}",
            Op.Mul => $"{a} * {b}",
            _ when IsBool(type) => op == Op.Max ? $"{a} || {b}" : $"{a} && {b}",
            _ when IsPair(type) => $"{Helper($"{(op == Op.Max ? "max" : "min")}_{(type.IsUnsigned ? "u" : "i")}64")}({a}, {b})",
            _ => $"{Function(op, type)}({a}, {b})",
        };
        // The language leaves open what becomes of NaN among numbers, and has no pairs.
        bool inStep = Kernel.Profile.Subgroups && !IsPair(type) && !IsBool(type) && (op is Op.Add or Op.Mul || !type.IsFloat);
        string body = inStep
            ? $$"""
                let part = subgroup{{op}}(x);
                workgroupBarrier();
                if (lid % size == 0u) { {{parts}}[lid / size] = part; }
                workgroupBarrier();
                var all = {{parts}}[0];
                for (var i = 1u; i < ({{size}}u + size - 1u) / size; i++) { all = {{Combined("all", $"{parts}[i]")}}; }
                return all;
            """
            : $$"""
                workgroupBarrier();
                {{parts}}[lid] = x;
                workgroupBarrier();
                for (var n = {{size / 2}}u; n > 0u; n >>= 1u) {
                    if (lid < n) { {{parts}}[lid] = {{Combined($"{parts}[lid]", $"{parts}[lid + n]")}}; }
                    workgroupBarrier();
                }
                return {{parts}}[0];
            """;
        return $"\nvar<workgroup> {parts}: array<{t}, {size}>;\nfn {name}(x: {t}, lid: u32{(Kernel.Profile.Subgroups ? ", size: u32" : "")}) -> {t} {{\n{body}\n}}\n";
    }
}
