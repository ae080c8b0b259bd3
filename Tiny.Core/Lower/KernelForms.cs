using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tiny.Graph;

namespace Tiny.Lower;

/// <summary>A kernel as code that others share, and the numbers that make it this one: the values of the code's variables.</summary>
public sealed record KernelForm(LinearKernel Code, ImmutableArray<int> Numbers);

/// <summary>
/// Kernels of one form differ in whole numbers alone: extents, strides, offsets. They are given one code, in which those that differ are variables, so that a net of many
/// equal layers has little text and little to compile. Numbers that are equal in all of them stay; those that always change together are one variable.
/// </summary>
public static class KernelForms
{
    /// <summary>What a place of 256 bytes holds.</summary>
    const int MostNumbers = 64;

    /// <summary>The form of each kernel; of one without a like, and of one with variables of its own, itself.</summary>
    public static IReadOnlyList<KernelForm> Of(IReadOnlyList<LinearKernel> kernels)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        var forms = new KernelForm[kernels.Count];
        var numbers = new List<int>[kernels.Count];
        for (int i = 0; i < forms.Length; i++) forms[i] = new(kernels[i], []);
        foreach (var group in Enumerable.Range(0, kernels.Count).Where(i => kernels[i].Variables.IsEmpty).GroupBy(i => Key(kernels[i], numbers[i] = []), StringComparer.Ordinal))
        {
            int[] members = [.. group];
            if (members.Length > 1) Share(members, kernels, numbers, forms);
        }
        return forms;
    }

    static void Share(int[] members, IReadOnlyList<LinearKernel> kernels, List<int>[] numbers, KernelForm[] forms)
    {
        var variables = new List<Variable>();
        var values = new List<int[]>();
        // The variable at each place of a number; -1 where all have the same.
        int[] variableAt = new int[numbers[members[0]].Count];
        for (int place = 0; place < variableAt.Length; place++)
        {
            int[] all = [.. members.Select(m => numbers[m][place])];
            variableAt[place] = all.All(n => n == all[0]) ? -1 : values.FindIndex(v => v.SequenceEqual(all));
            if (variableAt[place] >= 0 || all.All(n => n == all[0])) continue;
            variableAt[place] = values.Count;
            variables.Add(new Variable(string.Create(CultureInfo.InvariantCulture, $"n{values.Count}"), all.Min(Math.Abs), all.Max(Math.Abs)));
            values.Add(all);
        }
        if (variables.Count is 0 or > MostNumbers) return;
        var code = Code(kernels[members[0]], variableAt, variables, values);
        for (int i = 0; i < members.Length; i++) forms[members[i]] = new(code, [.. values.Select(v => Math.Abs(v[i]))]);
    }

    static LinearKernel Code(LinearKernel kernel, int[] variableAt, List<Variable> variables, List<int[]> values)
    {
        UOp[] given = [.. variables.Select(v => UOp.New(Op.Variable, DType.Index, [], v))];
        // A variable is no less than 0; what is, is a line of its own.
        var negated = new SortedDictionary<int, UOp>();
        var made = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        var lines = new List<UOp>();
        int place = 0;
        foreach (var line in kernel.Code)
        {
            var src = line.Src.ToArray();
            for (int i = 0; i < src.Length; i++)
            {
                if (!IsNumber(line, i)) src[i] = made.GetValueOrDefault(src[i], src[i]);
                else if (variableAt[place++] is >= 0 and var v) src[i] = values[v][0] >= 0 ? given[v] : negated.TryGetValue(v, out var known) ? known : negated[v] = given[v] * -1;
            }
            lines.Add(made[line] = UOp.New(line.Op, line.DType, [.. src], line.Arg));
        }
        // The thread's id comes first.
        int first = lines.FindLastIndex(u => u.Op == Op.Special) + 1;
        lines.InsertRange(first, negated.Values);
        return kernel with { Code = [.. lines], Variables = [.. variables] };
    }

    // An operand that may be another number in a kernel of the same form.
    static bool IsNumber(UOp line, int operand) => line.Src[operand] is { Op: Op.Const } c && c.DType == DType.Index && line.DType.Lanes == 1;

    // All that two kernels have in common if they differ in numbers alone. Signs are part of it.
    static string Key(LinearKernel kernel, List<int> numbers)
    {
        var text = new StringBuilder();
        foreach (var p in kernel.Params) text.Append(CultureInfo.InvariantCulture, $"{p.DType} {p.Written} {p.Packed} {p.Lanes};");
        var number = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        foreach (var line in kernel.Code)
        {
            text.Append(CultureInfo.InvariantCulture, $"{line.Op} {line.DType} {(line.Arg is Axis axis ? axis.Kind : line.Arg)}(");
            for (int i = 0; i < line.Src.Length; i++)
            {
                var s = line.Src[i];
                if (IsNumber(line, i))
                {
                    numbers.Add((int)s.Int!.Value);
                    text.Append(s.Int < 0 ? '-' : '+');
                }
                else if (number.TryGetValue(s, out int at)) text.Append('#').Append(at);
                else text.Append(CultureInfo.InvariantCulture, $"{s.Op} {s.DType} {s.Arg}");
                text.Append(',');
            }
            text.Append(')');
            number[line] = number.Count;
        }
        return text.ToString();
    }
}
