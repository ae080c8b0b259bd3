using System.Diagnostics;
using System.Reflection;

namespace Tiny.Graph;

/// <summary>Finds the user's line in a stack trace: the innermost frame with a source file that is not in one of our assemblies.</summary>
static class UserCode
{
    /// <summary>File, line and column, or null where no debug information is at hand.</summary>
    public static UserLine? Find(StackTrace trace)
    {
        foreach (var frame in trace.GetFrames())
        {
            if (frame.GetFileName() is not { Length: > 0 } file) continue;
            var assembly = frame.GetMethod()?.Module.Assembly;
            if (assembly is null || IsOurs(assembly)) continue;
            return new(file, frame.GetFileLineNumber(), frame.GetFileColumnNumber());
        }
        return null;
    }

    /// <summary><c>Digits.cs:12: </c> for the caller's line, or nothing.</summary>
    public static string Here() => Find(new StackTrace(1, true)) is { } line ? $"{line}: " : "";

    /// <summary>It is one of our assemblies that the user's code calls.</summary>
    public static bool IsOurs(Assembly assembly) => assembly.GetName().Name is "Tiny.Core" or "Tiny.Jit" or "Tiny.Numerics" or "Tiny.Onnx" or "Tiny.Cli" or "Tiny.Export.C" or "Tiny.Export.WebGpu";
}

/// <summary>A place in the user's code.</summary>
sealed record UserLine(string File, int Line, int Column)
{
    /// <summary><c>Digits.cs:12</c>.</summary>
    public override string ToString() => $"{Path.GetFileName(File)}:{Line}";
}
