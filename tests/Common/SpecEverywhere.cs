using NUnit.Framework;
using Tiny.Diagnostics;

/// <summary>Every graph that a test compiles is checked between passes..</summary>
#pragma warning disable CA1050 // in no namespace on purpose
[SetUpFixture]
public sealed class SpecEverywhere
{
    [OneTimeSetUp]
    public void CheckBetweenPasses() => Debugging.Spec = true;
}
