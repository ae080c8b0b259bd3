using System.Reflection;
using NUnit.Framework;
using Tiny.Jit;

namespace Tiny.Tests;

/// <summary>Every case of the library suite live on the CPU, first call and replay, against the interpreter.</summary>
public sealed class LibrarySuiteTests
{
    static IEnumerable<TestCaseData> Cases => LibrarySuite.Cases.Select(m => new TestCaseData(m).SetArgDisplayNames(m.Name));

    [TestCaseSource(nameof(Cases))]
    public void LiveAgreesWithTheInterpreter(MethodInfo method) => OperatorSuiteTests.Check(LibrarySuite.Instance, method);

    /// <summary>Parameters of a captured method have no values, so nothing that depends on one can have been computed on the host: kernels read each and write each result.</summary>
    [Test]
    public void EveryCaseIsComputedByKernels()
    {
        var program = ProgramCapture.Capture("suite", LibrarySuite.Instance, LibrarySuite.Cases);
        foreach (var entry in program.Entries)
        {
            var (read, written) = (new HashSet<int>(), new HashSet<int>());
            foreach (var call in entry.Calls)
                for (int i = 0; i < call.Buffers.Length; i++) (program.Kernels[call.Kernel].Params[i].Written ? written : read).Add(call.Buffers[i]);
            Assert.That(entry.Inputs.Select(p => p.Buffer), Is.SubsetOf(read), $"{entry.Name}: inputs");
            Assert.That(entry.Outputs.Select(p => p.Buffer), Is.SubsetOf(written), $"{entry.Name}: results");
            Assert.That(entry.Calls, Is.Not.Empty);
        }
    }
}
