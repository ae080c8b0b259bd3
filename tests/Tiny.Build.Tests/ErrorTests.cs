namespace Tiny.Build.Tests;

/// <summary>Errors come out once, in MSBuild's form, at the user's own line, and leave the earlier export as it was.</summary>
public class ErrorTests
{
    TestProject _project = null!;

    [OneTimeSetUp]
    public void Make()
    {
        _project = new("errors");
        _project.Build().Succeeded();
    }

    [SetUp]
    public void Restore() => _project.Restore();

    [Test]
    public void ShapesThatDoNotFitAreNamedAtTheirLine()
    {
        _project.Edit("Model.cs", "// FORWARD", "image = image + Tensor.Zeros(2, 4);");
        var error = Fails(_project.Place("Model.cs", "image = image + "), "TINY1001");
        Assert.That(error, Does.Contain("[2, 3]").And.Contain("[2, 4]"));
    }

    [Test]
    public void ExceptionInAConstructor()
    {
        _project.Edit("Model.cs", "// CONSTRUCTOR", "throw new InvalidOperationException(\"first;\\nsecond\");");
        Assert.That(Fails(_project.Place("Model.cs", "throw new"), "TINY2001"), Does.EndWith("System.InvalidOperationException: first; second"));
    }

    [Test]
    public void MissingWeightsFile()
    {
        File.Delete(_project.In("weights.safetensors"));
        Assert.That(Fails(_project.Place("Model.cs", "var file = "), "TINY1003"), Does.Contain("weights.safetensors"));
    }

    [Test]
    public void MissingWeight()
    {
        _project.Edit("Model.cs", "file.Tensor(\"weight\")", "file.Tensor(\"bias\")");
        Assert.That(Fails(_project.Place("Model.cs", "_weight = file"), "TINY1003"), Does.Contain("'bias'"));
    }

    [Test]
    public void ValueThatIsNotKnownAtCapture()
    {
        _project.Edit("Model.cs", "// FORWARD", "if (image.Sum().Item() > 0) image = image * 2;");
        Fails(_project.Place("Model.cs", "image.Sum().Item() > 0"), "TINY0008");
        // Whoever does not listen to the compiler is told by the export.
        Fails(_project.Place("Model.cs", "if (image.Sum()"), "TINY1004", "-p:NoWarn=TINY0008");
    }

    [Test]
    public void Float64WhereATargetHasNoneUnlessNarrowedOnRequest()
    {
        _project.Edit("Model.cs", "// FORWARD", "image = (image.Cast(DType.Float64) * 2).Cast(DType.Float32);");
        var error = Fails(_project.Place("Model.cs", "image = (image.Cast(DType.Float64)"), "TINY1005");
        Assert.That(error, Does.Contain("float64").And.Contain("TinyFloat64=float32"));
        Assert.That(_project.Build("-p:TinyFloat64=float16").Output, Does.Contain("error TINY2002: TinyFloat64 is float64 or float32, not 'float16'"));
        _project.Build("-p:TinyFloat64=float32").Succeeded();
        Fails(_project.Place("Model.cs", "image = (image.Cast(DType.Float64)"), "TINY1005");
    }

    [Test]
    public void NameThatCannotNameAnExport()
    {
        _project.Edit("Model.cs", "TinyExport<CTarget>", "TinyExport<CTarget>(Name = \"My-Net\")");
        Assert.That(Fails(_project.Place("Model.cs", "Forward("), "TINY2002"), Does.Contain("'My-Net'"));
    }

    [TestCase("Environment.Exit(0);", "exit code 0")]
    [TestCase("Environment.FailFast(\"boom in the model\");", "exit code ")]
    [TestCase("static int Deep(int n) => Deep(n + 1) + Deep(n + 2); Console.WriteLine(Deep(0));", "exit code ")]
    public void ModelThatEndsTheProcess(string code, string message)
    {
        _project.Edit("Model.cs", "// CONSTRUCTOR", code);
        Assert.That(Fails(_project.In("bin/Release/net10.0/App.dll"), "TINY2002"), Does.Contain(message));
    }

    [Test]
    public void ModelThatNeverEnds()
    {
        _project.Edit("Model.cs", "// CONSTRUCTOR", "Thread.Sleep(Timeout.Infinite);");
        Assert.That(Fails(_project.In("bin/Release/net10.0/App.dll"), "TINY2002", "-p:TinyExportTimeout=3000"), Does.Contain("TinyExportTimeout"));
    }

    /// <summary>Builds, and checks that there is one error, where it stands, and that no exported file has changed.</summary>
    string Fails(string place, string code, params string[] options)
    {
        var before = _project.Exported();
        var result = _project.Build(options);
        Assert.That(result.ExitCode, Is.Not.Zero, result.Output);
        var errors = result.Errors.ToList();
        Assert.That(errors, Has.Count.EqualTo(1), result.Output);
        Assert.That(errors[0].Replace(" : ", ": ", StringComparison.Ordinal), Does.StartWith($"{place}: error {code}: "));
        Assert.That(_project.Exported(), Is.EqualTo(before).And.Not.Empty);
        return errors[0];
    }
}
