using NUnit.Framework;
using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>
/// Products of matrices of bytes, signed and not, of numbers that make sums as large as they can be, by the instructions of every kind of processor: equal to the bit to
/// the interpreter, which multiplies one by one.
/// </summary>
public sealed class CDotProductTests : IDisposable
{
    // Rows, steps, columns: fours and others, whole vectors and others.
    static readonly (int Rows, int Steps, int Columns)[] s_shapes = [(1, 64, 16), (5, 36, 33), (13, 132, 70), (3, 4, 8), (4, 256, 5), (6, 30, 48), (2, 1024, 64)];

    readonly TemporaryFolder _folder = new();
    CGraphBatch _batch = null!;

    [OneTimeSetUp]
    public void Export() => _batch = new(Cases());

    public void Dispose()
    {
        _batch?.Dispose();
        _folder.Dispose();
    }

    [TestCase("gcc", "-O2 -DGRAPHS_LEVEL=4"), TestCase("clang", "-O2 -DGRAPHS_LEVEL=4"), TestCase("gcc", "-O2 -DGRAPHS_LEVEL=3"), TestCase("clang", "-O2 -DGRAPHS_LEVEL=2")]
    [TestCase("gcc", "-O1 -DGRAPHS_LEVEL=1 -fsanitize=undefined,address -fno-sanitize-recover=all"), TestCase("tcc", ""), TestCase(Processors.Arm, Processors.ArmOptions)]
    public void EqualTheInterpreterToTheBit(string compiler, string options) => Assert.That(_batch.Run(Needs.Tool(compiler), options)?.Problem, Is.Null);

    [Test]
    public void LiveTheyEqualIt()
    {
        foreach (var c in Cases())
        {
            var results = c.Build(c.Inputs);
            var expected = c.Expect();
            var given = c.Inputs.Select(t => t + 0).ToArray();
            Tensor.Realize(given);
            var got = TinyJit.Of((Tensor x) => c.Build([x])[0])(given[0]);
            Assert.That(expected.Difference(0, System.Runtime.InteropServices.MemoryMarshal.AsBytes(got.ToArray<int>().AsSpan())), Is.Null, c.Name);
        }
    }

    // Weights of bytes are stored as bytes, whatever they are computed to, and multiplied by the instruction.
    [Test]
    public void WeightsStayBytesInFours()
    {
        var graph = Cases().First(c => c.Name == "u8_i8_13x132x70");
        var program = ProgramCapture.Capture("dots", [new GraphEntry("dot", [new GraphInput("x", graph.Inputs[0].DType, graph.Shapes[0])], graph.Build)], new CTarget().Schedule);
        new CTarget().Export(program, new ExportContext(_folder.Path, _folder.Path));
        var text = File.ReadAllText(_folder["dots.c"]);
        Assert.That(text, Does.Contain("_mm512_dpbusd_epi32").And.Contain("_mm256_madd_epi16").And.Contain("[33, 70, 4]"));
        Assert.That(new FileInfo(_folder["dots.weights"]).Length, Is.LessThan(132 * 70 + 256));
    }

    static List<GraphCase> Cases()
    {
        var cases = new List<GraphCase>();
        var random = new Random(3);
        foreach (bool signed in new[] { false, true })
            foreach (bool signedWeights in new[] { false, true })
                foreach (var (rows, steps, columns) in s_shapes)
                {
                    Tensor x = Bytes(random, signed, rows, steps), w = Bytes(random, signedWeights, steps, columns), across = Bytes(random, signedWeights, columns, steps);
                    var name = $"{(signed ? "i8" : "u8")}_{(signedWeights ? "i8" : "u8")}_{rows}x{steps}x{columns}";
                    Add(name, x, a => a.Cast(DType.Int32).MatMul(w.Cast(DType.Int32)));
                    if (rows == 5) Add(name + "_across", x, a => a.Cast(DType.Int32).MatMul(across.Cast(DType.Int32).Permute(1, 0)));
                    // Zero points: of the weights, which then may be bytes no longer, and of the other operand.
                    if (rows == 13) Add(name + "_zero", x, a => a.Cast(DType.Int32).MatMul(w.Cast(DType.Int32) - (signedWeights ? 0 : 128)) + 7);
                    if (rows == 6) Add(name + "_far", x, a => (a.Cast(DType.Int32) - 3).MatMul(w.Cast(DType.Int32) - 200));
                }
        return cases;

        void Add(string name, Tensor x, Func<Tensor, Tensor> product) =>
            cases.Add(new(name, [x], i => [product(i[0])], () => new PlacesExpectation([product(x)], 0)));
    }

    // Half of them the least or the largest, and the first row nothing else.
    static Tensor Bytes(Random random, bool signed, int rows, int columns)
    {
        var values = Enumerable.Range(0, rows * columns).Select(i => i < columns ? 128 : random.Next(4) switch { 0 => 127, 1 => 128, 2 => 255, _ => random.Next(256) }).Select(n => (byte)n).ToArray();
        return signed ? Tensor.From<sbyte>([.. values.Select(v => (sbyte)v)], rows, columns) : Tensor.From<byte>([.. values.Select(v => v == 128 ? (byte)255 : v)], rows, columns);
    }
}
