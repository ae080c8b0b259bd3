using System.ComponentModel;
using System.Diagnostics;

namespace Tiny.Cli.Verify;

/// <summary>A C program that the compiler refuses, or that does not end well.</summary>
sealed class CProgramException(string message) : TinyException("TINY2011", message);

/// <summary>The machine's C compiler, and programs made by it: what CC names, with arguments if it has any, else <c>cc</c>.</summary>
static class CCompiler
{
    static string[] Command => Environment.GetEnvironmentVariable("CC") is { } cc && !string.IsNullOrWhiteSpace(cc) ? File.Exists(cc) ? [cc] : cc.Split(' ', StringSplitOptions.RemoveEmptyEntries) : ["cc"];

    /// <summary>Sees that there is one.</summary>
    /// <exception cref="TargetException">There is none.</exception>
    public static void Find() => Start(Environment.CurrentDirectory, ["--version"], TimeSpan.FromMinutes(1), default);

    /// <summary>Compiles files to a program.</summary>
    /// <exception cref="CProgramException">It refuses them.</exception>
    public static void Compile(string folder, string program, IEnumerable<string> files, TimeSpan limit, CancellationToken cancellation) =>
        Compile(folder, ["-O1", "-o", program, .. files], limit, cancellation);

    /// <summary>Compiles files to a library to be loaded, as fast as programs are.</summary>
    /// <exception cref="CProgramException">It refuses them.</exception>
    public static void CompileLibrary(string folder, string library, IEnumerable<string> files, TimeSpan limit, CancellationToken cancellation) =>
        Compile(folder, ["-O2", "-shared", "-fPIC", "-o", library, .. files], limit, cancellation);

    static void Compile(string folder, string[] arguments, TimeSpan limit, CancellationToken cancellation)
    {
        var (code, _, errors) = Start(folder, ["-std=c99", "-w", .. arguments, "-lm"], limit, cancellation);
        if (code == 0) return;
        string[] lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        throw new CProgramException($"c: {Command[0]} {(code is null ? $"takes more than {limit.TotalSeconds:0} seconds" : $"ends with code {code}")}: {lines.FirstOrDefault(l => l.Contains("error", StringComparison.Ordinal)) ?? lines.FirstOrDefault() ?? "it says nothing"}");
    }

    static (int? Code, string Output, string Errors) Start(string folder, string[] arguments, TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            return Run(folder, Command[0], [.. Command[1..], .. arguments], limit, cancellation);
        }
        catch (Win32Exception)
        {
            throw new TargetException($"c: the compiler '{Command[0]}' cannot be started: install a C compiler, or name one by CC");
        }
    }

    /// <summary>Runs a program to its end, or until the time is over: then the code is null.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the program is ended.</exception>
    public static (int? Code, string Output, string Errors) Run(string folder, string file, IEnumerable<string> arguments, TimeSpan limit, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true })!;
        using var over = new CancellationTokenSource(limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        using var stop = either.Token.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return (over.IsCancellationRequested ? null : process.ExitCode, output.Result, errors);
    }
}
