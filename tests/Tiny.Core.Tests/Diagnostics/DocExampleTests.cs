using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using NUnit.Framework;

namespace Tiny.Tests.Diagnostics;

/// <summary>
/// The examples of docs/tensor.md and of doc comments, compiled and run. A comment after a statement that begins with a number or a bracket is the value of its expression
/// or variable, after "shape" its extents, after "name is" the value of that; other comments are only words.
/// </summary>
public sealed class DocExampleTests
{
    // What examples may speak of without making it.
    static readonly (string Name, string Code)[] s_known =
    [
        ("x", "var x = Tensor.From([1f, 2f, 3f, 4f, 5f, 6f], 2, 3);"), ("image", "var image = Tensor.Ones(1, 3, 8, 8);"),
        ("queries", "var queries = Tensor.Ones(2, 2, 3, 4);"), ("keys", "var keys = Tensor.Ones(2, 2, 5, 4);"),
    ];

    static IEnumerable<TestCaseData> Examples()
    {
        var page = File.ReadAllText(Path.Combine(Repository(), "docs", "tensor.md")).ReplaceLineEndings("\n");
        foreach (Match block in Regex.Matches(page, @"```csharp\n(?<code>.*?)```", RegexOptions.Singleline))
            // Captured methods need the generator: DocPageTests beside it.
            if (!block.Groups["code"].Value.Contains("[TinyJit]", StringComparison.Ordinal))
                yield return Case($"tensor.md, line {page[..block.Index].Count(c => c == '\n') + 1}", block.Groups["code"].Value);
        var comments = XDocument.Load(Path.ChangeExtension(typeof(Tensor).Assembly.Location, ".xml"));
        foreach (var member in comments.Descendants("member"))
            foreach (var code in member.Descendants("example").Elements("code"))
                yield return Case(member.Attribute("name")!.Value.Split('(')[0], code.Value);

        static TestCaseData Case(string name, string code) => new TestCaseData(code).SetArgDisplayNames(name);
    }

    /// <summary>Operators of which a sentence alone does not say the shapes.</summary>
    [Test]
    public void OperatorsOfWhichShapesAreHardToSayHaveOne()
    {
        var comments = XDocument.Load(Path.ChangeExtension(typeof(Tensor).Assembly.Location, ".xml"));
        var with = comments.Descendants("member").Where(m => m.Element("example") is not null).Select(m => m.Attribute("name")!.Value.Split('(')[0]).ToHashSet();
        string[] hard = ["Conv2d", "ConvTranspose2d", "MaxPool2d", "Einsum", "Gather", "Take", "OneHot", "Scatter", "ScatterReduce", "Unfold", "Unflatten", "Sort", "TopK", "Interpolate", "ScaledDotProductAttention", "Kernel"];
        Assert.That(hard.Where(name => !with.Contains($"M:Tiny.Tensor.{name}")), Is.Empty);
    }

    [TestCaseSource(nameof(Examples))]
    public void IsTrue(string code)
    {
        var folder = Directory.CreateTempSubdirectory("tiny-example-");
        string before = Directory.GetCurrentDirectory();
        try
        {
            // Examples write files where they are run.
            Directory.SetCurrentDirectory(folder.FullName);
            Compiled(Program(code)).GetType("Example")!.GetMethod("Run")!.CreateDelegate<Action<Action<object?, string>>>()(Check);
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
            folder.Delete(recursive: true);
            Tensor.ManualSeed(0);
        }
    }

