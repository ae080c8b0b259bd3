using System.Diagnostics;
using System.Text;

namespace Tiny.Tests;

/// <summary>Asks the prover z3, of Debian's package of that name: SMT-LIB 2 on its standard input, a second for each question.</summary>
static class Z3
{
    /// <summary>
    /// Division and modulo rounded down. SMT's own round so that the remainder is not negative, which for a negative divisor is another number.
    /// </summary>
    const string Prelude = """
        (set-option :timeout 1000)
        (define-fun fdiv ((a Int) (b Int)) Int (ite (> b 0) (div a b) (div (- a) (- b))))
        (define-fun fmod ((a Int) (b Int)) Int (ite (> b 0) (mod a b) (- (mod (- a) (- b)))))

        """;

    static readonly Dictionary<string, string> s_answers = [];

    /// <summary>Answers (sat, unsat, unknown) to questions: declarations and assertions each. Equal ones are asked once.</summary>
    public static IReadOnlyList<string> Ask(IReadOnlyList<string> questions)
    {
        string[] open;
        lock (s_answers) open = [.. questions.Distinct().Where(q => !s_answers.ContainsKey(q))];
        if (open.Length > 0)
        {
            var answers = Run(open);
            lock (s_answers)
                for (int i = 0; i < open.Length; i++) s_answers[open[i]] = answers[i];
        }
        lock (s_answers) return [.. questions.Select(q => s_answers[q])];
    }

    static string[] Run(string[] questions)
    {
        using var process = Process.Start(new ProcessStartInfo(Needs.Tool("z3"), "-in")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var text = new StringBuilder(Prelude);
        foreach (string q in questions) text.Append("(push)\n").Append(q).Append("(check-sat)\n(pop)\n");
        process.StandardInput.Write(text.Append("(exit)\n"));
        process.StandardInput.Close();
        process.WaitForExit();
        string[] lines = output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.FirstOrDefault(l => l is not ("sat" or "unsat" or "unknown" or "timeout")) is { } other)
            throw new InvalidOperationException($"z3: {other}");
        return lines.Length == questions.Length ? lines
            : throw new InvalidOperationException($"z3 gave {lines.Length} answers to {questions.Length} questions");
    }

    /// <summary>A number as SMT writes it.</summary>
    public static string Number(long n) => n < 0 ? $"(- {-(Int128)n})" : $"{n}";
}
