using System.Text;
using Tiny.Jit;
using Tiny.Optimize;

namespace Tiny.Build.Tests;

/// <summary>Choices that a search has found are used by the build, and say so where they are of no use.</summary>
public class TuneTests
{
    sealed class Same
    {
        readonly Tensor _weight = Tensor.From([1f, 0, 0, 1, 1, 1], 3, 2);

        public Tensor Forward([Shape(2, 3)] Tensor image) => image.MatMul(_weight);
    }

    static byte[] File(Func<TunedKernel, TunedKernel>? change = null)
    {
        var kernel = ProgramCapture.Capture("model", new Same(), [typeof(Same).GetMethod(nameof(Same.Forward))!], new CTarget().Schedule).Kernels.Single();
        var entry = new TunedKernel("c", kernel.Key, kernel.Name, "", [new OptOp(OptKind.Upcast, 0, 2)], [], 2, 1, "none");
        var bytes = new MemoryStream();
        TuningFile.Write(bytes, [change is null ? entry : change(entry)]);
        return bytes.ToArray();
    }

    [Test]
    public void BuildsUseWhatWasFound()
    {
        var project = new TestProject("tune");
        string Source() => System.IO.File.ReadAllText(Path.Combine(project.Exports, "model/c/model.c"));
        project.Build().Succeeded();
        string plain = Source();

        System.IO.File.WriteAllBytes(project.In("model.tune.json"), File());
        Assert.That(project.Build().Succeeded().Output, Does.Not.Contain("TINY2003"));
        string tuned = Source();
        Assert.That(tuned, Is.Not.EqualTo(plain));
        project.Build("-p:TinyTune=false").Succeeded();
        Assert.That(Source(), Is.EqualTo(plain));

        System.IO.File.Move(project.In("model.tune.json"), project.In("mine.json"));
        project.Build("-p:TinyTune=mine.json").Succeeded();
        Assert.That(Source(), Is.EqualTo(tuned));
        project.Build().Succeeded();
        Assert.That(Source(), Is.EqualTo(plain));

        System.IO.File.WriteAllBytes(project.In("model.tune.json"), File(e => e with { Key = new string('0', 16) }));
        Assert.That(project.Build().Succeeded().Output, Does.Contain("warning TINY2003: ").And.Contains("model.tune.json: 1 of 1 entries fit no kernel of this program"));
        Assert.That(Source(), Is.EqualTo(plain));

        System.IO.File.WriteAllText(project.In("model.tune.json"), Encoding.UTF8.GetString(File()).Replace("Upcast(0, 2)", "Upcast(9, 2)", StringComparison.Ordinal));
        Assert.That(project.Build().Output, Does.Contain("error TINY1012: ").And.Contains("cannot be applied: Upcast(9, 2): the kernel has no such axis"));
        System.IO.File.WriteAllText(project.In("model.tune.json"), "{}");
        Assert.That(project.Build().Output, Does.Contain("error TINY1012: ").And.Contains("it has no version"));
    }
}
