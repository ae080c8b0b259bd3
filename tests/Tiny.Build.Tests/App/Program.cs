using System.Globalization;
using Tiny;

namespace App;

static class Program
{
    static void Main()
    {
        var image = Tensor.From([1f, 2, 3, 4, 5, 6], 2, 3);
        var model = new Model();
        for (int i = 0; i < 9; i++) model.Forward(image);
        Console.WriteLine(string.Join(' ', model.Forward(image).ToArray<float>().Select(static v => v.ToString(CultureInfo.InvariantCulture))));
        Console.WriteLine(model.Bodies.Value < 10 ? "replayed" : "called");
    }
}

/// <summary>Counts how often a model was made, for the test that watches.</summary>
static class Starts
{
    public static void Note()
    {
        if (Environment.GetEnvironmentVariable("TINY_TEST_STARTS") is { } path) File.AppendAllText(path, "x");
    }
}
