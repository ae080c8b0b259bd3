using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Tiny.Tests.Operators;

/// <summary>What every row of the table of operators says, on the interpreter and on the live CPU.</summary>
public sealed class OperatorTableTests
{
    static IEnumerable<TestCaseData> Rows => Named(OperatorTable.All);
    static IEnumerable<TestCaseData> Taking => Named(OperatorTable.All.Where(r => r.Inputs.Any(i => i.Own is null) || r.Made is not null));
    static IEnumerable<TestCaseData> Broadcasting => Named(OperatorTable.All.Where(r => r.Broadcasts));
    static IEnumerable<TestCaseData> Emptied => Named(OperatorTable.All.Where(r => r.Empties.Count > 0));
    static IEnumerable<TestCaseData> Misused => Named(OperatorTable.All.Where(r => r.Misuses.Count > 0));

    static IEnumerable<TestCaseData> Named(IEnumerable<OperatorCase> rows) => rows.Select(r => new TestCaseData(r).SetArgDisplayNames(r.Name));

    /// <summary>In the dtype that is used most.</summary>
    [TestCaseSource(nameof(Rows))]
    public void Values(OperatorCase row) => Check(row, [row.Usual]);

    /// <summary>
    /// Each dtype that is taken gives the dtype that is documented, and the right values in it; each other one is an error in the user's terms. By the interpreter in all
    /// dtypes, compiled in three that take turns: what kernels make of each dtype, <see cref="DTypeCases"/> shows.
    /// </summary>
    [TestCaseSource(nameof(Taking))]
    public void DTypes(OperatorCase row)
    {
        DType[] taken = [.. DTypeRules.All.Where(d => row.Result(d) is not null)];
        int turn = OperatorTable.All.ToList().IndexOf(row);
        Check(row, taken, live: Enumerable.Range(0, taken.Length).Where(i => (i + turn) % taken.Length % 5 == 0 || taken.Length < 4).Select(i => taken[i]).ToHashSet());
        foreach (var dtype in DTypeRules.All.Where(d => row.Made is null && row.Result(d) is null))
        {
            var error = Refused(row, () => row.Function(row.Arguments(dtype)), $"{dtype}");
            Assert.That(error.Message, error is DTypeException ? Does.Contain(dtype.ToString()) : Does.Contain(row.Inputs[0].Shape.ToString()));
        }
    }

    /// <summary>Operands that are stretched give what stretched operands give; those that do not go together are an error.</summary>
    [TestCaseSource(nameof(Broadcasting))]
    public void Broadcasts(OperatorCase row)
    {
        var given = row.Arguments(row.Usual);
        var whole = given.Select(t => t.Shape).Aggregate(Shape.Broadcast);
        Tensor[] stretched = row.Function([.. given.Select(t => t.Expand(whole).Contiguous())]), results = row.Function(given);
        for (int i = 0; i < results.Length; i++)
        {
            Assert.That(Agreement.Difference(OperatorCase.Read(results[i]), OperatorCase.Read(stretched[i]), results[i].DType), Is.Null);
        }
        // Extents that differ in the last axis of the first two operands.
        int[][] apart = [.. row.Inputs.Select((_, i) => i switch { 0 => new[] { 3, 4 }, 1 => [3, 5], _ => [1] })];
        var misfit = row.Of(apart);
        var error = Refused(row, () => misfit.Function(misfit.Arguments(row.Usual)), "extents that differ");
        Assert.That(error.Message, Does.Contain("[3, 4]").And.Contain("[3, 5]"));
    }

    /// <summary>An axis without elements: the right shape and values, or an error.</summary>
    [TestCaseSource(nameof(Emptied))]
    public void NoElements(OperatorCase row)
    {
        foreach (var (dims, fails) in row.Empties)
        {
            var empty = row.Of(dims);
            var what = string.Join(", ", dims.Select(d => new Shape(d)));
            if (fails) Refused(row, () => empty.Function(empty.Arguments(row.Usual)), what);
            else Check(empty, [row.Usual], what);
        }
    }

    /// <summary>Wrong calls are refused before anything is computed, in the user's terms: the operation and the shape.</summary>
    [TestCaseSource(nameof(Misused))]
    public void Misuse(OperatorCase row)
    {
        var given = row.Arguments(row.Usual);
        foreach (var call in row.Misuses)
        {
            var error = Refused(row, () => call(given), $"call {row.Misuses.ToList().IndexOf(call)}");
            if (error is ShapeException) Assert.That(error.Message, Does.Match(@"\[[\d, ]*\]|\d"), "which shape, or which number");
        }
    }

    /// <summary>The error of a call, in the user's terms: after the place in the user's code stands the operator's name, or the general one of which it is a form.</summary>
    static Exception Refused(OperatorCase row, Func<object?> call, string what)
    {
        try
        {
            call();
        }
        catch (Exception error) when (error is ShapeException or DTypeException or ArgumentException)
        {
            var name = Regex.Match(error.Message, @"^(\S+\.cs:\d+: )?(\w+)( \w+)?:").Groups[2].Value;
            Assert.That(name.Length > 0 && (name == row.Says || row.Operator.Contains(name, StringComparison.Ordinal)), Is.True, $"{what}: {error.Message}: does not begin with {row.Operator}");
            return error;
        }
        throw new AssertionException($"{row.Operator} takes {what}");
    }

    static void Check(OperatorCase row, DType[] dtypes, string? what = null, HashSet<DType>? live = null)
    {
        var runs = dtypes.Select(d => row.Arguments(d)).Select((given, i) => (DType: dtypes[i], Given: given, Results: row.Made is { } make ? [make(dtypes[i])] : row.Function(given))).ToList();
        var oracle = runs.Select(r => r.Results.Select(OperatorCase.Read).ToArray()).ToList();
        Tensor.Realize([.. runs.Where(r => live?.Contains(r.DType) != false).SelectMany(r => r.Results)]);
        Assert.Multiple(() =>
        {
            foreach (var (run, from) in runs.Zip(oracle))
            {
                var expected = row.Expected?.Invoke([.. run.Given.Select(OperatorCase.Read)]);
                for (int i = 0; i < run.Results.Length; i++)
                {
                    var result = run.Results[i];
                    string which = $"{what} {run.DType}, result {i}";
                    Assert.That(result.DType, Is.EqualTo(row.Made is null ? row.Result(run.DType, i) : run.DType), which);
                    Assert.That(Agreement.Difference(OperatorCase.Read(result), from[i], result.DType), Is.Null, $"{which}: live, against the interpreter");
                    if (expected is not null) Assert.That(Agreement.Difference(from[i], Agreement.Held(expected[i], result.DType, row.Rounded), result.DType), Is.Null, $"{which}: the interpreter, against what is expected");
                }
            }
        });
    }
}
