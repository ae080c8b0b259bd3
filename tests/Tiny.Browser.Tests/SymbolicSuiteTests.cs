using System.Reflection;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>
/// The symbolic suite as one bundle: each case with several values of its sizes, against the interpreter on plain shapes; on WebGPU with sizes given at the launch, where the browser can, and
/// in a buffer.
/// </summary>
[TestFixture("webgpu", ""), TestFixture("webgpu", "delete GPUComputePassEncoder.prototype.setImmediates;"), TestFixture("wasm", "")]
public sealed class SymbolicSuiteTests(string backend, string before)
{
    BrowserModel _model = null!;
    string _folder = null!;

    [OneTimeSetUp]
    public async Task LoadAsync()
    {
        _folder = BrowserModel.Export("sizes", SymbolicSuite.Instance, SymbolicSuite.Cases);
        TestBrowser.Server.Mount("/sizes/", _folder);
        _model = await BrowserModel.LoadAsync("/sizes/", null, backend, before);
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (_model is not null) await _model.DisposeAsync();
    }

    static IEnumerable<TestCaseData> Cases => SymbolicSuite.Cases.Select(m => new TestCaseData(m).SetArgDisplayNames(m.Name));

    [TestCaseSource(nameof(Cases))]
    public async Task AgreesWithTheInterpreter(MethodInfo method)
    {
        foreach (var values in SymbolicSuite.Values(method))
            await _model.CheckAsync(method, SymbolicSuite.Instance, SymbolicSuite.Arguments(method, values), values.ToDictionary(v => v.Key.Name, v => v.Value), 1e-5);
    }

    [Test]
    public async Task ABrowserHasImmediates() =>
        Assert.That(await _model.FailureAsync("null; if ('setImmediates' in GPUComputePassEncoder.prototype) throw new Error('yes')"), Is.EqualTo(before.Length == 0 ? "yes" : "nothing"));

    [Test]
    public async Task SizesAreToldByArrays()
    {
        var method = typeof(SymbolicSuite).GetMethod(nameof(SymbolicSuite.AddRow))!;
        foreach (var values in SymbolicSuite.Values(method))
            await _model.CheckAsync(method, SymbolicSuite.Instance, SymbolicSuite.Arguments(method, values), new Dictionary<string, int>(), 1e-5);
    }

    [TestCase("addRow", "{ a: new Float32Array(34), b: new Float32Array(33) }", "34 / 33 by the length of 'a': a whole number from 1 to 9 expected")]
    [TestCase("addRow", "{ a: new Float32Array(330), b: new Float32Array(33) }", "from 1 to 9 expected, got 10")]
    [TestCase("addRow", "{ a: new Float32Array(66), b: new Float32Array(33), t: 3 }", "Float32Array of 99 values (shape [3, 33]) expected, got 66 values")]
    [TestCase("prefix", "{ kv: new Float32Array(96) }", "size 't' of prefix(): a whole number from 1 to 16 expected, got nothing")]
    [TestCase("prefix", "{ kv: new Float32Array(96), t: 17 }", "from 1 to 16 expected, got 17")]
    public async Task WrongSizesAreErrors(string entry, string inputs, string message)
    {
        Assert.That(await _model.FailureAsync($"model.{entry}({inputs})"), Does.Contain(message));
    }

    [Test]
    public void SizesAreDeclared()
    {
        string types = File.ReadAllText(Path.Combine(_folder, "index.d.ts"));
        Assert.That(types, Does.Contain("/** float32, shape [t, 33], 33*t values */"));
        Assert.That(types, Does.Contain("/** A size, from 1 to 9; told by the length of a where that is an array. */\n  t?: number;"));
        Assert.That(types, Does.Contain("/** A size, from 1 to 16. */\n  t: number;"));
    }
}