    static string Program(string code)
    {
        var lines = code.Split('\n').Select(line => line.TrimEnd()).ToList();
        // An expression alone is a statement here.
        for (int i = 0, depth = 0; i < lines.Count; i++)
        {
            var (text, comment) = Parts(lines[i]);
            depth += text.Count(c => c is '(' or '{' or '[') - text.Count(c => c is ')' or '}' or ']');
            if (depth == 0 && text.Length > 0 && text[^1] is not (';' or '}' or '{')) lines[i] = $"{text}; {comment}";
        }
        var root = CSharpSyntaxTree.ParseText(string.Join('\n', lines), CSharpParseOptions.Default.WithKind(SourceCodeKind.Script)).GetCompilationUnitRoot();
        var body = new StringBuilder();
        var declared = root.DescendantNodes().OfType<VariableDeclaratorSyntax>().Select(v => v.Identifier.Text).ToHashSet();
        foreach (var (name, known) in s_known)
            if (!declared.Contains(name) && Regex.IsMatch(code, $@"\b{name}\b")) body.AppendLine(known);
        foreach (var member in root.Members)
        {
            var statement = member.ToString();
            string comment = member.GetTrailingTrivia().Where(t => t.IsKind(SyntaxKind.SingleLineCommentTrivia)).Select(t => t.ToString()[2..].Trim()).FirstOrDefault("");
            var (subject, value) = member switch
            {
                _ when Regex.Match(comment, @"^(?<what>[\w.]+) is (?<value>[\[\d-].*)") is { Success: true } said => (said.Groups["what"].Value, said.Groups["value"].Value),
                FieldDeclarationSyntax field => (field.Declaration.Variables[0].Identifier.Text, comment),
                GlobalStatementSyntax { Statement: ExpressionStatementSyntax { Expression: not AssignmentExpressionSyntax } e } => (e.Expression.ToString(), comment),
                _ => ("", ""),
            };
            bool alone = member is GlobalStatementSyntax { Statement: ExpressionStatementSyntax { Expression: not (AssignmentExpressionSyntax or InvocationExpressionSyntax) } };
            if (!alone) body.AppendLine(statement);
            if (Regex.IsMatch(value, @"^(shape \[|\[|-?\d+(\.\d+)?(e-?\d+)?(?![\w.]))"))
                body.AppendLine(CultureInfo.InvariantCulture, $"check({subject}, {SymbolDisplay.FormatLiteral(value, quote: true)});");
            else if (alone) body.AppendLine(CultureInfo.InvariantCulture, $"_ = {subject};");
        }
        return $$"""
            using System; using System.Linq; using Tiny; using Tiny.Nn; using Tiny.Formats;
            public static class Example
            {
                public static void Run(Action<object, string> check)
                {
            {{body}}
                }
            }
            """;
    }

    static (string Code, string Comment) Parts(string line) => line.IndexOf("//", StringComparison.Ordinal) is var at and >= 0 ? (line[..at].TrimEnd(), line[at..]) : (line, "");

    static Assembly Compiled(string program)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p) is var n && (n.StartsWith("System.", StringComparison.Ordinal) || n is "Tiny.Core.dll" or "netstandard.dll")).Select(p => MetadataReference.CreateFromFile(p));
        using var image = new MemoryStream();
        var result = CSharpCompilation.Create($"Example{Guid.NewGuid():N}", [CSharpSyntaxTree.ParseText(program)], references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)).Emit(image);
        Assert.That(result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error), Is.Empty, program);
        return Assembly.Load(image.ToArray());
    }

    static void Check(object? actual, string stated)
    {
        if (stated.StartsWith("shape ", StringComparison.Ordinal))
        {
            Assert.That(((Tensor)actual!).Shape.ToString(), Is.EqualTo(Bracket(stated[6..])), stated);
            return;
        }
        var value = stated[0] == '[' ? Bracket(stated) : Regex.Match(stated, @"^-?[\d.]+(e-?\d+)?").Value;
        double[] expected = [.. Regex.Matches(value, @"-?\d[\d.]*(e-?\d+)?").Select(m => double.Parse(m.Value.TrimEnd('.'), CultureInfo.InvariantCulture))];
        double[] given = actual switch
        {
            Tensor t => t.Cast(DType.Float64).ToArray<double>(),
            Array a => [.. a.Cast<object>().Select(o => Convert.ToDouble(o, CultureInfo.InvariantCulture))],
            _ => [Convert.ToDouble(actual, CultureInfo.InvariantCulture)],
        };
        Assert.That(given, Is.EqualTo(expected).Within(1e-5), stated);
        // Rows stand in brackets of their own.
        if (actual is Tensor { Rank: > 0 } shaped) Assert.That(value.TakeWhile(c => c == '[').Count(), Is.EqualTo(value[0] == '[' ? shaped.Rank : 0), $"{stated} is no {shaped.Shape}");
    }

    // Up to the bracket that closes the first.
    static string Bracket(string text)
    {
        int depth = 0, end = 0;
        do depth += text[end] == '[' ? 1 : text[end] == ']' ? -1 : 0;
        while (++end < text.Length && depth > 0);
        return text[..end];
    }

    static string Repository([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
