namespace Tiny.Cli.Verify;

/// <summary>How a case ended.</summary>
enum CaseStatus
{
    Pass,
    Fail,
    Unsupported,
}

/// <summary>A case on a target: how it ended, and why if it did not pass; nodes that were evaluated on the host, and numbers that were read while the graph was built.</summary>
sealed record CaseResult(ConformanceCase Case, string Target, CaseStatus Status, string Reason = "")
{
    public IReadOnlyList<string> OnHost { get; init; } = [];
    public IReadOnlyList<string> Read { get; init; } = [];
    public TimeSpan Time { get; init; }
}
