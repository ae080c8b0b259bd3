using System.Text.RegularExpressions;
using NUnit.Framework;
using RectifiedFlowSample;
using TrainDigitsSample;

namespace Tiny.Samples.Tests;

/// <summary>The sample that learns to draw digits, for a few steps; its README has the figures of a whole training.</summary>
[TestFixture]
public sealed class RectifiedFlowTests
{
    static readonly Lazy<DigitSet> s_few = new(() => DigitSet.Load().Training.Some(Enumerable.Range(0, 512).Select(i => i * 17)));

    static DigitGenerator Few(uint seed = 1) => new(s_few.Value, 40, seed);

    static byte[] Saved(DigitGenerator generator, TemporaryFolder folder)
    {
        generator.Save(folder["saved"]);
        return File.ReadAllBytes(folder["saved"]);
    }

    [Test]
    public void The_loss_falls_and_digits_are_drawn()
    {
        var generator = Few();
        double[] losses = [.. Enumerable.Range(0, 40).Select(_ => generator.Step())];
        Assert.That(losses[^5..].Average(), Is.LessThan(0.6 * losses[..5].Average()));
        var drawn = generator.Generate(3);
        Assert.That(drawn.Select(d => d.Label), Is.EqualTo(Enumerable.Range(0, 200).Select(i => i % 10)));
        Assert.That(drawn.Select(d => Convert.ToHexString(d.Pixels)).Distinct().Count(), Is.EqualTo(200), "from other noise other pictures");
        Assert.That(generator.Generate(3).Select(d => d.Pixels), Is.EqualTo(drawn.Select(d => d.Pixels)), "the seed decides");
        Assert.That(drawn.Average(d => d.Pixels.Average(p => p)), Is.InRange(10, 100), "mostly paper, some ink");
        Assert.That(new Judge().Read(DigitSet.Load().HeldOut.Pixels[0].ToArray<byte>()), Is.EqualTo(0), "the judge reads a real digit");
    }

    [Test]
    public void Training_goes_on_from_a_checkpoint_as_if_it_had_not_stopped()
    {
        using var folder = new TemporaryFolder();
        var (whole, first, second) = (Few(), Few(), Few());
        for (int i = 0; i < 6; i++) whole.Step();
        for (int i = 0; i < 3; i++) first.Step();
        first.Save(folder["checkpoint"]);
        second.Load(folder["checkpoint"]);
        for (int i = 0; i < 3; i++) second.Step();
        Assert.That(Saved(second, folder), Is.EqualTo(Saved(whole, folder)));
        Assert.That(() => Few(seed: 2).Load(folder["checkpoint"]), Throws.TypeOf<WeightsException>().With.Message.Contains("with seed 1, this one has 2"));
    }

    [Test]
    public void The_program_trains_draws_and_judges()
    {
        using var folder = new TemporaryFolder();
        string arguments = $"--steps 3 --checkpoint \"{folder["checkpoint"]}\"";
        var run = Sample.Run("RectifiedFlow", arguments);
        Assert.That(run.Code, Is.Zero, run.Errors);
        Assert.That(run.Output, Does.Contain("step 3/3").And.Match(@"judged by the network of samples/Digits: \d+ of 200").And.Not.Contain("\r"));
        var again = Sample.Run("RectifiedFlow", arguments);
        Assert.That(again.Output, Does.Contain("after 3 steps"));
        Assert.That(Pictures(again.Output), Is.EqualTo(Pictures(run.Output)), "a finished training draws the same again");
        Assert.That(Sample.Run("RectifiedFlow", "--steps 0").Code, Is.EqualTo(2));

        static string Pictures(string output) => Regex.Match(output, "the first of each class:.*", RegexOptions.Singleline).Value;
    }
}
