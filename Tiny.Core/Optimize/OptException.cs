namespace Tiny.Optimize;

/// <summary>Choices that a kernel cannot be given.</summary>
sealed class OptException(string message, Exception? inner = null) : Exception(message, inner);
