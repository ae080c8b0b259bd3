using System.Diagnostics;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Tiny.Jit;
using Tiny.Runtime;
using TrainDigitsSample;

namespace Tiny.Samples.Tests;

/// <summary>The sample that trains on digits: all of it once, and what it promises on a small set.</summary>
[TestFixture]
public sealed class TrainDigitsTests
{
    /// <summary>A digit in seven.</summary>
    static readonly Lazy<DigitSet> s_few = new(() => DigitSet.Load().Training.Some(Enumerable.Range(0, 9000 / 7).Select(i => i * 7)));

    static Trainer Few(uint seed = 1) => new(s_few.Value, epochs: 1, seed);

    static byte[] Weights(Trainer trainer)
    {
        using var folder = new TemporaryFolder();
        trainer.Save(folder["weights"]);
        return File.ReadAllBytes(folder["weights"]);
    }

    [Test]
    public void The_digits_are_all_there()
    {
        var (training, heldOut) = DigitSet.Load();
        Assert.That((training.Count, heldOut.Count), Is.EqualTo((9000, 1000)));
        Assert.That(heldOut.Labels.ToArray<int>().GroupBy(l => l).Select(g => g.Count()), Is.All.EqualTo(100));
        Assert.That(training.Labels.ToArray<int>().Distinct().Count(), Is.EqualTo(10));
        byte[] ink = heldOut.Pixels.ToArray<byte>();
        Assert.That(ink.Max(), Is.EqualTo(255));
        Assert.That(ink.Average(b => b), Is.InRange(20, 50));
    }

    [Test]
    public void Five_epochs_read_98_percent_of_the_digits_held_out()
    {
        var run = Sample.Run("TrainDigits", "--epochs 5 --seed 1");
        Assert.That(run.Code, Is.Zero, run.Errors);
        var epochs = Regex.Matches(run.Output, @"held out ([0-9.]+) %");
        Assert.That(epochs, Has.Count.EqualTo(5), run.Output);
        int right = int.Parse(Regex.Match(run.Output, @"held out: (\d+)/1000").Groups[1].Value);
        Assert.That(right, Is.AtLeast(980), run.Output);
        // The diagonal of the confusion matrix.
        var rows = Regex.Matches(run.Output, @"^ {4}\d ((?: +[0-9.]+){10})$", RegexOptions.Multiline).Select(m => m.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.That(rows, Has.Length.EqualTo(10), run.Output);
        Assert.That(rows.Select((r, i) => int.Parse(r[i])).Sum(), Is.EqualTo(right));
        Assert.That(run.Output, Does.Not.Contain('\r'), "a pipe is no terminal");
    }

    [Test]
    public void One_capture_serves_all_steps_and_nothing_is_compiled_after_the_first()
    {
        var trainer = Few();
        int captures = Replay.Captures;
        trainer.Step();
        int compiled = CpuKernelCache.Compiled;
        for (int i = 0; i < 3; i++) trainer.Step();
        Assert.That(Replay.Captures - captures, Is.EqualTo(1));
        Assert.That(CpuKernelCache.Compiled, Is.EqualTo(compiled));
        Assert.That(trainer.Steps, Is.EqualTo(4));
    }

    [Test]
    public void The_seed_decides_the_weights_on_whatever_thread_and_however_many()
    {
        byte[] Train(uint seed)
        {
            var trainer = Few(seed);
            for (int i = 0; i < 4; i++) trainer.Step();
            return Weights(trainer);
        }
        byte[] first = Train(1);
        byte[][] atOnce = [.. Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Train(1)))).Result];
        Assert.That(atOnce[0], Is.EqualTo(first));
        Assert.That(atOnce[1], Is.EqualTo(first));
        Assert.That(Train(2), Is.Not.EqualTo(first));
        int threads = CpuDevice.Threads;
        try
        {
            foreach (int count in new[] { 1, 3 })
            {
                CpuDevice.Threads = count;
                Assert.That(Train(1), Is.EqualTo(first), $"{count} threads");
            }
        }
        finally
        {
            CpuDevice.Threads = threads;
        }
    }

    [Test]
    public void Training_goes_on_from_a_checkpoint_as_if_it_had_not_stopped()
    {
        using var folder = new TemporaryFolder();
        var whole = Few();
        for (int i = 0; i < 6; i++) whole.Step();
        var first = Few();
        for (int i = 0; i < 3; i++) first.Step();
        first.Save(folder["checkpoint"]);
        var second = Few();
        second.Step();
        second.Load(folder["checkpoint"]);
        for (int i = 0; i < 3; i++) second.Step();
        second.Save(folder["checkpoint"]);
        Assert.That(File.ReadAllBytes(folder["checkpoint"]), Is.EqualTo(Weights(whole)));
        Assert.That(() => Few(seed: 2).Load(folder["checkpoint"]), Throws.TypeOf<WeightsException>().With.Message.Contains("with seed 1, this one has 2"));
    }

    [Test]
    public void A_set_of_any_size_is_read_and_one_too_small_to_train_on_is_refused()
    {
        var trainer = Few();
        var (few, one) = (s_few.Value.Some(Enumerable.Range(0, 130)), s_few.Value.Some([129]));
        int[,] whole = trainer.Confusion(few), last = trainer.Confusion(one), rest = trainer.Confusion(few.Some(Enumerable.Range(0, 129)));
        Assert.That(whole.Cast<int>().Sum(), Is.EqualTo(130));
        Assert.That(whole.Cast<int>(), Is.EqualTo(last.Cast<int>().Zip(rest.Cast<int>(), (a, b) => a + b)));
        Assert.That(() => new Trainer(few.Some(Enumerable.Range(0, 63)), 1, 1), Throws.ArgumentException.With.Message.Contains("63 elements make no batch of 64"));
    }

    [Test]
    public void What_the_command_line_asks_for()
    {
        Assert.That(Options.Parse(["--epochs", "3", "--seed", "9", "--checkpoint", "x"]).Options, Is.EqualTo(new Options(3, 9, "x")));
        foreach (string[] wrong in new[] { new[] { "--epochs", "0" }, ["--seed", "-1"], ["--checkpoint"], ["--other"] })
            Assert.That(Options.Parse(wrong).Error, Does.Contain(wrong[0]));
        var help = Sample.Run("TrainDigits", "--help");
        Assert.That((help.Code, help.Output), Is.EqualTo((0, Options.Usage + Environment.NewLine)));
        Assert.That(Sample.Run("TrainDigits", "--other").Code, Is.EqualTo(2));
    }

    [Test]
    public void Interrupted_it_writes_its_checkpoint()
    {
        // Ctrl+C goes to a whole console there, this process included.
        if (OperatingSystem.IsWindows()) Assert.Ignore("there is no signal to send");
        using var folder = new TemporaryFolder();
        using var process = Sample.Start("TrainDigits", $"--checkpoint \"{folder["checkpoint"]}\"");
        string? line = process.StandardOutput.ReadLine();
        Assert.That(line, Does.Contain("9000 digits"));
        Thread.Sleep(500);
        Process.Start("kill", $"-INT {process.Id}")!.WaitForExit();
        string rest = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.EqualTo(130), rest);
        Assert.That(rest, Does.Contain("holds the training after"));
        var trainer = new Trainer(DigitSet.Load().Training, 5, 1);
        trainer.Load(folder["checkpoint"]);
        Assert.That(trainer.Steps, Is.GreaterThan(0));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1), "nothing else is left");
    }
}
