using System.Globalization;

namespace RectifiedFlowSample;

/// <summary>What the command line asks for.</summary>
public sealed record Options(int Steps = 4000, uint Seed = 1, string? Checkpoint = null, bool Help = false)
{
    /// <summary>The help text.</summary>
    public const string Usage = """
        Trains a generator of handwritten digits, shows what it draws, and has 200 drawings judged by the network of samples/Digits.

          dotnet run -c Release --project samples/RectifiedFlow                        train for 4,000 steps, some minutes
          dotnet run -c Release --project samples/RectifiedFlow -- --steps N           for N steps
          dotnet run -c Release --project samples/RectifiedFlow -- --seed N            from other first weights, with other noise (1)
          dotnet run -c Release --project samples/RectifiedFlow -- --checkpoint FILE   go on from FILE, if it is there; write it every 1,000 steps and at Ctrl-C
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
                case "--steps":
                    if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int steps) || steps is < 1 or > 1_000_000) return (null, "--steps takes a number from 1 to 1000000");
                    options = options with { Steps = steps };
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
