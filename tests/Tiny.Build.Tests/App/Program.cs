using System.Globalization;
using Tiny;

namespace App;

static class Program
{
    static void Main()
    {
        var image = Tensor.From([1f, 2, 3, 4, 5, 6], 2, 3);
        Console.WriteLine(string.Join(' ', new Model().Forward(image).ToArray<float>().Select(static v => v.ToString(CultureInfo.InvariantCulture))));
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
