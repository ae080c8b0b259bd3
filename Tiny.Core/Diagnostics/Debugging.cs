using System.Globalization;

namespace Tiny.Diagnostics;

/// <summary>
/// What the environment asks the compiler to show or check. <c>DEBUG=N</c> writes to standard error, each level with all below it:
/// 1 launches with time, GB/s and GFLOP/s; 2 schedules (kernels, buffers, memory); 3 the optimiser's choices; 4 generated code as C; 5 linear code;
/// 6 kernel bodies after each pass; 7 time and nodes of each pass. <c>SPEC=1</c> checks after each pass that the graph is legal there.
/// <c>NOOPT=1</c> leaves kernels as plain loops.
/// </summary>
public static class Debugging
{
    /// <summary>The level of DEBUG; 0 shows nothing.</summary>
    public static int Level { get; set; } = Number("DEBUG");
    /// <summary>Check graphs between passes.</summary>
    public static bool Spec { get; set; } = Number("SPEC") > 0;
    /// <summary>Choose no optimisations.</summary>
    public static bool NoOpt { get; set; } = Number("NOOPT") > 0;
    /// <summary>Where it is written.</summary>
    public static TextWriter Out { get; set; } = Console.Error;

    /// <summary>Writes text if DEBUG is at least the level.</summary>
    public static void Write(int level, Func<string> text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Level >= level) Out.WriteLine(text());
    }

    // Other programs have a DEBUG of their own, which need not be a number.
    static int Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0;
}
