using NUnit.Framework;
using Tiny.Cli;
using Tiny.Export.Tests;
using Tiny.Tests;

namespace Tiny.Onnx.Tests;

/// <summary>The sample made of one command and a main.c.</summary>
public sealed class SampleTests
{
    [Test]
    public async Task TheStripShowsWhereTheReferenceHearsSpeech()
    {
        string sample = Path.Combine(Needs.Repository, "samples", "VoiceActivity");
        using var folder = new TemporaryFolder();
        using StringWriter output = new(), error = new();
        int code = await Tool.Run(["export", Path.Combine(sample, "model", "silero_vad_16k_op15.onnx"), "--target", "c", "--name", "vad",
            "--shape", "input=1x576", "--set", "sr=16000", "--state", "stateN=state", "--out", folder.Path], output, error);
        Assert.That(code, Is.Zero, error.ToString());
        File.Copy(Path.Combine(sample, "main.c"), folder["c/strip.c"]);
        Tools.Compile(folder["c"], "gcc", "-O1 -o strip strip.c vad.c -lm");
        var run = Tools.Run(folder["c"], folder["c/strip"], $"vad.weights \"{Path.Combine(sample, "jfk.wav")}\"");
        Assert.That(run.Code, Is.Zero, run.Errors);
        var marks = string.Concat(run.Output.Split('\n').Where(l => l.Contains('|')).Select(l => l.Split('|')[1]));
        float[] expected = [.. RealModel.Of("silero_vad").Cases.Single().Calls.Select(c => c.Outputs["output"][0])];
        Assert.That(marks, Has.Length.EqualTo(expected.Length));
        const string Levels = " .:-=+*#%@";
        // A value on the border of two marks may have either.
        for (int i = 0; i < marks.Length; i++) Assert.That(expected[i] * 9.99 - Levels.IndexOf(marks[i]), Is.InRange(-0.01, 1.01), $"step {i}");
        Assert.That(File.ReadAllLines(Path.Combine(sample, "main.c")), Has.Length.LessThan(80));
        Assert.That(Tools.Run(folder["c"], folder["c/strip"], "vad.weights vad.h").Code, Is.EqualTo(2));
    }
}
