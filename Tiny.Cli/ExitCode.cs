namespace Tiny.Cli;

/// <summary>What the command ends with.</summary>
static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;
    /// <summary>It ran, and what it checked is not so: a case fails, or an export is not possible.</summary>
    public const int Failure = 1;
    /// <summary>A file or an option cannot be used: it is not valid, or asks for something that is not supported.</summary>
    public const int BadInput = 2;
    /// <summary>A fault of the command itself.</summary>
    public const int Fault = 3;
    /// <summary>It was interrupted, as shells count signal 2.</summary>
    public const int Cancelled = 130;
}
