using Tiny.Lower;

namespace Tiny.Optimize.Search;

/// <summary>A kernel to be searched for.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Profile">The kind of target.</param>
/// <param name="Calls">How often the program launches it.</param>
/// <param name="Weight">What its time counts beside that of others: less where the kind of target is a lesser one.</param>
/// <param name="Measurer">What runs it.</param>
sealed record SearchJob(Kernel Kernel, TargetProfile Profile, int Calls, double Weight, IMeasurer Measurer);

/// <summary>
/// The search for all kernels of a program: each step goes to the kernel that takes the most time, by the model until it has been measured, and less the more steps it has
/// had, until no kernel is expected to gain or the time is over.
/// </summary>
sealed class ProgramSearch
{
    sealed record Entry(SearchJob Job, KernelSearch Search)
    {
        public int Steps;
    }

    // Seconds of a cycle.
    const double Nominal = 0.3e-9;

    readonly List<Entry> _entries = [];

    /// <summary>How many kernels were searched for.</summary>
    public int Kernels => _entries.Count(e => e.Search.Before > 0);
    /// <summary>Candidates that were measured.</summary>
    public int Measured => _entries.Sum(e => e.Search.Measured);

    /// <summary>Searches.</summary>
    /// <param name="jobs">The kernels.</param>
    /// <param name="earlier">What an earlier search has found for one; null for nothing.</param>
    /// <param name="tell">Is told what is being done.</param>
    /// <param name="stop">True when the time is over; it throws where all is to end at once.</param>
    public void Run(IReadOnlyList<SearchJob> jobs, Func<SearchJob, IReadOnlyList<OptOp>?> earlier, Action<string> tell, Func<bool> stop)
    {
        foreach (var job in jobs)
        {
            stop();
            tell($"looking at {job.Kernel.Name} for {job.Profile.Name}");
            _entries.Add(new(job, new KernelSearch(job.Kernel, job.Profile, job.Measurer, earlier(job))));
        }
        // However short the time is, something is measured.
        bool Over() => stop() && Kernels > 0;
        while (!Over() && _entries.Where(e => !e.Search.IsDone).MaxBy(Promise) is { } next)
        {
            string times = next.Search.Before > 0 ? FormattableString.Invariant($": {next.Search.Before * 1e6:0.#} us, now {next.Search.After * 1e6:0.#} us") : "";
            tell($"{next.Job.Kernel.Name} for {next.Job.Profile.Name}{times}; {Measured} candidates");
            next.Steps++;
            next.Search.Step(Over);
        }
    }

    double Promise(Entry e) => Seconds(e) * e.Job.Calls * e.Job.Weight / (1 + e.Steps);

    // What was not measured takes as long for its price as what was.
    double Seconds(Entry e)
    {
        if (e.Search.Before > 0) return e.Search.After;
        var alike = _entries.Where(o => o.Job.Profile == e.Job.Profile && o.Search.Before > 0).ToList();
        return e.Search.ModelPrice * (alike.Count == 0 ? Nominal : alike.Sum(o => o.Search.After) / alike.Sum(o => o.Search.ModelPrice));
    }

    /// <summary>What was found.</summary>
    /// <param name="machine">What it was measured on.</param>
    public IReadOnlyList<TunedKernel> Found(string machine) => [.. _entries.Where(e => e.Search.IsBetter).Select(e => new TunedKernel(e.Job.Profile.Name, e.Job.Kernel.Key, e.Job.Kernel.Name,
        KernelKey.Describe(e.Job.Kernel), e.Search.Best, e.Search.Heuristic, e.Search.Before * 1e6, e.Search.After * 1e6, machine))];

    /// <summary>True for a kernel that was measured on a kind of target.</summary>
    public bool HasMeasured(string key, string profile) => _entries.Exists(e => e.Job.Kernel.Key == key && e.Job.Profile.Name == profile && e.Search.Before > 0);

    /// <summary>Seconds that all launches of kernels that were measured took by the heuristic, and take now, on one kind of target; how many of its kernels these are.</summary>
    public (double Before, double After, int Measured, int Kernels) Times(string profile)
    {
        var all = _entries.Where(e => e.Job.Profile.Name == profile).ToList();
        var of = all.Where(e => e.Search.Before > 0).ToList();
        return (of.Sum(e => e.Search.Before * e.Job.Calls), of.Sum(e => (e.Search.IsBetter ? e.Search.After : e.Search.Before) * e.Job.Calls), of.Count, all.Count);
    }
}
