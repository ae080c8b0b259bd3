namespace Tiny.Cli.Verify.Browser;

/// <summary>A browser at work: started for the first piece, and again after one that it did not finish.</summary>
sealed class BrowserSession : IDisposable
{
    static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(200);

    readonly string _browser = Chromium.Find();
    readonly BrowserServer _server = new();
    readonly CancellationTokenSource _stop = new();
    readonly Thread _thread;
    Chromium? _chromium;
    int _number;

    /// <summary>Begins to serve the page.</summary>
    /// <exception cref="TargetException">There is no browser.</exception>
    public BrowserSession()
    {
        _thread = new Thread(() => _server.Run(_stop.Token)) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The longest that a piece of work may take.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Runs calls of the bundle in a folder: all results of each, one behind the other.</summary>
    /// <exception cref="InvalidOperationException">The page had an error, or the browser ended.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public byte[][] Run(string folder, IReadOnlyList<(string Entry, byte[] Inputs)> calls, CancellationToken cancellation)
    {
        var work = new BrowserWork(_number++, folder, calls);
        _server.Offer(work);
        try
        {
            _chromium ??= new Chromium(_browser, _server.Page);
            for (var left = Limit; Task.WaitAny([work.Done], s_glance) < 0; left -= s_glance)
            {
                cancellation.ThrowIfCancellationRequested();
                if (_chromium.HasExited) throw new InvalidOperationException($"{_browser} has ended");
                if (left <= TimeSpan.Zero) throw new TimeoutException($"the page gives no answer in {Limit.TotalSeconds:0} seconds");
            }
        }
        catch
        {
            // A page that hangs is of no use to what comes next.
            _chromium?.Dispose();
            _chromium = null;
            throw;
        }
        finally
        {
            _server.Offer(null);
        }
        work.Done.GetAwaiter().GetResult();
        return work.Results;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chromium?.Dispose();
        _stop.Cancel();
        _thread.Join();
        _server.Dispose();
        _stop.Dispose();
    }
}
