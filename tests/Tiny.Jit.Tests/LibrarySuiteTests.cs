using System.Reflection;
using NUnit.Framework;

namespace Tiny.Tests;

/// <summary>Every case of the library suite live on the CPU, first call and replay, against the interpreter.</summary>
public sealed class LibrarySuiteTests
{
    static IEnumerable<TestCaseData> Cases => LibrarySuite.Cases.Select(m => new TestCaseData(m).SetArgDisplayNames(m.Name));

    [TestCaseSource(nameof(Cases))]
    public void LiveAgreesWithTheInterpreter(MethodInfo method) => OperatorSuiteTests.Check(LibrarySuite.Instance, method);
}
