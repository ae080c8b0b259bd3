using System.Diagnostics;
using System.Globalization;
using DigitsSample;
using RectifiedFlowSample;
using Tiny;
using TrainDigitsSample;
using Options = RectifiedFlowSample.Options;

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

var (training, _) = DigitSet.Load();
var generator = new DigitGenerator(training, options.Steps, options.Seed);
if (options.Checkpoint is { } file && File.Exists(file))
{
    try
    {
        generator.Load(file);
    }
    catch (WeightsException e)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
    Console.WriteLine($"goes on from {file} after {generator.Steps} steps");
}
Console.WriteLine($"{training.Count} digits, {options.Steps} steps of {DigitGenerator.BatchSize}, seed {options.Seed}");

var progress = new Progress();
long start = Stopwatch.GetTimestamp();
double loss = 0, seen = 0;
for (int step = generator.Steps; step < options.Steps && !stop;)
{
    (loss, seen, step) = (loss + generator.Step(), seen + 1, step + 1);
    string line = $"step {step}/{options.Steps}  loss {loss / seen:0.0000}  {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s";
    if (step % 1000 != 0 && step != options.Steps)
    {
        if (step % 10 == 0) progress.Show(line);
        continue;
    }
    progress.Finish(line);
    (loss, seen) = (0, 0);
    if (options.Checkpoint is not null) generator.Save(options.Checkpoint);
}
if (stop)
{
    progress.Finish("stopped");
    if (options.Checkpoint is null) return 130;
    generator.Save(options.Checkpoint);
    Console.WriteLine($"{options.Checkpoint} holds the training after {generator.Steps} steps; the same command goes on from there");
    return 130;
}

start = Stopwatch.GetTimestamp();
var drawn = generator.Generate(options.Seed);
Console.WriteLine($"{drawn.Count} digits drawn in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s; the first of each class:");
for (int row = 0; row < 10; row += 5)
{
    Console.WriteLine();
    var pictures = drawn.Skip(row).Take(5).Select(d => new KnownDigit(d.Label, d.Pixels).Picture()).ToList();
    for (int y = 0; y < pictures[0].Length; y++) Console.WriteLine(string.Join("  ", pictures.Select(p => p[y])).TrimEnd());
}
Console.WriteLine();
var judge = new Judge();
var right = drawn.Where(d => judge.Read(d.Pixels) == d.Label).GroupBy(d => d.Label).ToDictionary(g => g.Key, g => g.Count());
Console.WriteLine($"judged by the network of samples/Digits: {right.Values.Sum()} of {drawn.Count} are the digit asked for");
Console.WriteLine("  of each class: " + string.Join("  ", Enumerable.Range(0, 10).Select(c => $"{c}: {right.GetValueOrDefault(c)}/{drawn.Count(d => d.Label == c)}")));
return 0;
