namespace Tiny.Cli;

/// <summary>What the command ends with.</summary>
static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;
    /// <summary>It ran, and what it checked is not so: a case fails, or an export is not possible.</summary>
    public const int Failure = 1;
    /// <summary>A file or an option is not what it should be.</summary>
    public const int BadInput = 2;
}
