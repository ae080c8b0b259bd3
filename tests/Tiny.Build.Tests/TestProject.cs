using System.Security.Cryptography;
using Tiny.Formats;

namespace Tiny.Build.Tests;

/// <summary>A project outside the repository, made from the files in App.</summary>
sealed class TestProject
{
    readonly string _starts;
    readonly Dictionary<string, string> _variables;

    public TestProject(string name)
    {
        Directory = Path.Combine(Feed.Root, name);
        System.IO.Directory.CreateDirectory(Directory);
        _starts = Path.Combine(Feed.Root, name + ".starts");
        _variables = new() { ["TINY_TEST_STARTS"] = _starts };
        Restore();
    }

    public string Directory { get; }
    /// <summary>Where the assembly is.</summary>
    public string Output { get; set; } = "bin/Release/net10.0";
    /// <summary>Where the exports are.</summary>
    public string Exports => In(Path.Combine(Output, "tiny"));
    /// <summary>How many times an export host has made a model so far.</summary>
    public int Starts => File.Exists(_starts) ? (int)new FileInfo(_starts).Length : 0;

    public string In(string path) => Path.Combine(Directory, path);

    /// <summary>Sets every source file back to its first state, leaving alone those that have it.</summary>
    public void Restore()
    {
        foreach (var file in System.IO.Directory.GetFiles(Feed.App))
        {
            string path = In(Path.GetFileName(file)), text = File.ReadAllText(file);
            if (!File.Exists(path) || File.ReadAllText(path) != text) File.WriteAllText(path, text);
        }
        if (!File.Exists(In("weights.safetensors")))
            Safetensors.Write(In("weights.safetensors"), [KeyValuePair.Create("weight", Tensor.From([1f, 0, 0, 1, 1, 1], 3, 2))]);
    }

    /// <summary>Replaces text of a source file.</summary>
    public void Edit(string file, string old, string with)
    {
        string text = File.ReadAllText(In(file));
        Assert.That(text, Does.Contain(old));
        File.WriteAllText(In(file), text.Replace(old, with, StringComparison.Ordinal));
    }

    public Result Build(params string[] more) => Run(["build", "-c", "Release", .. more]);

    public Result Run(string[] arguments, params (string Name, string Value)[] variables) => DotNet.Run(Directory, Variables(variables), arguments);

    public Dictionary<string, string> Variables(params (string Name, string Value)[] more)
    {
        var all = new Dictionary<string, string>(_variables);
        foreach (var (name, value) in more) all[name] = value;
        return all;
    }

    /// <summary>Every exported file, by its path under <see cref="Exports"/>, with its content's hash.</summary>
    public SortedDictionary<string, string> Exported() => Files(Exports, static f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))));

    /// <summary>Every file of a folder with its time of writing.</summary>
    public SortedDictionary<string, string> Times(string directory) =>
        Files(In(directory), static f => File.GetLastWriteTimeUtc(f).ToString("O", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Line and column of the first text in a file, from 1.</summary>
    public string Place(string file, string text)
    {
        var lines = File.ReadAllLines(In(file));
        int line = Array.FindIndex(lines, l => l.Contains(text, StringComparison.Ordinal));
        return $"{In(file)}({line + 1},{lines[line].IndexOf(text, StringComparison.Ordinal) + 1})";
    }

    static SortedDictionary<string, string> Files(string directory, Func<string, string> value)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (System.IO.Directory.Exists(directory))
            foreach (var file in System.IO.Directory.GetFiles(directory, "*", SearchOption.AllDirectories))
                files[Path.GetRelativePath(directory, file).Replace('\\', '/')] = value(file);
        return files;
    }
}
