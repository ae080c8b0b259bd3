using NUnit.Framework;

namespace Tiny.Core.Tests.Render;

/// <summary>Rendered text against a file beside the tests; TINY_UPDATE_GOLDEN=1 writes the files anew.</summary>
static class Golden
{
    public static void Check(string file, string text)
    {
        var path = Path.Combine(Folder(), file);
        if (Environment.GetEnvironmentVariable("TINY_UPDATE_GOLDEN") == "1") File.WriteAllText(path, text);
        Assert.That(File.Exists(path), $"{path} is missing");
        Assert.That(text, Is.EqualTo(File.ReadAllText(path).ReplaceLineEndings("\n")));
    }

    static string Folder()
    {
        for (var d = new DirectoryInfo(TestContext.CurrentContext.TestDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "Tiny.slnx")))
                return Path.Combine(d.FullName, "tests", "Tiny.Core.Tests", "Render", "golden");
        throw new DirectoryNotFoundException("no Tiny.slnx above the test assembly");
    }
}
