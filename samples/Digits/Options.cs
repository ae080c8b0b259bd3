using System.Globalization;

namespace DigitsSample;

/// <summary>What the command line asks for.</summary>
public sealed record Options(bool Serve, int Port, bool Help)
{
    /// <summary>The help text.</summary>
    public const string Usage = """
        Reads 1,000 known handwritten digits on the CPU and says how many are right.

          dotnet run -c Release --project samples/Digits                      read the digits
          dotnet run -c Release --project samples/Digits -- --serve           serve the page to draw digits on
          dotnet run -c Release --project samples/Digits -- --serve --port N  on port N, 0 for any free one (5080)
        """;

    /// <summary>The options, or null and what is wrong.</summary>
    public static (Options? Options, string? Error) Parse(IReadOnlyList<string> args)
    {
        var options = new Options(Serve: false, Port: 5080, Help: false);
        bool port = false;
        for (int i = 0; i < args.Count; i++)
        {
            switch (args[i])
            {
                case "--serve":
                    options = options with { Serve = true };
                    break;
                case "--port":
                    if (++i == args.Count || !int.TryParse(args[i], NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > 65535)
                        return (null, "--port takes a number from 0 to 65535");
                    options = options with { Port = number };
                    port = true;
                    break;
                case "--help" or "-h" or "-?":
                    options = options with { Help = true };
                    break;
                default:
                    return (null, $"unknown argument '{args[i]}'");
            }
        }
        return port && !options.Serve ? (null, "--port is for --serve") : (options, null);
    }
}
