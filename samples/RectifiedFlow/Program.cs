using System.Diagnostics;
using Tiny;
using DigitsSample;
using RectifiedFlowSample;
using TrainDigitsSample;
using Random = System.Random;

var (training, _) = DigitSet.Load();
int steps = args.Length > 0 ? int.Parse(args[0]) : 1000;
var trainer = new RectifiedFlowSample.Trainer(training, steps, 1);
var random = new Random(1);
long start = Stopwatch.GetTimestamp();
double sum = 0;
var judge = new Digits();
for (int i = 0; i < steps; i++)
{
    int[] numbers = [.. Enumerable.Range(0, RectifiedFlowSample.Trainer.BatchSize).Select(_ => random.Next(training.Count))];
    sum += trainer.Learn(Tensor.From(numbers)).Item();
    if ((i + 1) % 100 == 0) { Console.WriteLine($"{i + 1} {sum / 100:0.0000} {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s"); sum = 0; }
    if ((i + 1) % 1000 == 0 || i + 1 == steps) Judge();
}

void Judge()
{
    const int N = 50;
    var x = Tensor.RandN(new Shape(200, 784), 7).Realize();
    int[] labels = [.. Enumerable.Range(0, 200).Select(i => i / 20)];
    var label = Tensor.From(labels);
    for (int k = 0; k < N; k++) x = trainer.Advance(x, label, Tensor.From([(float)k / N]), Tensor.From([1f / N])).Realize();
    float[] pictures = x.ToArray<float>();
    int right = 0;
    for (int i = 0; i < 200; i++)
    {
        float[] p = [.. pictures[(i * 784)..((i + 1) * 784)].Select(v => (Math.Clamp((v + 1) / 2, 0, 1) - 0.1307f) / 0.3081f)];
        float[] a = judge.Forward(Tensor.From(p, 1, 1, 28, 28)).ToArray<float>();
        if (Array.IndexOf(a, a.Max()) == labels[i]) right++;
    }
    Console.WriteLine($"judge: {right}/200   {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
    for (int d = 0; d < 10; d += 5)
        for (int y = 0; y < 28; y += 2)
        {
            for (int c = d; c < d + 5; c++)
            {
                for (int xx = 0; xx < 28; xx++)
                {
                    float v = (pictures[(c * 20) * 784 + y * 28 + xx] + pictures[(c * 20) * 784 + (y + 1) * 28 + xx]) / 4 + 0.5f;
                    Console.Write(" .:-=+*#%@"[(int)Math.Clamp(v * 9.99f, 0, 9)]);
                }
                Console.Write(' ');
            }
            Console.WriteLine();
        }
}
