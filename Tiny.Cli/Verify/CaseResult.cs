using Tiny.Onnx;

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

    /// <summary>How it ends: with a difference it fails; what is not supported says so by its exception.</summary>
    public static (CaseStatus Status, string Reason) Judge(Func<string?> difference)
    {
        try
        {
            return difference() is { } wrong ? (CaseStatus.Fail, wrong) : (CaseStatus.Pass, "");
        }
        catch (Exception e) when (e is OnnxUnsupportedException or TargetException)
        {
            return (CaseStatus.Unsupported, e.Message);
        }
        catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
        {
            return (CaseStatus.Fail, e is TinyException ? e.Message : $"{e.GetType().Name}: {e.Message}");
        }
    }
}
