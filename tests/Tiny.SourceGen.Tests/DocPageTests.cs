using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tiny.SourceGen.Tests;

/// <summary>The training step of docs/tensor.md, with the net that the page makes before it, compiled with the generator and run: it is captured, and learns. Blocks
/// without captured methods run in Tiny.Core.Tests.</summary>
public sealed class DocPageTests
{
    [Test]
    public void TheCapturedStepOfThePageLearns()
    {
        var step = Blocks().Single(b => b.Contains("[TinyJit]", StringComparison.Ordinal));
        var net = Blocks().Single(b => b.Contains("var net =", StringComparison.Ordinal));
        var fields = Members(net).Concat(Members(step)).OfType<FieldDeclarationSyntax>().SelectMany(f => f.Declaration.Variables).Where(v => v.Identifier.Text is "net" or "optimizer")
            .Select(v => (Name: v.Identifier, Made: (ObjectCreationExpressionSyntax)v.Initializer!.Value)).ToList();
        var method = Members(step).OfType<MethodDeclarationSyntax>().Single();
        var type = Compile.Load($$"""
            using Tiny.Nn;
            public class Page
            {
                {{string.Concat(fields.Select(f => $"readonly {f.Made.Type} {f.Name}; "))}}
                public Page() { {{string.Concat(fields.Select(f => $"{f.Name} = {f.Made}; "))}} }

                {{method}}
            }
            public static class Caller
            {
                public static float[] Run(int steps)
                {
                    Tensor.ManualSeed(1);
                    var page = new Page();
                    var images = Tensor.Rand(new Shape(64, 1, 28, 28), 5);
                    var labels = Tensor.RandInt(new Shape(64), 0, 10, 6);
                    return Enumerable.Range(0, steps).Select(_ => page.{{method.Identifier}}(images, labels).Item<float>()).ToArray();
                }
            }
            """).GetType("Caller")!;
        float[] losses = type.GetMethod("Run")!.CreateDelegate<Func<int, float[]>>()(8);
        Assert.That(losses, Has.All.GreaterThan(0));
        // As it begins, ten classes are as likely, nearly; the same batch again and again is learnt.
        Assert.That(losses[0], Is.EqualTo(Math.Log(10)).Within(1));
        Assert.That(losses[^1], Is.LessThan(losses[0]));
    }

    static IEnumerable<string> Blocks() => Regex.Matches(File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "docs", "tensor.md")).ReplaceLineEndings("\n"), @"```csharp\n(?<code>.*?)```", RegexOptions.Singleline).Select(m => m.Groups["code"].Value);

    static string Here([CallerFilePath] string path = "") => path;

    static SyntaxList<MemberDeclarationSyntax> Members(string code) => CSharpSyntaxTree.ParseText(code, CSharpParseOptions.Default.WithKind(SourceCodeKind.Script)).GetCompilationUnitRoot().Members;
}
