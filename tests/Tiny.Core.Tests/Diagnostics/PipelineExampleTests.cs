using System.Runtime.CompilerServices;
using System.Text;
using NUnit.Framework;
using Tiny.Diagnostics;
using Tiny.Lower;
using Tiny.Render;
using Tiny.Schedule;

namespace Tiny.Tests.Diagnostics;

/// <summary>docs/pipeline-example.md shows one graph after every pass; this test keeps it true. TINY_UPDATE_GOLDEN=1 writes it anew.</summary>
public sealed class PipelineExampleTests
{
    [Test]
    public void TheDocumentedExampleIsWhatThePassesDo()
    {
        var (a, b, bias) = (Tensor.From<float>(new float[12], 3, 4), Tensor.From<float>(new float[24], 4, 6), Tensor.From<float>(new float[6], 6));
        (a.Storage!.Name, b.Storage!.Name, bias.Storage!.Name) = ("a", "fc.weight", "fc.bias");
        var node = (a.MatMul(b) + bias).Relu().Node;

        var text = new StringBuilder();
        var before = "";
        text.Append("# One graph after every pass\n\nMade by `tests/Tiny.Core.Tests/Diagnostics/PipelineExampleTests.cs`; what the passes are is in [pipeline.md](pipeline.md).\n\n");
        text.Append("    (a.MatMul(b) + bias).Relu()        a [3, 4], b [4, 6], bias [6]\n");
        Section("the tensor graph", Dump.Text(node));
        var schedule = Scheduler.Run([node], (pass, roots) => Section(pass, Dump.Text(roots)));
        Section("the schedule", schedule.ToText());
        var kernel = schedule.Launches.Single().Kernel;
        var linear = LowerPipeline.Run(kernel, CRenderer.Gnu128, (pass, body) => Section(pass, Dump.Text(body)));
        Section("linearise", Dump.Lines(linear.Code));
        Section("render, as C", CRenderer.Render(linear, ["out", "a", "weight", "bias"]).Text);

        var file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "docs", "pipeline-example.md"));
        if (Environment.GetEnvironmentVariable("TINY_UPDATE_GOLDEN") == "1") File.WriteAllText(file, text.ToString());
        Assert.That(text.ToString(), Is.EqualTo(File.ReadAllText(file)), "docs/pipeline-example.md has changed; if that is meant, run with TINY_UPDATE_GOLDEN=1");

        void Section(string title, string content)
        {
            text.Append(content == before ? $"\n## {title}\n\nNothing to do here.\n" : $"\n## {title}\n\n```\n{content.TrimEnd()}\n```\n");
            before = content;
        }
    }

    static string ThisFile([CallerFilePath] string path = "") => path;
}
