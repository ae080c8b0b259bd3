using System.Globalization;
using System.Text.Json;

namespace Tiny.Cli.Verify;

/// <summary>Says how cases ended: a line for each that did not pass, totals by target, and all of it as JSON.</summary>
sealed class VerifyReport(Action<string> print, bool verbose)
{
    readonly List<CaseResult> _results = [];

    /// <summary>Some case failed.</summary>
    public bool Failed => _results.Any(r => r.Status == CaseStatus.Fail);

    /// <summary>Takes a result, and prints it if it did not pass.</summary>
    public void Add(CaseResult result)
    {
        _results.Add(result);
        if (result.Status != CaseStatus.Pass) print($"{(result.Status == CaseStatus.Fail ? "FAIL" : "unsupported")} {result.Target} {result.Case.Name}: {result.Reason}");
        if (!verbose) return;
        foreach (var node in result.OnHost.Distinct()) print($"host {result.Target} {result.Case.Name}: {node}");
        foreach (var read in result.Read.Distinct()) print($"read {result.Target} {result.Case.Name}: {read}");
    }

    /// <summary>Prints for each target the operators that were evaluated on the host, and the totals; cases with float32 in place of float64 are counted apart.</summary>
    public void Totals()
    {
        foreach (var target in _results.GroupBy(r => r.Target)) Total(target.Key, [.. target]);
    }

    /// <summary>The operators of nodes that were evaluated on the host, and in how many cases.</summary>
    public static IReadOnlyList<(string Operator, int Cases)> OnHost(IEnumerable<CaseResult> results) =>
    [
        .. results.SelectMany(r => r.OnHost.Select(node => node.Split(' ')[0]).Distinct()).GroupBy(name => name).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, g.Count())),
    ];

    void Total(string target, List<CaseResult> all)
    {
        int Count(CaseStatus status) => all.Count(r => r.Status == status);
        if (OnHost(all) is { Count: > 0 } host) print($"host: {target}: {string.Join(", ", host.Select(h => $"{h.Operator} in {h.Cases}"))}");
        print(string.Create(CultureInfo.InvariantCulture, $"verify: {target}: {Count(CaseStatus.Pass)} of {all.Count} pass, {Count(CaseStatus.Fail)} fail, {Count(CaseStatus.Unsupported)} unsupported "
            + $"({all.Count(r => r.OnHost.Count > 0)} with nodes on the host, {all.Count(r => r.Read.Count > 0)} with numbers read, {all.Sum(r => r.Time.TotalSeconds):F1} s)"));
    }

    /// <summary>Writes all results.</summary>
    public void Write(Stream file)
    {
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartArray();
        foreach (var r in _results)
        {
            json.WriteStartObject();
            json.WriteString("case", r.Case.Name);
            json.WriteString("group", r.Case.Group);
            json.WriteString("target", r.Target);
            json.WriteString("status", r.Status.ToString().ToLowerInvariant());
            json.WriteString("reason", r.Reason);
            json.WriteNumber("seconds", Math.Round(r.Time.TotalSeconds, 3));
            Strings("host", r.OnHost);
            Strings("read", r.Read);
            json.WriteEndObject();
        }
        json.WriteEndArray();

        void Strings(string name, IEnumerable<string> values)
        {
            json.WriteStartArray(name);
            foreach (var value in values.Distinct()) json.WriteStringValue(value);
            json.WriteEndArray();
        }
    }
}
