using System.Reflection;
using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>Every case of the operator suite on each backend, against the interpreter: one bundle with an entry point for each.</summary>
[TestFixture("webgpu"), TestFixture("wasm")]
public sealed class OperatorSuiteTests(string backend)
{
    BrowserModel _model = null!;

    [OneTimeSetUp]
    public async Task LoadAsync() => _model = await BrowserModel.ExportAsync("operators",
        ProgramCapture.Capture("operators", OperatorSuite.Instance, OperatorSuite.Cases), backend);

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (_model is not null) await _model.DisposeAsync();
    }

    static IEnumerable<TestCaseData> Cases => OperatorSuite.Cases.Select(m => new TestCaseData(m).SetArgDisplayNames(m.Name));

    [TestCaseSource(nameof(Cases))]
    public Task AgreesWithTheInterpreter(MethodInfo method) =>
        _model.CheckAsync(method, OperatorSuite.Instance, OperatorSuite.Arguments(method), 1e-5);
}
