using System.Diagnostics;
using Tiny.Jit;
using Tiny.Runtime;

namespace Tiny.Cli.Verify;

/// <summary>
/// Compiled C: many cases are the entry points of one program, which is exported, compiled and run once. A batch that does not compile is halved until the case is
/// found; one that ends early goes on behind the case that ended it.
/// </summary>
sealed class CVerifyTarget : IVerifyTarget
{
    const int BatchSize = 48;
    static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    public string Name => "c";

    public void Open() => CCompiler.Find();

    public IEnumerable<CaseResult> Run(IReadOnlyList<ConformanceCase> cases, CancellationToken cancellation = default)
    {
        foreach (var chunk in cases.Chunk(BatchSize))
        {
            var watch = Stopwatch.StartNew();
            var made = new List<Made>();
            foreach (var test in chunk)
            {
                cancellation.ThrowIfCancellationRequested();
                var (status, reason) = CaseResult.Judge(() =>
                {
                    var model = test.Model();
                    made.Add(new(test, [.. test.DataSets(model).Select((data, k) => CapturedCase.Of(test, data, model, $"case{made.Count}_{k}"))]));
                    return null;
                });
                if (status != CaseStatus.Pass) yield return new(test, Name, status, reason);
            }
            var share = TimeSpan.Zero;
            foreach (var result in Batch(made, cancellation))
            {
                share = share == TimeSpan.Zero ? watch.Elapsed / Math.Max(1, made.Count) : share;
                yield return result with { Time = share };
            }
        }
    }

    sealed record Made(ConformanceCase Case, IReadOnlyList<CapturedCase> Calls);

    List<CaseResult> Batch(IReadOnlyList<Made> cases, CancellationToken cancellation)
    {
        if (cases.Count == 0) return [];
        try
        {
            return Finish(cases, CProgram.Run([.. cases.SelectMany(c => c.Calls)], s_limit, cancellation), cancellation);
        }
        catch (Exception e) when (cases.Count > 1 && e is not (OutOfMemoryException or OperationCanceledException))
        {
            int half = cases.Count / 2;
            return [.. Batch([.. cases.Take(half)], cancellation), .. Batch([.. cases.Skip(half)], cancellation)];
        }
        catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
        {
            var (status, reason) = CaseResult.Judge(() => throw e);
            return [new(cases[0].Case, Name, status, reason)];
        }
    }

    List<CaseResult> Finish(IReadOnlyList<Made> cases, CRun run, CancellationToken cancellation)
    {
        var results = new List<CaseResult>();
        int at = 0;
        for (int i = 0; i < cases.Count; i++)
        {
            var calls = cases[i].Calls;
            if (at + calls.Count > run.Results.Count)
            {
                results.Add(new(cases[i].Case, Name, CaseStatus.Fail, run.Problem ?? "the program ends early"));
                results.AddRange(Batch([.. cases.Skip(i + 1)], cancellation));
                break;
            }
            int from = at;
            at += calls.Count;
            var (status, reason) = CaseResult.Judge(() => calls.Select((call, k) => call.Difference(run.Results[from + k])).FirstOrDefault(d => d is not null)
                // It ended badly behind the last call.
                ?? (at == run.Results.Count && i == cases.Count - 1 ? run.Problem : null));
            results.Add(new(cases[i].Case, Name, status, reason) { OnHost = [.. calls.SelectMany(c => c.OnHost)], Read = [.. calls.SelectMany(c => c.Read)] });
        }
        return results;
    }
}
