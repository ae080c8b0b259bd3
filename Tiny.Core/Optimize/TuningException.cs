namespace Tiny.Optimize;

/// <summary>A stored result of tuning that cannot be read, or an entry of it that cannot be applied.</summary>
public sealed class TuningException(string message, Exception? inner = null) : TinyException("TINY1012", message, inner);
