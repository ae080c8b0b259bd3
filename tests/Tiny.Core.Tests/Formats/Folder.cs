namespace Tiny.Tests.Formats;

/// <summary>A temporary folder, removed with what is in it.</summary>
sealed class Folder : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tiny-");

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A mapped file cannot be deleted everywhere while it is in use.
        }
    }
}
