using System.Text;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Schedule;

namespace Tiny.Tests.Optimize;

/// <summary>What a search has found, as a file and in the place of the heuristic's choices.</summary>
public sealed class TuningTests
{
    static readonly OptOp[] s_tile = [new(OptKind.Vector, 1, 4), new(OptKind.Upcast, 0, 3)];

    static Tensor F(params int[] shape) => Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => i * 37 % 101 / 50f - 1)], shape);

    static Kernel MatMul(int rows = 9, int steps = 19, int columns = 24) => Scheduler.Run([F(rows, steps).MatMul(F(steps, columns)).Node]).Launches.Single().Kernel;

    static TunedKernel Entry(Kernel kernel, params OptOp[] choices) => new(CRenderer.Gnu128.Name, kernel.Key, kernel.Name, KernelKey.Describe(kernel), choices, [], 12.345, 10, "a \"machine\" <1>");

    static byte[] Written(params TunedKernel[] entries)
    {
        var stream = new MemoryStream();
        TuningFile.Write(stream, entries);
        return stream.ToArray();
    }

    [Test]
    public void IsReadAsItIsWritten()
    {
        TunedKernel a = Entry(MatMul(), s_tile), b = Entry(MatMul(5), OptOp.Stage(2, 2, 1)) with { Profile = "c" }, c = Entry(MatMul(7));
        var bytes = Written(a, b, c);
        Assert.That(Written(c, a, b), Is.EqualTo(bytes), "the order of entries is theirs, not the search's");
        var read = TuningFile.Parse(bytes, "here");
        Assert.That(Written([.. read.Entries]), Is.EqualTo(bytes));
        Assert.That(read.Entries.Select(e => e.Profile), Is.Ordered);
        Assert.That(read.Entries.Single(e => e.Key == a.Key).Choices, Is.EqualTo(s_tile));
        Assert.That(Encoding.UTF8.GetString(bytes), Does.Contain("\"choices\": \"Vector(1, 4) Upcast(0, 3)\"").And.Contain("\"loops\": \"9 x 24, reduces 19\"").And.Contain("\"before_us\": 12.35")
            .And.EndsWith("}\n").And.Not.Contain('\r'));
    }

    [Test]
    public void KeysAreOfWhatIsComputed()
    {
        Assert.That(MatMul().Key, Is.EqualTo(MatMul().Key).And.Match("^[0-9a-f]{16}$"));
        Assert.That(MatMul().Copy().Key, Is.EqualTo(MatMul().Key));
        // Stored keys stay good: what changes this number makes users tune again.
        Assert.That(MatMul().Key, Is.EqualTo("ce56385b12d22092"));
        string[] others = [MatMul(10).Key, MatMul(9, 20).Key, Key(F(9, 19) * 2), Key(F(9, 19) * 3), Key(F(9, 19) * 0f - 1), Key(F(9, 19) * -0f - 1), Key(F(9, 19).Max(1)), Key(F(9, 19).Min(1))];
        Assert.That(others, Is.Unique);

        static string Key(Tensor x) => Scheduler.Run([x.Node]).Launches.Single().Kernel.Key;
    }

    [Test]
    public void TakesThePlaceOfTheHeuristicsChoices()
    {
        var kernel = MatMul();
        var tuning = new Tuning("here", [Entry(kernel, s_tile), Entry(MatMul(10), s_tile), Entry(kernel, s_tile) with { Profile = "c-avx2" }]);
        Assert.That(Lines(kernel.Lower(CRenderer.Gnu128, tuning)), Is.EqualTo(Lines(LowerPipeline.Run(kernel, CRenderer.Gnu128, chosen: s_tile))).And.Not.EqualTo(Lines(kernel.Lower(CRenderer.Gnu128))));
        Assert.That(Lines(kernel.Lower(CRenderer.Plain, tuning)), Is.EqualTo(Lines(kernel.Lower(CRenderer.Plain))));
        Assert.That(Lines(kernel.Lower(CRenderer.Gnu128 with { PlainLoops = true }, tuning)), Is.EqualTo(Lines(kernel.Lower(CRenderer.Gnu128 with { PlainLoops = true }))));
        // Of a profile that nobody asks about nothing is said.
        Assert.That((tuning.Used, tuning.Unused), Is.EqualTo((1, 1)));

        static string Lines(LinearKernel kernel) => Tiny.Diagnostics.Dump.Lines(kernel.Code);
    }

    static IEnumerable<TestCaseData> Illegal => new (OptOp[] Choices, string Why)[]
    {
        ([new(OptKind.Upcast, 7, 2)], "Upcast(7, 2): the kernel has no such axis"),
        ([new(OptKind.Upcast, 0, 10)], "Upcast(0, 10): the axis has extent 9"),
        ([new(OptKind.Upcast, 0, 1)], "Upcast(0, 1): the axis has extent 9"),
        ([new(OptKind.Upcast, 2, 2)], "an axis of the other kind"),
        ([new(OptKind.Local, 0, 3)], "Local(0, 3): c-gnu128 has no workgroups that share memory"),
        ([new(OptKind.Group, 2, 19)], "Group(2, 19): c-gnu128 has no workgroups that share memory"),
        ([new(OptKind.Unroll, 2, 2)], "19 is no multiple of 2"),
        ([new(OptKind.Vector, 1, 16)], "c-gnu128 has no such vectors"),
        ([new(OptKind.Vector, 1, 4), new(OptKind.VectorFold, 2, 4)], "vectors lie along one axis"),
        ([new(OptKind.Swap, 0, 2)], "two output axes change places"),
        ([OptOp.Stage(1, 1)], "not read along these axes"),
        ([new(OptKind.Share, 0, 2)], "nothing is computed at both axes"),
        ([new(OptKind.Upcast, 0, 9), new(OptKind.Upcast, 1, 24), new(OptKind.Unroll, 2, 19)], "more than 1024 copies"),
    }.Select(c => new TestCaseData(c.Choices, c.Why).SetArgDisplayNames(OptText.Of(c.Choices)));

    [TestCaseSource(nameof(Illegal))]
    public void WhatCannotBeAppliedIsAnErrorThatNamesTheEntry(OptOp[] choices, string why)
    {
        var kernel = MatMul();
        Assert.That(() => kernel.Lower(CRenderer.Gnu128, new Tuning("net.tune.json", [Entry(kernel, choices)])),
            Throws.TypeOf<TuningException>().With.Message.StartsWith($"net.tune.json: the entry of {kernel.Name}, {kernel.Key} on c-gnu128, cannot be applied: ").And.Message.Contains(why));
    }

    [Test]
    public void StagesHaveALimit()
    {
        var kernel = MatMul(9, 512, 512);
        Assert.That(() => kernel.Lower(CRenderer.Gnu128, new Tuning("here", [Entry(kernel, OptOp.Stage(2, 2, 1))])), Throws.TypeOf<TuningException>().With.Message.Contains("1048576 bytes in stages"));
    }

    [Test]
    public void WhatHasNoVectorsIsGivenNone()
    {
        var kernel = Scheduler.Run([(F(64).Cast(DType.Float64) * 2).Node]).Launches.Single().Kernel;
        Assert.That(() => kernel.Lower(CRenderer.Gnu128, new Tuning("here", [Entry(kernel, new OptOp(OptKind.Vector, 0, 4))])), Throws.TypeOf<TuningException>().With.Message.Contains("have no vectors"));
    }

    [TestCase("", "JSON")]
    [TestCase("{", "JSON")]
    [TestCase("[]", "it has no version")]
    [TestCase("{}", "it has no version")]
    [TestCase("{\"version\": 2, \"kernels\": []}", "its version is 2; this Tiny reads version 1")]
    [TestCase("{\"version\": \"1\", \"kernels\": []}", "its version is 1")]
    [TestCase("{\"version\": 1}", "no list of kernels")]
    [TestCase("{\"version\": 1, \"kernels\": [3]}", "kernels[0]: it is no object")]
    [TestCase("{\"version\": 1, \"kernels\": [{}]}", "kernels[0]: 'key' is missing, or no text")]
    [TestCase("{\"version\": 1, \"kernels\": [{\"key\": \"x\"}]}", "kernels[0]: 'x' is no key")]
    public void OtherFilesAreRefused(string json, string message) => Refused(json, message);

    [TestCase("Vector(1, 4) Upcast(0, 3)", "Enlarge(1, 2)", "kernels[0]: 'Enlarge(1, 2)': there is no 'Enlarge'")]
    [TestCase("12.35", "-1", "kernels[0]: 'before_us' is no time")]
    [TestCase("12.35", "\"soon\"", "kernels[0]: 'before_us' is missing, or no number")]
    [TestCase("c-gnu128", "c-gnu128\", \"profile\": 3, \"x\": \"", "'profile' is missing, or no text")]
    public void SoAreOtherEntries(string of, string by, string message) =>
        Refused(Encoding.UTF8.GetString(Written(Entry(MatMul(), s_tile))).Replace(of, by, StringComparison.Ordinal), message);

    [Test]
    public void TwoEntriesForOneKernelAreRefused()
    {
        var text = Encoding.UTF8.GetString(Written(Entry(MatMul(), s_tile)));
        int from = text.IndexOf('{', 1), to = text.LastIndexOf(']');
        Refused($"{text[..to]},{text[from..to]}]}}", "two entries are for the kernel");
    }

    static void Refused(string json, string message) =>
        Assert.That(() => TuningFile.Parse(Encoding.UTF8.GetBytes(json), "net.tune.json"), Throws.TypeOf<TuningException>().With.Message.StartsWith("net.tune.json: ").And.Message.Contains(message));
}
