using System.CommandLine;
using System.Globalization;
using Tiny.Cli.Models;
using Tiny.Runtime;

namespace Tiny.Cli.Commands;

/// <summary>The options that say how a model becomes a program.</summary>
sealed class ModelOptions
{
    readonly Option<string[]> _shape = new("--shape") { HelpName = "NAME=SHAPE", Description = "the shape of an input: NAME=1x3x224x224, or with names, NAME=nx3xhxw. May be repeated, as those below" };
    readonly Option<string[]> _dim = new("--dim") { HelpName = "NAME=SIZE", Description = "a size that has a name: NAME=N, or any from a least to a largest, NAME=1..512" };
    readonly Option<string[]> _set = new("--set") { HelpName = "NAME=VALUE", Description = "fixes an input, which becomes part of the program: NAME=16000, NAME=1,2,3 or NAME=FILE.npy" };
    readonly Option<string[]> _state = new("--state") { HelpName = "OUT=IN", Description = "ties an output to an input: OUT=IN stays in the program between calls" };
    readonly Option<string[]> _initial = new("--state-init") { HelpName = "IN=VALUE", Description = "what a tied input holds at first: IN=FILE.npy, IN=0.5 or IN=1,2,3; zeros without. May be repeated" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option<string[]>[])[_shape, _dim, _set, _state, _initial]) command.Options.Add(option);
    }

    public ModelSettings Of(ParseResult parsed)
    {
        string[] Given(Option<string[]> option) => parsed.GetValue(option) ?? [];
        return new(Given(_shape), Given(_dim), Given(_set), Given(_state), Given(_initial));
    }
}

/// <summary><c>--max-memory</c>.</summary>
sealed class MemoryOption
{
    readonly Option<string> _option = new("--max-memory") { HelpName = "BYTES", Description = "the most memory to use, as in 500M or 4G; half of the machine's without. What needs more is refused before it is taken" };

    public void AddTo(Command command) => command.Options.Add(_option);

    /// <summary>From here on the limit holds.</summary>
    /// <exception cref="CommandException">It is no size.</exception>
    public void Apply(ParseResult parsed) => MemoryLimit.Most = parsed.GetValue(_option) is { } text ? Bytes(text) : MemoryLimit.HalfOfMachine;

    static long Bytes(string text)
    {
        long unit = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 1_000, 'M' => 1_000_000, 'G' => 1_000_000_000, _ => 1 };
        return unit > 0 && double.TryParse(unit == 1 ? text : text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double n) && n * unit is >= 1 and < 1e18
            ? (long)(n * unit) : throw new CommandException($"--max-memory {text}: write a number of bytes, or one with K, M or G");
    }
}
