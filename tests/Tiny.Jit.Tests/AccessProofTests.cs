using NUnit.Framework;
using Tiny.Jit;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests;

/// <summary>Every load and store of whole programs, scheduled and lowered for every target, lies inside its buffer.</summary>
public sealed class AccessProofTests
{
    const int MostUndecided = 20;

    static IEnumerable<TestCaseData> Models =>
    [
        new TestCaseData((Func<object>)(() => OperatorSuite.Instance)).SetArgDisplayNames("operators"),
        new TestCaseData((Func<object>)(() => SymbolicSuite.Instance)).SetArgDisplayNames("symbolic"),
        new TestCaseData((Func<object>)(() => new CapturedDigits())).SetArgDisplayNames("digits"),
        new TestCaseData((Func<object>)(() => new CapturedMobileNet())).SetArgDisplayNames("MobileNet"),
        new TestCaseData((Func<object>)(() => new RandomNet())).SetArgDisplayNames("random net"),
    ];

    [TestCaseSource(nameof(Models))]
    public void EveryAccessIsInside(Func<object> make)
    {
        var check = new AccessCheck();
        TargetProfile[] profiles = [Device.Get("cpu").Profile, CRenderer.Plain, CRenderer.Gnu128, WgslRenderer.Profile];
        var kernels = new[] { ScheduleProfile.Any, new CTarget().Schedule }.SelectMany(s => Capturing.Of("model", make(), s).Kernels).ToList();
        foreach (var kernel in kernels) check.Add(kernel, profiles);
        var undecided = check.Undecided();
        TestContext.Out.WriteLine($"{check.Accesses} accesses, {check.ByIntervals} proven by intervals, "
            + $"{check.Asked} questions for z3, {undecided.Count} undecided");
        Assert.That(undecided, Has.None.StartsWith("sat"));
        Assert.That(undecided, Has.Count.AtMost(MostUndecided), string.Join('\n', undecided));
        Assert.That(check.Accesses, Is.GreaterThan(kernels.Count * 5));
    }
}
