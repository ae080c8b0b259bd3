using NUnit.Framework;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Every sequence of calls on an exported C program: results are given back where they lie, arguments lie anywhere and twice.</summary>
[NonParallelizable]
[TestFixture("gcc", "-O2"), TestFixture("clang", "-O1 -g -DCALLS_PLAIN -fsanitize=undefined,address -fno-sanitize-recover=all")]
public sealed class CCallSequenceTests(string compiler, string options) : IDisposable
{
    CServer? _server;

    [OneTimeSetUp]
    public void Compile() => _server = new CServer(ExportCaller.Capture("calls"), compiler, options);

    public void Dispose() => _server?.Dispose();

    [TearDown]
    public void Begin() => Tensor.ManualSeed(0);

    [TestCaseSource(typeof(CallSequences), nameof(CallSequences.Names))]
    public async Task CallsAgree(string name)
    {
        await using var caller = await CCaller.StartAsync(_server!);
        await CallSequences.CheckAsync(name, caller);
    }
}
