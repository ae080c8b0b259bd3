using System.CommandLine;
using Tiny.Cli.Models;
using Tiny.Optimize;

namespace Tiny.Cli.Commands;

/// <summary><c>--tune</c> and <c>--no-tune</c>: which result of a search is used.</summary>
sealed class TuneOptions
{
    readonly Option<string> _tune = new("--tune") { HelpName = "FILE", Description = $"choices that 'tiny tune' has found; without it those of MODEL{TuningFile.Extension} beside the model, if it is there" };
    readonly Option<bool> _none = new("--no-tune") { Description = "uses none" };

    public void AddTo(Command command)
    {
        command.Options.Add(_tune);
        command.Options.Add(_none);
    }

    /// <summary>What is to be used for a model; null for nothing.</summary>
    /// <exception cref="TuningException">The file is no result of tuning.</exception>
    public Tuning? Of(ParseResult parsed, string model)
    {
        string? given = parsed.GetValue(_tune);
        if (parsed.GetValue(_none)) return given is null ? null : throw new CommandException("--tune and --no-tune: give one of them");
        if (given is not null) return TuningFile.Read(OptionValue.Path("--tune", given));
        return model.Length > 0 && File.Exists(TuningFile.Beside(model)) ? TuningFile.Read(TuningFile.Beside(model)) : null;
    }
}
