using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Tiny.Graph;

namespace Tiny.Jit;

/// <summary>Says what went wrong in the form that MSBuild and editors read, at the user's own line.</summary>
static class ExportRunnerErrors
{
    static readonly string? s_framework = Path.GetDirectoryName(typeof(object).Assembly.Location);

    /// <summary><c>File.cs(line,column): error CODE: message</c>.</summary>
    public static string Line(Exception e, ExportRunnerOptions options)
    {
        TinyEntryPointAttribute? entry = null;
        // Wrappers of reflection and of ours say nothing to the user.
        while (e is ExportException or TargetInvocationException or TypeInitializationException && e.InnerException is { } inner)
        {
            if (e is ExportException { Place: var place }) entry = place;
            e = inner;
        }
        var (code, message) = e is TinyException tiny
            ? (tiny.Code, tiny.Text)
            : (InUserCode(e) ? "TINY2001" : "TINY2002", $"{e.GetType()}: {e.Message}");
        string where = (e is TinyException { Line: { } line } && Find(line.File, options.Project) is { } file ? Place(file, line.Line, line.Column) : Frame(e, options))
            ?? (entry is null ? options.Assembly : Place(Path.GetFullPath(entry.File, options.Project), entry.Line, entry.Column));
        return $"{where}: error {code}: {OneLine(message)}";
    }

    /// <summary>The innermost line of a source file that is not ours and exists.</summary>
    static string? Frame(Exception e, ExportRunnerOptions options)
    {
        foreach (var frame in new StackTrace(e, fNeedFileInfo: true).GetFrames())
            if (IsUsers(frame) && frame.GetFileName() is { } file && Find(file, options.Project) is { } path)
                return Place(path, frame.GetFileLineNumber(), frame.GetFileColumnNumber());
        return e.InnerException is { } inner ? Frame(inner, options) : null;
    }

    static bool InUserCode(Exception e) => new StackTrace(e).GetFrames().Any(IsUsers);

    static bool IsUsers(StackFrame frame)
    {
        // Code made at run time has no type; it is never the user's.
        if (frame.GetMethod()?.DeclaringType?.Assembly is not { } assembly) return false;
        return !UserCode.IsOurs(assembly) && Path.GetDirectoryName(assembly.Location) != s_framework;
    }

    /// <summary>The file, where it is on this machine. A deterministic build names files by a root that is nowhere.</summary>
    static string? Find(string file, string project)
    {
        if (File.Exists(file)) return file;
        var parts = file.Split('/', '\\');
        for (var directory = new DirectoryInfo(project); directory is not null; directory = directory.Parent)
            for (int skip = 1; skip < parts.Length; skip++)
            {
                string path = Path.Combine([directory.FullName, .. parts[skip..]]);
                if (File.Exists(path)) return path;
            }
        return null;
    }

    static string Place(string file, int line, int column) => string.Create(CultureInfo.InvariantCulture, $"{file}({line},{column})");

    static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
