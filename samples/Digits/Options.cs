using System.Globalization;

namespace DigitsSample;

/// <summary>What the command line asks for.</summary>
public sealed record Options(bool Serve = false, int Port = 5080, bool Help = false, int Digit = 0, string? Save = null)
{
    /// <summary>The help text.</summary>
    public const string Usage = """
        Reads 1,000 known handwritten digits on the CPU and says how many are right.

          dotnet run -c Release --project samples/Digits                      read the digits
          dotnet run -c Release --project samples/Digits -- --serve           serve the page to draw digits on
          dotnet run -c Release --project samples/Digits -- --serve --port N  on port N, 0 for any free one (5080)
          dotnet run -c Release --project samples/Digits -- --save N FILE     write digit N, 0 to 999, as input for the C program
        """;

    /// <summary>The options, or null and what is wrong.</summary>
    public static (Options? Options, string? Error) Parse(IReadOnlyList<string> args)
    {
        var options = new Options();
        bool port = false;
        for (int i = 0; i < args.Count; i++)
        {
            switch (args[i])
            {
                case "--serve":
                    options = options with { Serve = true };
                    break;
                case "--port":
                    if (!Number(i + 1, 65535, out int number)) return (null, "--port takes a number from 0 to 65535");
                    options = options with { Port = number };
                    port = true;
                    i++;
                    break;
                case "--save":
                    if (!Number(i + 1, 999, out int digit) || i + 2 >= args.Count) return (null, "--save takes a number from 0 to 999 and a file");
                    options = options with { Digit = digit, Save = args[i + 2] };
                    i += 2;
                    break;
                case "--help" or "-h" or "-?":
                    options = options with { Help = true };
                    break;
                default:
                    return (null, $"unknown argument '{args[i]}'");
            }
        }
        return port && !options.Serve ? (null, "--port is for --serve") : (options, null);

        bool Number(int at, int largest, out int value)
        {
            value = 0;
            return at < args.Count && int.TryParse(args[at], NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= largest;
        }
    }
}
