using System.Diagnostics;

namespace Tiny.Runtime;

/// <summary>
/// Threads that share the iterations of a loop. The caller works too, and parts are claimed by a counter, so a thread that comes late or not at all
/// takes none. Threads that wait look for work for some microseconds, giving way to others, and sleep then: spinning for longer would take cores from other processes.
/// </summary>
static class CpuThreads
{
    // Kernels hold their stages on the stack.
    const int StackBytes = 1 << 20;
    static readonly TimeSpan s_alert = TimeSpan.FromMicroseconds(40);

    static readonly Lock s_busy = new();
    static readonly SemaphoreSlim s_wake = new(0);
    static volatile Job? s_job;
    static int s_started;

    /// <summary>Threads that work at once, the caller's among them.</summary>
    public static int Count { get; set; } = FromEnvironment();

    /// <summary>How often threads have shared a loop.</summary>
    internal static int Runs { get; private set; }

    /// <summary>Runs all parts, each once, on this thread and others; false, having done nothing, where another caller has the others.</summary>
    public static bool TryRun(int parts, Action<int> part)
    {
        if (!s_busy.TryEnter()) return false;
        try
        {
            int helpers = Math.Min(Count, parts) - 1;
            // Without the caller's context, which they would keep for ever.
            for (; s_started < helpers; s_started++)
                new Thread(Help, StackBytes) { IsBackground = true, Name = $"tiny cpu {s_started + 1}" }.UnsafeStart();
            Runs++;
            var job = new Job(parts, part);
            s_job = job;
            if (helpers > 0) s_wake.Release(helpers);
            job.Work();
            job.Wait();
            s_job = null;
            return true;
        }
        finally
        {
            s_busy.Exit();
        }
    }

    static void Help()
    {
        while (true)
        {
            long since = Stopwatch.GetTimestamp();
            while (s_wake.CurrentCount == 0 && Stopwatch.GetElapsedTime(since) < s_alert)
            {
                Thread.SpinWait(20);
                Thread.Yield();
            }
            s_wake.Wait();
            // Work that others have finished meanwhile is gone.
            s_job?.Work();
        }
    }

    static int FromEnvironment() =>
        int.TryParse(Environment.GetEnvironmentVariable("TINY_THREADS"), out int threads) && threads > 0 ? threads : Environment.ProcessorCount;

    sealed class Job(int parts, Action<int> part)
    {
        int _next, _done;

        public void Work()
        {
            for (int i; (i = Interlocked.Increment(ref _next) - 1) < parts;)
            {
                part(i);
                if (Interlocked.Increment(ref _done) == parts)
                    lock (this) Monitor.PulseAll(this);
            }
        }

        /// <summary>Returns once all parts are done.</summary>
        public void Wait()
        {
            var spin = new SpinWait();
            while (Volatile.Read(ref _done) < parts && !spin.NextSpinWillYield) spin.SpinOnce();
            lock (this)
                while (_done < parts) Monitor.Wait(this);
        }
    }
}
