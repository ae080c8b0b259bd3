using System.ComponentModel;
using System.Diagnostics;

namespace Tiny.Cli.Verify.Browser;

/// <summary>The machine's Chromium, or a browser made of it, without a window, at a page. Disposed, it ends, and what it wrote is gone.</summary>
sealed class Chromium : IDisposable
{
    static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];
    static readonly string[] s_places =
    [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe", @"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ];
    // Debian's runs WebGPU on SwiftShader where there is no graphics card; that adapter counts as unsafe.
    static readonly string[] s_flags =
    [
        "--headless=new", "--enable-unsafe-webgpu", "--disable-quic", "--no-first-run", "--no-default-browser-check", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-extensions", "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--mute-audio",
    ];
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("tiny-chromium-");
    readonly Process _process;

    /// <summary>Starts it.</summary>
    /// <exception cref="TargetException">It cannot be started.</exception>
    public Chromium(string path, string page)
    {
        var start = new ProcessStartInfo(path, s_flags) { RedirectStandardOutput = true, RedirectStandardError = true };
        // As root it refuses to run in a sandbox.
        if (Environment.UserName == "root") start.ArgumentList.Add("--no-sandbox");
        start.ArgumentList.Add($"--user-data-dir={_profile.FullName}");
        start.ArgumentList.Add(page);
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            _profile.Delete();
            throw new TargetException($"webgpu: '{path}' cannot be started ({e.Message})");
        }
        // What it says is of no interest, but it must have somewhere to say it.
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>It has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Where it is: what TINY_CHROMIUM names, else a browser on the PATH, or where they are usually installed.</summary>
    /// <exception cref="TargetException">There is none.</exception>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable("TINY_CHROMIUM") is { Length: > 0 } given)
            return File.Exists(given) ? given : throw new TargetException($"--browser: TINY_CHROMIUM is '{given}', and there is no such file");
        string ending = OperatingSystem.IsWindows() ? ".exe" : "";
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).SelectMany(folder => s_names.Select(name => Path.Combine(folder, name + ending)));
        return onPath.Concat(s_places).FirstOrDefault(File.Exists)
            ?? throw new TargetException("--browser: no Chromium was found. Install it (apt-get install chromium), or set TINY_CHROMIUM to the file of a browser made of it");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            _process.WaitForExit(s_patience);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended meanwhile.
        }
        _process.Dispose();
        // Its last processes may still write for a moment.
        for (int i = 0; i < 20 && _profile.Exists; i++, _profile.Refresh())
            try
            {
                _profile.Delete(recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Thread.Sleep(50);
            }
    }
}
