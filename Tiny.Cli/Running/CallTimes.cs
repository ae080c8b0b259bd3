using System.Diagnostics;
using System.Globalization;

namespace Tiny.Cli.Running;

/// <summary>How long calls take, one after another, after some that are not counted: inputs lie on the device, and results stay there.</summary>
sealed class CallTimes(int calls)
{
    static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(300);

    readonly List<double> _milliseconds = [];

    /// <summary>Runs the call as often as was said, and before that for some tenths of a second.</summary>
    public void Measure(Action call, CancellationToken cancellation)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < s_warmUp;)
        {
            cancellation.ThrowIfCancellationRequested();
            call();
        }
        for (int i = 0; i < calls; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            call();
            _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        _milliseconds.Sort();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"median {_milliseconds[_milliseconds.Count / 2]:0.0000} ms, fastest {_milliseconds[0]:0.0000}, slowest {_milliseconds[^1]:0.0000}; {_milliseconds.Count} call{(_milliseconds.Count == 1 ? "" : "s")}");
}
