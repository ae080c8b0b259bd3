using System.Diagnostics;
using Tiny.Jit;
using Tiny.Runtime;

namespace Tiny.Cli.Verify.Browser;

/// <summary>Chromium: each case is exported as a bundle, as by <c>tiny export</c>, loaded in a page and called there.</summary>
/// <param name="options">Float64, which WebGPU has not, may be computed as float32.</param>
sealed class BrowserTarget(VerifyOptions options) : IVerifyTarget
{
    static readonly WebGpuTarget s_target = new();

    public string Name => "webgpu (browser)";

    public void Open() => Chromium.Find();

    public IEnumerable<CaseResult> Run(IReadOnlyList<ConformanceCase> cases, CancellationToken cancellation)
    {
        using var session = new BrowserSession();
        foreach (var test in cases)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Run(test, session, cancellation);
        }
    }

    CaseResult Run(ConformanceCase test, BrowserSession session, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        IReadOnlyList<CapturedCase> calls = [];
        bool narrow = false;
        var folder = Directory.CreateTempSubdirectory("tiny-verify-");
        try
        {
            var (status, reason) = CaseResult.Judge(() =>
            {
                var model = test.Model();
                calls = [.. test.DataSets(model).Select((data, k) => CapturedCase.Of(test, data, model, $"call{k}"))];
                narrow = options.NarrowFloat64 && calls.Any(c => c.HasFloat64);
                var builder = new ProgramBuilder(s_target.Schedule);
                foreach (var call in calls) builder.Add(call.Name, call.Parameters, call.Capture);
                s_target.Export(builder.Build("case"), new ExportContext(folder.FullName, folder.FullName) { Float64 = narrow ? ScalarKind.Float32 : ScalarKind.Float64, Cancellation = cancellation });
                var results = session.Run(folder.FullName, [.. calls.Select(c => (c.Name, Inputs(c, narrow)))], cancellation);
                return calls.Select((call, k) => call.Difference(Results(call, results[k], narrow))).FirstOrDefault(d => d is not null);
            });
            return new(test, narrow ? $"{Name} (f64=f32)" : Name, status, reason)
            {
                OnHost = [.. calls.SelectMany(c => c.OnHost)], Read = [.. calls.SelectMany(c => c.Read)], Time = watch.Elapsed,
            };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static byte[] Inputs(CapturedCase call, bool narrow)
    {
        using var bytes = new MemoryStream();
        foreach (var input in call.Inputs)
        {
            var host = input.Storage!.ToHost();
            if (narrow && input.DType == DType.Float64) host = Narrowed.Rounded(host);
            bytes.Write(host.Span[..(input.Numel * (narrow && input.DType == DType.Float64 ? 4 : input.DType.Size))]);
            GC.KeepAlive(host);
        }
        return bytes.ToArray();
    }

    static List<HostMemory> Results(CapturedCase call, byte[] bytes, bool narrow)
    {
        var results = new List<HostMemory>();
        int at = 0;
        foreach (var (dtype, shape) in call.Results)
        {
            bool isNarrow = narrow && dtype == DType.Float64;
            int length = shape.Numel * (isNarrow ? 4 : dtype.Size);
            HostMemory memory = OwnedMemory.Of<byte>(bytes.AsSpan(at, length));
            results.Add(isNarrow ? Narrowed.Widened(memory) : memory);
            at += length;
        }
        return at == bytes.Length ? results : throw new InvalidOperationException($"the page gives {bytes.Length} bytes of results, {at} are expected");
    }
}
