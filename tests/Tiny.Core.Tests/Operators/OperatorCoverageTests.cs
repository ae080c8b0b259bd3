using System.Reflection;
using NUnit.Framework;

namespace Tiny.Tests.Operators;

/// <summary>That the table of operators is complete: every public operator, and of each all that is to be tested.</summary>
public sealed class OperatorCoverageTests
{
    [Test]
    public void EveryPublicMemberIsAnOperatorOrNone()
    {
        var members = typeof(Tensor).GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(m => m is PropertyInfo or MethodInfo { IsSpecialName: false }).Select(m => m.Name).Distinct().ToList();
        Assert.That(members.Where(m => !OperatorTable.ByOperator.Contains(m) && !OperatorTable.NoOperators.ContainsKey(m)), Is.Empty, "no row in the table of operators: add one, or say there why it is none");
        Assert.That(OperatorTable.ByOperator.Select(r => r.Key).Concat(OperatorTable.NoOperators.Keys).Except(members), Is.Empty, "in the table, but no public member");
        Assert.That(OperatorTable.ByOperator.Select(r => r.Key).Intersect(OperatorTable.NoOperators.Keys), Is.Empty);
        Assert.That(OperatorTable.All.Select(r => r.Name), Is.Unique);
    }

    [Test]
    public void EveryRowHasExpectedValues() =>
        Assert.That(OperatorTable.All.Where(r => r.Expected is null && r.ValuesElsewhere is null).Select(r => r.Name), Is.Empty, "expected values, or the fixture that has some");

    [Test]
    public void EveryRowSaysWhatItGivesForNoElements() =>
        Assert.That(OperatorTable.All.Where(r => r.Inputs.Length > 0 && r.Empties.Count == 0 && r.NeverEmpty is null).Select(r => r.Name), Is.Empty);

    /// <summary>Each operator refuses something, or is named among those that take everything.</summary>
    [Test]
    public void EveryOperatorHasAnError()
    {
        var without = OperatorTable.ByOperator.Where(rows => !rows.Any(r => r.Broadcasts || r.Misuses.Count > 0 || r.Inputs.Length > 0 && DTypeRules.All.Any(d => r.Result(d) is null))).Select(rows => rows.Key).ToList();
        Assert.That(string.Join(" ", without.Except(OperatorTable.TakeEverything)), Is.Empty, "operators of which no error is known");
        Assert.That(OperatorTable.TakeEverything.Except(without), Is.Empty);
    }

    [Test]
    public void EveryDifferentiableOperatorHasAGradient() =>
        Assert.That(OperatorTable.All.Where(r => r.Flat is null && (r.Result(DType.Float64) is not { IsFloat: true } || r.Inputs.All(i => i.Own is not null))).Select(r => r.Name), Is.Empty, "no gradient can be taken: say why");
}
