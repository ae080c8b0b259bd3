namespace TrainDigitsSample;

/// <summary>A line that is written over while something goes on. Where nobody watches (a file, a pipe), only what stays is written.</summary>
public sealed class Progress
{
    readonly bool _overwrites = !Console.IsOutputRedirected;
    int _shown;

    /// <summary>What goes on now.</summary>
    public void Show(string line)
    {
        if (!_overwrites) return;
        Console.Write('\r' + line.PadRight(_shown));
        _shown = line.Length;
    }

    /// <summary>The line that stays.</summary>
    public void Finish(string line)
    {
        Console.WriteLine((_overwrites ? "\r" : "") + line.PadRight(_shown));
        _shown = 0;
    }
}
