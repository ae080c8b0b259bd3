namespace Tiny.Optimize;

/// <summary>The choices that live programs use: those of the file that the variable <c>TINY_TUNE</c> names.</summary>
static class LiveTuning
{
    static readonly Lazy<Tuning?> s_chosen = new(() => Environment.GetEnvironmentVariable("TINY_TUNE") is { Length: > 0 } path ? TuningFile.Read(path) : null);

    /// <summary>They; null where the variable is not set.</summary>
    /// <exception cref="TuningException">The file is no result of tuning.</exception>
    public static Tuning? Chosen => s_chosen.Value;
}
