using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>Dtypes through a bundle: elements of 1, 2 and 8 bytes as inputs and results, against the interpreter.</summary>
[TestFixture("webgpu"), TestFixture("wasm")]
public sealed class DTypeTests(string backend)
{
    static readonly string[] s_names =
    [
        "bool_moves", "uint8_moves", "int8_arithmetic", "int16_reduction", "uint16_casts", "float16_arithmetic", "float16_moves", "bfloat16_casts",
        "float8e4m3_casts", "float8e5m2_moves", "int64_arithmetic", "int64_casts", "uint64_comparison", "uint64_products",
    ];

    [Test]
    public async Task AgreeWithTheInterpreter()
    {
        GraphCase[] cases = [.. s_names.Select(n => DTypeCases.ForWebGpu.Single(c => c.Name == n))];
        await using var model = await BrowserModel.ExportAsync("dtypes", ProgramCapture.Capture("dtypes",
            [.. cases.Select(c => new GraphEntry(c.Name, [.. c.Inputs.Select((t, i) => new GraphInput($"in{i}", t.DType, t.Shape))], c.Build))]), backend);
        await Assert.MultipleAsync(async () =>
        {
            foreach (var one in cases)
            {
                var expected = one.Expect();
                var actual = await model.RunAsync(one.Name, one.Inputs.Select((t, i) => ($"in{i}", t)));
                for (int i = 0; i < expected.Results; i++) Assert.That(expected.Difference(i, actual[i].Bytes), Is.Null, $"{one}, {actual[i].Name}");
            }
        });
    }
}
