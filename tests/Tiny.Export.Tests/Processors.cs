using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Tiny.Export.C;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Which compiled programs this machine can run, and how: kernels for each kind of processor, and programs for another architecture.</summary>
static partial class Processors
{
    /// <summary>A compiler for 64-bit Arm, and options with which its programs need nothing of that system.</summary>
    public const string Arm = "aarch64-linux-gnu-gcc", ArmOptions = "-O1 -static";

    static readonly ConcurrentDictionary<string, string?> s_lacking = new();

    /// <summary>Skips the test if the options force kernels that this processor lacks the instructions of.</summary>
    public static void Need(string options)
    {
        if (Lacking(options) is { } lacking) Assert.Ignore($"this processor has no {lacking}");
    }

    /// <summary>What the kernels that the options force need and this processor lacks; null for nothing.</summary>
    public static string? Lacking(string options)
    {
        if (Level().Match(options) is not { Success: true } match || RuntimeInformation.ProcessArchitecture != Architecture.X64) return null;
        int level = int.Parse(match.ValueSpan, CultureInfo.InvariantCulture);
        var variant = CVariant.ByProcessor.LastOrDefault(v => v.Level <= level);
        return variant is null ? null : s_lacking.GetOrAdd(variant.Name, _ => variant.Features.FirstOrDefault(f => !Has(f)));
    }

    // Asked as exported programs ask.
    static bool Has(string feature)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["probe.c"], $"int main(void) {{ return __builtin_cpu_supports(\"{feature}\") ? 0 : 1; }}\n");
        var compiled = Tools.Run(folder.Path, Needs.Tool("gcc"), "-o probe probe.c");
        Assert.That(compiled.Code, Is.Zero, compiled.Errors);
        return Tools.Run(folder.Path, folder["probe"], "").Code == 0;
    }

    /// <summary>The emulator that runs a program; null for this machine's own, and for those that are found by their names.</summary>
    public static string? Emulator(string file)
    {
        const int machine = 18, arm64 = 183;
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture == Architecture.Arm64 || !File.Exists(file)) return null;
        Span<byte> header = stackalloc byte[machine + 2];
        using var elf = File.OpenRead(file);
        return elf.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && header.StartsWith("\u007fELF"u8)
            && BinaryPrimitives.ReadUInt16LittleEndian(header[machine..]) == arm64 ? "qemu-aarch64" : null;
    }

    [GeneratedRegex(@"(?<=_LEVEL=)\d")]
    private static partial Regex Level();
}
