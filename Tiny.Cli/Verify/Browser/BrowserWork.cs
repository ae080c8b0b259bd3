namespace Tiny.Cli.Verify.Browser;

/// <summary>What a page is to do: calls of a bundle, each with all its inputs one behind the other.</summary>
/// <param name="Number">Which piece of work it is.</param>
/// <param name="Folder">Where the bundle lies.</param>
/// <param name="Calls">Entry points, and the bytes of their inputs.</param>
sealed record BrowserWork(int Number, string Folder, IReadOnlyList<(string Entry, byte[] Inputs)> Calls)
{
    readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>All results of each call, one behind the other.</summary>
    public byte[][] Results { get; } = new byte[Calls.Count][];

    /// <summary>Ends when the page is done with it; with an error if the page had one.</summary>
    public Task Done => _done.Task;

    /// <summary>The page is done; with an error if there was one.</summary>
    public void Finish(string? error)
    {
        if (error is null) _done.TrySetResult();
        else _done.TrySetException(new InvalidOperationException(error));
    }
}
