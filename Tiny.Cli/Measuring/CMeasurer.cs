using System.Runtime.ExceptionServices;
using Tiny.Cli.Verify;
using Tiny.Optimize.Search;

namespace Tiny.Cli.Measuring;

/// <summary>Measures candidates of one kernel as C, all in one library, by processor time (<see cref="Race"/>).</summary>
sealed class CMeasurer(Func<KernelMemory> memory, CancellationToken cancellation) : IMeasurer
{
    static readonly Race s_race = new(0.15, 50e-6);
    // More than a core's own caches hold.
    const int CacheBytes = 4 << 20;
    const int MostCompilers = 4;

    KernelMemory? _memory;

    /// <inheritdoc/>
    public IReadOnlyList<double?> Measure(IReadOnlyList<Candidate> candidates)
    {
        _memory ??= memory();
        var libraries = new List<TuneLibrary>();
        try
        {
            var places = Compiled(candidates, libraries);
            return Times(libraries, places, _memory);
        }
        finally
        {
            foreach (var library in libraries) library.Dispose();
        }
    }

    // Each candidate's library and number in it; -1 for one that the compiler refuses. Compilers run side by side.
    (int Library, int Number)[] Compiled(IReadOnlyList<Candidate> candidates, List<TuneLibrary> libraries)
    {
        var places = new (int, int)[candidates.Count];
        int[][] parts = [.. Enumerable.Range(0, candidates.Count).GroupBy(i => i % Math.Min(Environment.ProcessorCount, MostCompilers)).Select(g => g.ToArray())];
        try
        {
            Parallel.ForEach(parts, Compile);
        }
        catch (AggregateException e)
        {
            // The first says what is wrong, or that it was cancelled.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        return places;

        void Compile(int[] part)
        {
            try
            {
                var library = new TuneLibrary([.. part.Select(i => candidates[i].Code)], cancellation);
                lock (libraries)
                {
                    for (int n = 0; n < part.Length; n++) places[part[n]] = (libraries.Count, n);
                    libraries.Add(library);
                }
            }
            // One that the compiler refuses takes none with it.
            catch (CProgramException)
            {
                if (part.Length == 1) places[part[0]] = (-1, 0);
                else foreach (int i in part) Compile([i]);
            }
        }
    }

    double?[] Times(List<TuneLibrary> libraries, (int Library, int Number)[] places, KernelMemory memory)
    {
        var first = new double?[places.Length];
        IReadOnlyList<byte[]>? expected = null;
        for (int i = 0; i < places.Length; i++)
        {
            if (places[i].Library < 0) continue;
            memory.Reset();
            double seconds = libraries[places[i].Library].Run(places[i].Number, memory, 1);
            var results = memory.Results();
            if (i == 0) expected = results;
            // Without the heuristic's there is nothing to compare with.
            if (expected is not null && memory.Agree(expected, results)) first[i] = seconds;
        }
        return s_race.Run(first, (i, times) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var library = libraries[places[i].Library];
            library.Cool(memory, CacheBytes);
            return library.Run(places[i].Number, memory, times);
        });
    }
}
