using NUnit.Framework;
using Tiny.Jit;

namespace Tiny.Tests;

/// <summary>Every row of the table of operators, captured: computed by kernels, from its inputs to its results, nothing of it on the host.</summary>
public sealed class OperatorTableTests
{
    static IEnumerable<TestCaseData> Rows => OperatorGraphs.All.Where(r => r.Row.Inputs.Length > 0).Select(r => new TestCaseData(r.Row.Name).SetArgDisplayNames(r.Row.Name));

    [TestCaseSource(nameof(Rows))]
    public void IsComputedByKernels(string name)
    {
        var (row, graph) = OperatorGraphs.All.First(r => r.Row.Name == name);
        var problem = OnTheHost(graph);
        if (OperatorTable.OfAShapeOnly(row)) Assert.That(problem, Is.Not.Null, "depends on the elements after all");
        else Assert.That(problem, Is.Null);
    }

    /// <summary>What looks at elements while it is captured is refused, and what has looked at them before is found.</summary>
    [Test]
    public void ComputingOnTheHostIsFound()
    {
        var x = Tensor.From([1f, 2f, 3f]);
        GraphCase Case(Func<Tensor, Tensor> function) => new("host", [x], given => [function(given[0])], () => null!);
        Assert.That(() => OnTheHost(Case(t => Tensor.From(t.ToArray<float>()) * 2)), Throws.InstanceOf<TinyJitException>());
        float[] seen = x.ToArray<float>();
        Assert.That(OnTheHost(Case(_ => Tensor.From([.. seen.Select(e => e * 2)]) + 0)), Does.Contain("result"));
        Assert.That(OnTheHost(Case(t => Tensor.Cat([Tensor.From(seen) * 2, t[..0]]))), Does.Contain("result"));
        Assert.That(OnTheHost(Case(t => t * 2)), Is.Null);
    }

    /// <summary>A result that no kernel writes, or that no kernel computes from an input; null if all are.</summary>
    static string? OnTheHost(GraphCase graph)
    {
        var program = ProgramCapture.Capture("rows", [new GraphEntry(graph.Name, [.. graph.Inputs.Select((t, i) => new GraphInput($"in{i}", t.DType, t.Shape))], graph.Build)]);
        var entry = program.Entries[0];
        HashSet<int> fromInputs = [.. entry.Inputs.Select(p => p.Buffer)], computed = [];
        foreach (var call in entry.Calls)
        {
            bool depends = call.Buffers.Any(fromInputs.Contains);
            for (int i = 0; i < call.Buffers.Length; i++)
                if (depends && program.Kernels[call.Kernel].Params[i].Written) _ = fromInputs.Add(call.Buffers[i]) | computed.Add(call.Buffers[i]);
        }
        return entry.Outputs.Select((p, i) => computed.Contains(p.Buffer) ? null : $"result {i} is not computed from the inputs by kernels").FirstOrDefault(p => p is not null);
    }
}
