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
    static IEnumerable<TestCaseData> Models => new (string Name, Func<object> Make)[]
    {
        ("operators", () => OperatorSuite.Instance),
        ("library", () => LibrarySuite.Instance),
        ("symbolic", () => SymbolicSuite.Instance),
        ("digits", () => new CapturedDigits()),
        ("MobileNet", () => new CapturedMobileNet()),
        ("random net", () => new RandomNet()),
    }.Select(m => new TestCaseData(m.Name, m.Make).SetArgDisplayNames(m.Name));

    // Kernels, without their numbers, that divide in a loop, and why.
    static readonly Dictionary<(string Model, string Kernel), string> s_left = new()
    {
        [("operators", "add")] = "a reshape in which no extent is a multiple of another",
        [("library", "avg_pool1d")] = "counts elements of windows over the edge: once a result",
        [("library", "conv_transpose2d")] = "which taps of a strided window meet an element is its remainder by the stride",
        [("library", "conv2d_grad")] = "as conv_transpose2d: the gradient of a strided window",
        [("library", "diagonal_diag")] = "a diagonal is taken at a step of the row's length and one",
        [("library", "interpolate")] = "the nearest element at a ratio that is no whole number",
        [("library", "keccak")] = "neighbours in a ring of five; bytes packed in words",
        [("library", "cast_keccak")] = "as keccak",
        [("library", "max_pool2d_grad_avg_pool2d_grad_add")] = "as conv_transpose2d: the gradient of a strided window",
        [("library", "max_pool2d_max_pool2d_grad")] = "as conv_transpose2d: the gradient of a strided window",
        [("library", "mul")] = "as interpolate: only the nearest element is read",
        [("library", "roll")] = "what leaves at one end comes in at the other",
        [("symbolic", "max_pool2d_max_pool2d_grad_square_grad")] = "as conv_transpose2d, of an image whose length is known at the call",
        [("symbolic", "mul_add")] = "the loop's extent is known at the call",
    };

    static TargetProfile[] Profiles => [Device.Get("cpu").Profile, CRenderer.Gnu128, WgslRenderer.Profile];

    [TestCaseSource(nameof(Models))]
    public void NoIndexIsDividedInALoop(string model, Func<object> make)
    {
        var found = new[] { ScheduleProfile.Any, new CTarget().Schedule }.SelectMany(p => Capturing.Of("model", make(), p).Kernels).SelectMany(k => Profiles.SelectMany(p => InnerDivisions.Of(k.Lower(p))
            .Select(d => (Kernel: (model, WithoutNumber(k.Name)), Where: $"{k.Name} for {p.Name}: {d.Text}", d.Avoidable)))).ToList();
        Assert.That(found.Where(f => f.Avoidable).Select(f => f.Where), Is.Empty);
        Assert.That(found.Where(f => !s_left.ContainsKey(f.Kernel)).Select(f => f.Where), Is.Empty, "none of the reasons listed here");
        Assert.That(s_left.Keys.Where(k => k.Model == model), Is.SubsetOf(found.Select(f => f.Kernel)), "reasons that no kernel needs any more");

        // Numbers tell kernels of one form apart.
        static string WithoutNumber(string name) => name.TrimEnd([.. "0123456789"]) is var start && start.EndsWith('_') ? start[..^1] : name;
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
