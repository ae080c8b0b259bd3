namespace Tiny.Cli;

/// <summary>A file that is written beside its place and put there when all of it is written: what was there before stays until then.</summary>
sealed class NewFile : IDisposable
{
    readonly string _path, _beside;

    /// <summary>Begins to write.</summary>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    public NewFile(string path)
    {
        (_path, _beside) = (path, path + ".tiny-new");
        Stream = File.Create(_beside);
    }

    /// <summary>What is written goes here.</summary>
    public FileStream Stream { get; }

    /// <summary>Puts it in place.</summary>
    public void Commit()
    {
        Stream.Dispose();
        File.Move(_beside, _path, overwrite: true);
    }

    /// <summary>Removes what was not put in place.</summary>
    public void Dispose()
    {
        Stream.Dispose();
        File.Delete(_beside);
    }
}
