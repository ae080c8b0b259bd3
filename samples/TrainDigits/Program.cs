using System.Diagnostics;
using System.Globalization;
using Tiny;
using TrainDigitsSample;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var (options, error) = Options.Parse(args);
if (options is null)
{
    Console.Error.WriteLine(error);
    Console.Error.WriteLine(Options.Usage);
    return 2;
}
if (options.Help)
{
    Console.WriteLine(Options.Usage);
    return 0;
}

bool stop = false;
Console.CancelKeyPress += (_, e) => e.Cancel = stop = true;

var (training, heldOut) = DigitSet.Load();
var trainer = new Trainer(training, options.Epochs, options.Seed);
if (options.Checkpoint is { } file && File.Exists(file))
{
    try
    {
        trainer.Load(file);
    }
    catch (WeightsException e)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
    Console.WriteLine($"goes on from {file} after {trainer.Steps} steps");
}
Console.WriteLine($"{training.Count} digits to train on, {heldOut.Count} held out, {trainer.StepsPerEpoch} steps of {Trainer.BatchSize} in an epoch, seed {options.Seed}");

var progress = new Progress();
long start = Stopwatch.GetTimestamp();
int[,] confusion = new int[10, 10];
double loss = 0, right = 0, seen = 0;
for (int step = trainer.Steps; step < options.Epochs * trainer.StepsPerEpoch && !stop;)
{
    var (l, r) = trainer.Step();
    (loss, right, seen) = (loss + l, right + r, seen + 1);
    step++;
    string line = $"epoch {(step - 1) / trainer.StepsPerEpoch + 1}/{options.Epochs}  step {(step - 1) % trainer.StepsPerEpoch + 1}/{trainer.StepsPerEpoch}  loss {loss / seen:0.0000}  "
        + $"read rightly {100 * right / seen / Trainer.BatchSize:0.0} %  {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s";
    if (step % trainer.StepsPerEpoch != 0)
    {
        progress.Show(line);
        continue;
    }
    confusion = trainer.Confusion(heldOut);
    progress.Finish($"{line}  held out {100.0 * Right(confusion) / heldOut.Count:0.0} %");
    (loss, right, seen) = (0, 0, 0);
    if (options.Checkpoint is not null) trainer.Save(options.Checkpoint);
}
if (stop)
{
    progress.Finish("stopped");
    if (options.Checkpoint is null) return 130;
    trainer.Save(options.Checkpoint);
    Console.WriteLine($"{options.Checkpoint} holds the training after {trainer.Steps} steps; the same command goes on from there");
    return 130;
}

confusion = trainer.Confusion(heldOut);
Console.WriteLine();
Console.WriteLine("digits held out (rows) and what they were read as (columns)");
Console.WriteLine("      " + string.Concat(Enumerable.Range(0, 10).Select(c => $"{c,5}")));
for (int row = 0; row < 10; row++)
    Console.WriteLine($"{row,5} " + string.Concat(Enumerable.Range(0, 10).Select(c => confusion[row, c] == 0 ? "    ." : $"{confusion[row, c],5}")));
Console.WriteLine();
Console.WriteLine($"held out: {Right(confusion)}/{heldOut.Count} read rightly");
return 0;

static int Right(int[,] confusion) => Enumerable.Range(0, 10).Sum(c => confusion[c, c]);
