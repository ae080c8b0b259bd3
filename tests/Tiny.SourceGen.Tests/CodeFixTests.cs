using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using Tiny.SourceGen.CodeFixes;
using Tiny.SourceGen.Rules;

namespace Tiny.SourceGen.Tests;

/// <summary>Code fixes applied to everything that their rule reports; the result compiles, and the rule is content with it.</summary>
public class CodeFixTests
{
    const string Target = "public class T : ExportTarget { public override string Name => \"t\"; public override void Export(Tiny.Jit.Program p, ExportContext c) { } }\n";
    const string Model = "class M { [TinyJit] public Tensor F(Tensor x) => x; [TinyJit] public Tensor G(Tensor x, int n = 2) => x; }\n";

    [TestCase("_s = _s + x;", "_s.Assign(_s + x);")]
    [TestCase("this._s = x; // why", "this._s.Assign(x); // why")]
    [TestCase("_s += x;", "_s.Assign(_s + x);")]
    [TestCase("_s *= x - 1;", "_s.Assign(_s * (x - 1));")]
    [TestCase("P.A -= x.Relu();", "P.A.Assign(P.A - x.Relu());")]
    [TestCase("s_kv[0] = x; s_kv[1] = x;", "s_kv[0].Assign(x); s_kv[1].Assign(x);")]
    public async Task RepointedTensorIsAssigned(string before, string after)
    {
        const string Class = "class H {{ public Tensor A = Tensor.Ones(3); }} class M {{ Tensor _s = Tensor.Ones(3); static Tensor[] s_kv = [Tensor.Ones(3)]; H P = new(); [TinyJit] public Tensor F(Tensor x) {{ {0}\nreturn _s; }} }}";
        Assert.That(await Fixed(new RepointedTensorAnalyzer(), new AssignFix(), Format(Class, before)), Is.EqualTo(Format(Class, after)));
    }

    [TestCase("(_a, _b) = (_b, _a);")]
    [TestCase("_a ??= x;")]
    public async Task WhatHasNoValueToAssignHasNoFix(string statement)
    {
        string code = $"class M {{ Tensor _a = Tensor.Ones(3), _b = Tensor.Ones(3); [TinyJit] public Tensor F(Tensor x) {{ {statement} return _a + _b; }} }}";
        Assert.That(await Fixed(new RepointedTensorAnalyzer(), new AssignFix(), code, isFixed: false), Is.EqualTo(code));
    }

    [TestCase("Func<Tensor, Tensor> f = m.F;", "Func<Tensor, Tensor> f = TinyJit.Of(m.F);")]
    [TestCase("var f = new M().F;", "var f = TinyJit.Of(new M().F);")]
    [TestCase("_ = xs.Select(m.F).Select(m.F);", "_ = xs.Select(TinyJit.Of(m.F)).Select(TinyJit.Of(m.F));")]
    [TestCase("D d = m.F;", "D d = TinyJit.Of<D>(m.F);")]
    [TestCase("Func<Tensor, int, Tensor> f = m.G;", "Func<Tensor, int, Tensor> f = TinyJit.Of<Func<Tensor, int, Tensor>>(m.G);")]
    public async Task DelegateIsWrapped(string before, string after)
    {
        const string Class = Model + "delegate Tensor D(Tensor x); class C { void Run(M m, Tensor[] xs) { 0 } }";
        Assert.That(await Fixed(new UninterceptedUseAnalyzer(), new WrapFix(), Class.Replace("0", before, StringComparison.Ordinal)), Is.EqualTo(Class.Replace("0", after, StringComparison.Ordinal)));
    }

    [Test]
    public async Task CallThroughAnInterfaceHasNoFix()
    {
        const string Code = "interface I { Tensor F(Tensor x); } class M : I { [TinyJit] public Tensor F(Tensor x) => x; } class C { Tensor Run(I m, Tensor x) => m.F(x); }";
        Assert.That(await Fixed(new UninterceptedUseAnalyzer(), new WrapFix(), Code, isFixed: false), Is.EqualTo(Code));
    }

    [TestCase("Tensor x", "[Shape(1)] Tensor x")]
    [TestCase("Tensor x,\n    Dim n", "[Shape(1)] Tensor x,\n    [Bounds(1, 512)] Dim n")]
    [TestCase("[Shape(2)] Tensor x, [Obsolete] Tensor y", "[Shape(2)] Tensor x, [Shape(1)][Obsolete] Tensor y")]
    public async Task ShapeIsDeclared(string before, string after)
    {
        const string Class = Target + "class ObsoleteAttribute : Attribute; class M {{ [TinyJit, TinyExport<T>] public Tensor F({0}) => x; }}";
        Assert.That(await Fixed(new ExportShapeAnalyzer(), new ShapeFix(), Format(Class, before)), Is.EqualTo(Format(Class, after)));
    }

    static string Format(string text, string part) => text.Replace("{0}", part, StringComparison.Ordinal).Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal);

    // The first fix of each diagnostic, the last in the text first.
    static async Task<string> Fixed(DiagnosticAnalyzer analyzer, CodeFixProvider fix, string code, bool isFixed = true)
    {
        using var workspace = new AdhocWorkspace();
        var start = Compile.Of(code);
        var project = workspace.AddProject(ProjectInfo.Create(
            ProjectId.CreateNewId(), VersionStamp.Default, "Sample", "Sample", LanguageNames.CSharp, compilationOptions: start.Options,
            parseOptions: start.SyntaxTrees[0].Options, metadataReferences: start.References));
        var document = project.AddDocument("Model.cs", SourceText.From(code));
        document = document.Project.AddDocument("Usings.cs", start.SyntaxTrees[1].GetText()).Project.GetDocument(document.Id)!;
        var found = await Found(document);
        Assert.That(found, Is.Not.Empty);
        foreach (var diagnostic in found.OrderByDescending(static d => d.Location.SourceSpan.Start))
        {
            var actions = new List<CodeAction>();
            await fix.RegisterCodeFixesAsync(new(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
            Assert.That(actions, Has.Count.EqualTo(isFixed ? 1 : 0));
            foreach (var action in actions)
            {
                var operations = await action.GetOperationsAsync(CancellationToken.None);
                document = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(document.Id)!;
            }
        }
        var compilation = (await document.Project.GetCompilationAsync())!;
        Assert.That(compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error), Is.Empty);
        if (isFixed) Assert.That(await Found(document), Is.Empty);
        return (await document.GetTextAsync()).ToString();

        async Task<ImmutableArray<Diagnostic>> Found(Document d) =>
            await (await d.Project.GetCompilationAsync())!.WithAnalyzers([analyzer]).GetAnalyzerDiagnosticsAsync();
    }
}
