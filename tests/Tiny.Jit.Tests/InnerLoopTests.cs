using NUnit.Framework;
using Tiny.Graph;
using Tiny.Jit;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests.Fuzz;

namespace Tiny.Tests;

/// <summary>What the inner loops of whole programs' kernels are made of.</summary>
public sealed class InnerLoopTests
{
    static IEnumerable<TestCaseData> Models =>
    [
        new TestCaseData((Func<object>)(() => OperatorSuite.Instance)).SetArgDisplayNames("operators"),
        new TestCaseData((Func<object>)(() => LibrarySuite.Instance)).SetArgDisplayNames("library"),
        new TestCaseData((Func<object>)(() => SymbolicSuite.Instance)).SetArgDisplayNames("symbolic"),
        new TestCaseData((Func<object>)(() => new CapturedDigits())).SetArgDisplayNames("digits"),
        new TestCaseData((Func<object>)(() => new CapturedMobileNet())).SetArgDisplayNames("MobileNet"),
        new TestCaseData((Func<object>)(() => new RandomNet())).SetArgDisplayNames("random net"),
    ];

    // Kernels, without their numbers, that divide in a loop, and why.
    static readonly Dictionary<string, string> s_left = new()
    {
        ["add"] = "a reshape in which no extent is a multiple of another",
        ["avg_pool1d"] = "counts elements of windows over the edge: once a result",
        ["conv_transpose1d"] = "as conv_transpose2d",
        ["conv_transpose2d"] = "which taps of a strided window meet an element is its remainder by the stride",
        ["conv2d_grad"] = "as conv_transpose2d: the gradient of a strided window",
        ["diagonal_diag"] = "a diagonal is taken at a step of the row's length and one",
        ["interpolate"] = "the nearest element at a ratio that is no whole number",
        ["keccak"] = "neighbours in a ring of five; bytes packed in words",
        ["max_pool2d_grad"] = "as conv_transpose2d: the gradient of a strided window",
        ["max_pool2d_grad_square_grad"] = "as conv_transpose2d, of an image whose length is known at the call",
        ["mul"] = "as interpolate: only the nearest element is read",
        ["mul_add"] = "the loop's extent is known at the call",
        ["roll"] = "what leaves at one end comes in at the other",
    };

    static TargetProfile[] Profiles => [Device.Get("cpu").Profile, CRenderer.Gnu128, WgslRenderer.Profile];

    [TestCaseSource(nameof(Models))]
    public void NoIndexIsDividedInALoop(Func<object> make)
    {
        var found = Capturing.Of("model", make()).Kernels.SelectMany(k => Profiles.SelectMany(p => InnerDivisions.Of(k.Lower(p)).Select(d => (k.Name, Where: $"{k.Name} for {p.Name}: {d.Text}", d.Avoidable)))).ToList();
        Assert.That(found.Where(f => f.Avoidable).Select(f => f.Where), Is.Empty);
        Assert.That(found.Where(f => !IsListed(f.Name)).Select(f => f.Where), Is.Empty, "none of the reasons listed here");

        static bool IsListed(string kernel) => kernel.TrimEnd([.. "0123456789"]).TrimEnd('_') is var name
            && s_left.Keys.Any(k => kernel == k || name == k || name.EndsWith($"_{k}", StringComparison.Ordinal));
    }

    [Test]
    public void NorInRandomPrograms()
    {
        var found = new List<string>();
        int kernels = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            var program = RandomProgram.Make(seed);
            foreach (var kernel in Scheduler.Run([.. program.Build(program.Inputs()).Select(t => t.Node)]).Launches.Select(l => l.Kernel).Distinct())
                foreach (var profile in Profiles.Where(p => Fits(kernel, p)))
                {
                    kernels++;
                    found.AddRange(InnerDivisions.Of(kernel.Lower(profile)).Where(d => d.Avoidable).Select(d => $"seed {seed}, {kernel.Name} for {profile.Name}: {d.Text}"));
                }
        }
        Assert.That(found, Is.Empty);
        Assert.That(kernels, Is.GreaterThan(1000));
    }

    // Where elements lie packed in words, each is found by a division.
    static bool Fits(Kernel kernel, TargetProfile profile) => kernel.Params.All(p => profile.Memory(p.DType) is not null && (p.DType.Size >= 4 || !profile.WordMemory))
        && kernel.Sink.Topological().TrueForAll(u => profile.Holder(u.DType) is not null);
}
