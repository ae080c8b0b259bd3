namespace Tiny.Cli.Measuring;

/// <summary>
/// Times things that do the same, in turns, so that what disturbs the machine disturbs all of them; each time is the least of many. Then the first and the fastest
/// run again from the beginning, for the fastest of many is partly the luckiest: what counts is the worse of both, beside the first.
/// </summary>
/// <param name="Together">Seconds that the runs of a pass take together.</param>
/// <param name="Shortest">Seconds of a run: what is shorter is repeated.</param>
sealed record Race(double Together, double Shortest)
{
    const int FewestTurns = 5, MostTurns = 60, MostRepeated = 256, Finalists = 3;

    /// <summary>The times.</summary>
    /// <param name="first">What each took when it ran for the first time; null for what is left out.</param>
    /// <param name="run">Runs one some times, and gives what a run takes.</param>
    public double?[] Run(IReadOnlyList<double?> first, Func<int, int, double> run)
    {
        var times = new double?[first.Count];
        Pass([.. Enumerable.Range(0, times.Length).Where(i => first[i] is not null)], i => first[i]!.Value);
        int[] finalists = [.. Enumerable.Range(1, Math.Max(0, times.Length - 1)).Where(i => times[i] is not null).OrderBy(i => times[i]).Take(Finalists)];
        if (times.Length == 0 || times[0] is null || finalists.Length == 0) return times;
        double[] before = [.. times.Select(t => t ?? 0)];
        Pass([0, .. finalists], i => before[i]);
        foreach (int i in finalists) times[i] = Math.Max(times[i]!.Value, before[i] / before[0] * times[0]!.Value);
        return times;

        void Pass(int[] some, Func<int, double> about)
        {
            double all = some.Sum(about), shortest = some.Length == 0 ? 0 : some.Min(about);
            int repeated = (int)Math.Clamp(Shortest / Math.Max(shortest, 1e-9), 1, MostRepeated), turns = (int)Math.Clamp(Together / Math.Max(all * repeated, 1e-9), FewestTurns, MostTurns);
            foreach (int i in some) times[i] = double.PositiveInfinity;
            for (int turn = 0; turn < turns; turn++)
                foreach (int i in some) times[i] = Math.Min(times[i]!.Value, run(i, repeated));
        }
    }
}
