using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Tiny;

namespace DigitsSample;

/// <summary>Reads the known digits and says how many are right, or serves the page to draw on.</summary>
static class Program
{
    static readonly string s_bundle = Path.Combine(Digits.Folder, "tiny", "digits", "webgpu");
    static readonly string s_c = Path.Combine(Digits.Folder, "tiny", "digits", "c");

    static async Task<int> Main(string[] args)
    {
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
        if (options.Save is { } file)
        {
            var digit = KnownDigits.Load(Digits.Folder)[options.Digit];
            File.WriteAllBytes(file, MemoryMarshal.AsBytes(digit.Normalised().AsSpan()));
            Console.WriteLine($"{file}: a {digit.Label}");
            return 0;
        }
        if (!options.Serve)
        {
            ReadAll();
            return 0;
        }
        if (Directory.Exists(s_bundle)) return await BundleServer.ServeAsync(s_bundle, options.Port, Console.Out);
        Console.Error.WriteLine($"there is no bundle in {s_bundle}: build the sample with exports on");
        return 1;
    }

    static void ReadAll()
    {
        var model = new Digits();
        var digits = KnownDigits.Load(Digits.Folder);
        Show(model, digits.Skip(1).Take(3).ToList());

        int correct = 0;
        var times = new List<double>();
        foreach (var digit in digits)
        {
            long start = Stopwatch.GetTimestamp();
            var (label, _) = Read(model, digit);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (label == digit.Label) correct++;
        }
        times.Sort();
        Console.WriteLine($"digits: {correct}/{digits.Count} correct");
        Console.WriteLine("  agreement on known digits from the network's training data, which is no measure of its accuracy on new ones");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {times[times.Count / 2]:0.000} ms an image on this CPU (median)"));
        Console.WriteLine();
        Console.WriteLine("The build wrote the same program out twice:");
        Console.WriteLine($"  for browsers  {Shown(s_bundle)}");
        Console.WriteLine("                dotnet run -c Release --project samples/Digits -- --serve");
        Console.WriteLine($"  as C          {Shown(s_c)}");
        Console.WriteLine($"                cmake -S {Shown(s_c)} -B artifacts/digits && cmake --build artifacts/digits");
        Console.WriteLine("                dotnet run -c Release --project samples/Digits -- --save 7 artifacts/digit.f32");
        Console.WriteLine($"                artifacts/digits/digits {Path.Combine(Shown(s_c), "digits.weights")} artifacts/digit.f32");
    }

    /// <summary>What the network takes a digit for, and how sure it is.</summary>
    static (int Label, double Probability) Read(Digits model, KnownDigit digit)
    {
        float[] answer = model.Forward(Tensor.From(digit.Normalised(), 1, 1, KnownDigit.Size, KnownDigit.Size)).ToArray<float>();
        int best = Array.IndexOf(answer, answer.Max());
        return (best, Math.Exp(answer[best]));
    }

    static void Show(Digits model, IReadOnlyList<KnownDigit> digits)
    {
        var pictures = digits.Select(d => d.Picture()).ToList();
        for (int y = 0; y < pictures[0].Length; y++) Console.WriteLine(string.Join("  ", pictures.Select(p => p[y])).TrimEnd());
        var captions = digits.Select(d =>
        {
            var (label, probability) = Read(model, d);
            return string.Create(CultureInfo.InvariantCulture, $"read as {label}, {100 * probability:0.00} %").PadLeft(24).PadRight(KnownDigit.Size);
        });
        Console.WriteLine(string.Join("  ", captions).TrimEnd());
        Console.WriteLine();
    }

    // As short as it can be typed from here.
    static string Shown(string path)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.Length < path.Length ? relative : path;
    }
}
