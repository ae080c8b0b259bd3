using System.Reflection;
using NUnit.Framework;

namespace Tiny.Tests;

/// <summary>Representative cases of the library suite on WebGPU, first call and replay, against the interpreter.</summary>
public sealed class LibrarySuiteTests
{
    static IEnumerable<TestCaseData> Cases => LibrarySuite.Representative.Select(m => new TestCaseData(m).SetArgDisplayNames(m.Name));

    [TestCaseSource(nameof(Cases))]
    public void LiveAgreesWithTheInterpreter(MethodInfo method) => OperatorSuiteTests.Check(LibrarySuite.Instance, method);
}
