using System.Globalization;

namespace Tiny.Bench;

/// <summary>Prints rows as they are measured.</summary>
static class Table
{
    public static void Print(IEnumerable<Measure> measures)
    {
        Line("measure", "median ms", "min ms", "goal ms", "");
        foreach (var m in measures)
        {
            string goal = m.Goal is { } g ? Text(g) : "";
            if (m.Run(out string? whyNot) is not { } times)
            {
                Line(m.Name, "-", "-", goal, whyNot!);
                continue;
            }
            double[] sorted = [.. times.Order()];
            double median = sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
            Line(m.Name, Text(median), Text(sorted[0]), goal, Remark(m, median));
        }
    }

    static string Remark(Measure m, double median)
    {
        string met = m.Goal is null ? "" : median < m.Goal ? "met" : "missed";
        return m.Operations == 0 ? met : string.Create(CultureInfo.InvariantCulture, $"{m.Operations / 1e9:0.000} GFLOP, {m.Operations / median / 1e6:0.0} GFLOP/s  {met}");
    }

    static void Line(string name, string median, string min, string goal, string remark) =>
        Console.WriteLine($"{name,-44} {median,12} {min,12} {goal,12}  {remark}".TrimEnd());

    static string Text(double ms) => ms.ToString(ms < 10 ? "0.0000" : "0.0", CultureInfo.InvariantCulture);
}
