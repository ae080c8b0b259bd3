using System.Globalization;

namespace TrainDigitsSample;

/// <summary>What the command line asks for.</summary>
public sealed record Options(int Epochs = 5, uint Seed = 1, string? Checkpoint = null, bool Help = false)
{
    /// <summary>The help text.</summary>
    public const string Usage = """
        Trains a small convolutional network on 9,000 handwritten digits and tests it with 1,000 others.

          dotnet run -c Release --project samples/TrainDigits                        train for 5 epochs
          dotnet run -c Release --project samples/TrainDigits -- --epochs N          for N epochs
          dotnet run -c Release --project samples/TrainDigits -- --seed N            from other first weights, in another order (1)
          dotnet run -c Release --project samples/TrainDigits -- --checkpoint FILE   go on from FILE, if it is there; write it after each epoch and at Ctrl-C
        """;

    /// <summary>The options, or null and what is wrong.</summary>
    public static (Options? Options, string? Error) Parse(IReadOnlyList<string> args)
    {
        var options = new Options();
        for (int i = 0; i < args.Count; i++)
        {
            string? value = i + 1 < args.Count ? args[i + 1] : null;
            switch (args[i])
            {
                case "--epochs":
                    if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int epochs) || epochs is < 1 or > 1000) return (null, "--epochs takes a number from 1 to 1000");
                    options = options with { Epochs = epochs };
                    i++;
                    break;
                case "--seed":
                    if (!uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint seed)) return (null, "--seed takes a number from 0 to 4294967295");
                    options = options with { Seed = seed };
                    i++;
                    break;
                case "--checkpoint":
                    if (value is null) return (null, "--checkpoint takes a file");
                    options = options with { Checkpoint = value };
                    i++;
                    break;
                case "--help" or "-h" or "-?":
                    options = options with { Help = true };
                    break;
                default:
                    return (null, $"unknown argument '{args[i]}'");
            }
        }
        return (options, null);
    }
}
