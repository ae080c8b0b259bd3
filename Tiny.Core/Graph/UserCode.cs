using System.Diagnostics;

namespace Tiny.Graph;

/// <summary>Finds the user's line in a stack trace: the innermost frame with a source file that is not in one of our assemblies.</summary>
static class UserCode
{
    /// <summary>File, line and column, or null where no debug information is at hand.</summary>
    public static (string File, int Line, int Column)? Find(StackTrace trace)
    {
        foreach (var frame in trace.GetFrames())
        {
            if (frame.GetFileName() is not { Length: > 0 } file) continue;
            var assembly = frame.GetMethod()?.Module.Assembly;
            if (assembly is null || IsOurs(assembly.GetName().Name)) continue;
            return (file, frame.GetFileLineNumber(), frame.GetFileColumnNumber());
        }
        return null;
    }

    /// <summary><c>Digits.cs:12: </c> for the caller's line, or nothing.</summary>
    public static string Here() => Find(new StackTrace(1, true)) is var (file, line, _) ? $"{Path.GetFileName(file)}:{line}: " : "";

    static bool IsOurs(string? assembly) => assembly is "Tiny.Core" or "Tiny.Jit" or "Tiny.Export.C" or "Tiny.Export.WebGpu";
}
