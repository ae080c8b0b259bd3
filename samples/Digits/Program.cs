using System.Diagnostics;
using System.Globalization;
using DigitsSample;
using Tiny;

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

string bundle = Path.Combine(Digits.Folder, "tiny", "digits", "webgpu"), c = Path.Combine(Digits.Folder, "tiny", "digits", "c");
if (options.Serve)
{
    if (!Directory.Exists(bundle))
    {
        Console.Error.WriteLine($"there is no bundle in {bundle}: build the sample with exports on");
        return 1;
    }
    return await BundleServer.ServeAsync(bundle, options.Port, Console.Out);
}

var model = new Digits();
var digits = KnownDigits.Load(Digits.Folder);
ShowSome(digits.Skip(1).Take(3).ToList());

int correct = 0;
var times = new List<double>();
foreach (var digit in digits)
{
    long start = Stopwatch.GetTimestamp();
    float[] answer = Read(digit);
    times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    if (Array.IndexOf(answer, answer.Max()) == digit.Label) correct++;
}
times.Sort();
Console.WriteLine($"digits: {correct}/{digits.Count} correct");
Console.WriteLine("  agreement on known digits from the network's training data, which is no measure of its accuracy on new ones");
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {times[times.Count / 2]:0.000} ms an image on this CPU (median)"));
Console.WriteLine();
Console.WriteLine("The build wrote the same program out twice:");
Console.WriteLine($"  for browsers  {Shown(bundle)}");
Console.WriteLine("                dotnet run -c Release --project samples/Digits -- --serve");
Console.WriteLine($"  as C          {Shown(c)}");
Console.WriteLine($"                cmake -S {Shown(c)} -B build/digits && cmake --build build/digits");
return 0;

// Log-probabilities of the ten digits.
float[] Read(KnownDigit digit) => model.Forward(Tensor.From(digit.Normalised(), 1, 1, KnownDigit.Size, KnownDigit.Size)).ToArray<float>();

void ShowSome(IReadOnlyList<KnownDigit> some)
{
    var pictures = some.Select(d => d.Picture()).ToList();
    for (int y = 0; y < pictures[0].Length; y++) Console.WriteLine(string.Join("  ", pictures.Select(p => p[y])).TrimEnd());
    var captions = some.Select(d =>
    {
        float[] answer = Read(d);
        int best = Array.IndexOf(answer, answer.Max());
        return string.Create(CultureInfo.InvariantCulture, $"read as {best}, {100 * Math.Exp(answer[best]):0.00} %").PadLeft(24).PadRight(KnownDigit.Size);
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
