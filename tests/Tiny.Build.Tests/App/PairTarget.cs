using Tiny.Jit;

namespace App;

/// <summary>A target that writes two files which must agree, and can be slow between them.</summary>
public sealed class PairTarget : ExportTarget
{
    public override string Name => "pair";

    public override void Export(Tiny.Jit.Program program, ExportContext context)
    {
        string version = Environment.GetEnvironmentVariable("TINY_TEST_VERSION") ?? "0";
        File.WriteAllText(Path.Combine(context.Directory, "one.txt"), version);
        if (int.TryParse(Environment.GetEnvironmentVariable("TINY_TEST_PAUSE"), out int pause)) Thread.Sleep(pause);
        Directory.CreateDirectory(Path.Combine(context.Directory, "sub"));
        File.WriteAllText(Path.Combine(context.Directory, "sub", "two.txt"), version);
    }
}
