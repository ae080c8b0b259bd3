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
/// The search for all kernels of a program: all are measured first; then each step goes to the kernel that takes the most time, less the more steps it has had, until no
/// kernel is expected to gain or the time is over.
/// </summary>
sealed class ProgramSearch
{
    sealed record Entry(SearchJob Job, KernelSearch Search)
    {
        public int Steps;
    }

    readonly List<Entry> _entries = [];

    /// <summary>How many kernels are searched for.</summary>
    public int Kernels => _entries.Count;
    /// <summary>Candidates that were measured.</summary>
    public int Measured => _entries.Sum(e => e.Search.Measured);

    /// <summary>Searches.</summary>
    /// <param name="jobs">The kernels.</param>
    /// <param name="earlier">What an earlier search has found for one; null for nothing.</param>
    /// <param name="tell">Is told what is being done.</param>
    /// <param name="stop">True when the time is over; it may throw where all is to end at once.</param>
    public void Run(IReadOnlyList<SearchJob> jobs, Func<SearchJob, IReadOnlyList<OptOp>?> earlier, Action<string> tell, Func<bool> stop)
    {
        foreach (var job in jobs)
        {
            if (stop()) return;
            tell($"measuring {job.Kernel.Name} for {job.Profile.Name}");
            var entry = new Entry(job, new KernelSearch(job.Kernel, job.Profile, job.Measurer, earlier(job)));
            entry.Search.Begin();
            _entries.Add(entry);
        }
        while (!stop() && _entries.Where(e => !e.Search.IsDone).MaxBy(Promise) is { } next)
        {
            tell(FormattableString.Invariant($"{next.Job.Kernel.Name} for {next.Job.Profile.Name}: {next.Search.Before * 1e6:0.#} us, now {next.Search.After * 1e6:0.#} us; {Measured} candidates"));
            next.Steps++;
            next.Search.Step(stop);
        }

        static double Promise(Entry e) => e.Search.After * e.Job.Calls * e.Job.Weight / (1 + e.Steps);
    }

    /// <summary>What was found: choices that were measured once more, and won.</summary>
    /// <param name="machine">What they were measured on.</param>
    public IReadOnlyList<TunedKernel> Found(string machine)
    {
        var found = new List<TunedKernel>();
        foreach (var (job, search) in _entries)
        {
            search.Confirm();
            if (!search.Best.SequenceEqual(search.Heuristic))
                found.Add(new(job.Profile.Name, job.Kernel.Key, job.Kernel.Name, KernelKey.Describe(job.Kernel), search.Best, search.Heuristic, search.Before * 1e6, search.After * 1e6, machine));
        }
        return found;
    }

    /// <summary>Seconds that all launches took by the heuristic, and take now, on one kind of target.</summary>
    public (double Before, double After) Times(string profile)
    {
        var of = _entries.Where(e => e.Job.Profile.Name == profile).ToList();
        return (of.Sum(e => e.Search.Before * e.Job.Calls), of.Sum(e => e.Search.After * e.Job.Calls));
    }
}
