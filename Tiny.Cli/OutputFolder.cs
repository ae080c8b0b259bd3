namespace Tiny.Cli;

/// <summary>A folder to write to, made where it is missing. One that was made and is empty at the end is removed.</summary>
sealed class OutputFolder : IDisposable
{
    readonly string _path;
    readonly bool _made;

    /// <summary>Makes the folder.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public OutputFolder(string path)
    {
        (_path, _made) = (path, !Directory.Exists(path));
        Directory.CreateDirectory(path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_made && !Directory.EnumerateFileSystemEntries(_path).Any()) Directory.Delete(_path);
    }
}
