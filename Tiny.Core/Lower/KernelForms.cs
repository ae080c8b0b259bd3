using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tiny.Algebra;
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
        // Values at each place of a number.
        long[][] places = [.. Enumerable.Range(0, numbers[members[0]].Count).Select(place => members.Select(m => Math.Abs((long)numbers[m][place])).ToArray())];
        var users = Users(kernels[members[0]]);
        // A grid's extents are given, so that whoever launches it knows them. Offsets follow from extents and strides.
        var basis = new FormNumbers(places.Where((_, i) => users[i] == Op.Special),
            places.Select((values, i) => (values, i)).OrderBy(x => users[x.i] is Op.Range or Op.Mul ? 0 : 1).ThenBy(x => x.values.Max()).Select(x => x.values));
        if (basis.Rows.Count is 0 or > MostNumbers || basis.Rows.Any(r => r.Max() > int.MaxValue)) return;
        Variable[] variables = [.. basis.Rows.Select((row, i) => new Variable(string.Create(CultureInfo.InvariantCulture, $"n{i}"), (int)row.Min(), (int)row.Max()))];
        var code = Code(kernels[members[0]], places, basis, variables);
        // What each of the kernels computes without wrapping the shared one must, too.
        if (code.Code.Any(Wraps)) return;
        for (int i = 0; i < members.Length; i++) forms[members[i]] = new(code, [.. basis.Rows.Select(r => (int)r[i])]);
    }

    static LinearKernel Code(LinearKernel kernel, long[][] places, FormNumbers basis, Variable[] variables)
    {
        UOp[] given = [.. variables.Select(v => UOp.New(Op.Variable, DType.Index, [], v))];
        // Products are computed once, before all else.
        var products = new Dictionary<FormNumbers.Term, UOp>();
        var head = new List<UOp>();
        var made = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        var lines = new List<UOp>();
        int place = 0;
        foreach (var line in kernel.Code)
        {
            var src = line.Src.ToArray();
            var result = (UOp?)null;
            for (int i = 0; i < src.Length; i++)
            {
                if (!IsNumber(line, i)) src[i] = made.GetValueOrDefault(src[i], src[i]);
                else if (basis.Of(places[place++]) is { } sum)
                {
                    int sign = line.Src[i].Int < 0 ? -1 : 1;
                    // Extents are known before all else, as they are where they are numbers.
                    if (line.Op == Op.Range) src[i] = Added(null, sum, sign, head);
                    // What is added to something is added term by term.
                    else if (line.Op == Op.Add && i == 1) result = Added(src[0], sum, sign, lines);
                    else src[i] = Added(null, sum, sign, lines);
                }
            }
            if (result is null) lines.Add(result = UOp.New(line.Op, line.DType, [.. src], line.Arg));
            made[line] = result;
        }
        // The thread's id comes first.
        lines.InsertRange(lines.FindLastIndex(u => u.Op == Op.Special) + 1, head);
        return kernel with { Code = [.. lines], Variables = [.. variables] };

        UOp Added(UOp? to, FormNumbers.Sum sum, int sign, List<UOp> into)
        {
            foreach (var term in sum.Terms)
            {
                var value = Times(term.B < 0 ? given[term.A] : Product(term with { Factor = Math.Abs(term.Factor) }), sign * (term.B < 0 ? term.Factor : Math.Sign(term.Factor)), into);
                to = to is null ? value : Made(to + value, into);
            }
            return sum.Constant == 0 ? to! : Made(to! + sign * sum.Constant, into);
        }

        UOp Product(FormNumbers.Term term)
        {
            if (products.TryGetValue(term, out var known)) return known;
            head.Add(given[term.A] * given[term.B]);
            if (term.Factor != 1) head.Add(head[^1] * term.Factor);
            return products[term] = head[^1];
        }

        static UOp Times(UOp x, long factor, List<UOp> into) => factor == 1 ? x : Made(x * factor, into);

        static UOp Made(UOp line, List<UOp> into)
        {
            into.Add(line);
            return line;
        }
    }

    // The operation that each number is an operand of.
    static List<Op> Users(LinearKernel kernel) => [.. kernel.Code.SelectMany(line => Enumerable.Range(0, line.Src.Length).Where(i => IsNumber(line, i)).Select(_ => line.Op))];

    static bool Wraps(UOp u) => u.Op is Op.Add or Op.Mul && u.DType == DType.Index && IsUnknown(u) && !u.Src.Any(IsUnknown);
    static bool IsUnknown(UOp u) => (u.Min, u.Max) == Bounds.OfType(u.DType);

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
