using NUnit.Framework;

namespace Tiny.Tests;

/// <summary>Every sequence of calls live: plain and captured, against plain calls by the interpreter.</summary>
[NonParallelizable]
public sealed class CallSequenceTests
{
    [TearDown]
    public void Begin() => Tensor.ManualSeed(0);

    [TestCaseSource(typeof(CallSequences), nameof(CallSequences.Names))]
    public async Task PlainAndCapturedCallsAgree(string name)
    {
        await CallSequences.CheckAsync(name, LiveCaller.Plain());
        await CallSequences.CheckAsync(name, LiveCaller.Captured());
    }
}
