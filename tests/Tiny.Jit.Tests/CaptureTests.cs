using NUnit.Framework;
using Tiny.Graph;
using Tiny.Jit;
using Tiny.Lower;
using Tiny.Nn;
using Tiny.Optimize;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>What a capture is and what it must not do.</summary>
public sealed class CaptureTests
{
    /// <summary>A device that can do nothing: whatever touches it fails.</summary>
    sealed class NoDevice : Device
    {
        public override string Name => "cpu";
        public override TargetProfile Profile => throw Touched();
        public override DeviceBuffer Allocate(long bytes) => throw Touched();
        public override DeviceBuffer Upload(HostMemory host) => throw Touched();
        public override DeviceKernel Compile(LinearKernel kernel) => throw Touched();
        static InvalidOperationException Touched() => new("a device was used during capture");
    }

    [TearDown]
    public void RestoreDevices()
    {
        Device.Register("cpu", static () => new CpuDevice());
        Device.Register("webgpu", static () => new WebGpuDevice());
    }

    [Test]
    public void CaptureAndBothExportsUseNoDevice()
    {
        foreach (var name in Device.Names) Device.Register(name, static () => new NoDevice());
        var program = Capturing.Of("digits", new CapturedDigits());
        foreach (var target in new ExportTarget[] { new WebGpuTarget(), new CTarget() })
        {
            var folder = Directory.CreateTempSubdirectory("tiny-export-").FullName;
            try
            {
                target.Export(program, new ExportContext(folder, folder));
                Assert.That(Directory.GetFiles(folder), Is.Not.Empty);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        Assert.That(() => (Tensor.From<float>([1f], 1) + 1).Realize(), Throws.InvalidOperationException, "the devices were really replaced");
    }

    [Test]
    public void TheDigitNetIsSixKernelsAndFoldsItsNormsOnce()
    {
        var program = Capturing.Of("digits", new CapturedDigits());
        string[] kernels = [.. program.Entries.Single().Calls.Select(c => program.Kernels[c.Kernel].Name)];
        Assert.That(kernels, Is.EqualTo(new[]
        {
            "conv1_conv2d_relu", "conv2_conv2d_relu", "conv3_conv2d_relu_batch_norm", "fc1_linear_relu", "fc2_linear_batch_norm", "log_softmax",
        }));
        // The scale and the shift of either norm.
        Assert.That(program.OnceEvaluated, Is.EqualTo(4));
        Assert.That(program.Buffers.Where(b => b.Role == BufferRole.Constant && b.Name.Contains("folded", StringComparison.Ordinal)).ToList(), Has.Count.EqualTo(4));
    }

    [Test]
    public void WeightsOfAProgramLieInTheMappedFile()
    {
        var net = DigitsModel.Load();
        var program = Capturing.Of("digits", new CapturedDigits());
        var inFile = program.Buffers.Where(b => b.Role == BufferRole.Constant && b.Name.EndsWith(".weight", StringComparison.Ordinal)).ToList();
        Assert.That(inFile.Select(b => b.Name), Is.SupersetOf(new[] { "conv1.weight", "fc1.weight" }));
        Assert.That(inFile.Select(b => b.Data), Has.None.InstanceOf<OwnedMemory>());
    }

    [Test]
    public void TwoCapturesAreTheSameProgram()
    {
        var (a, b) = (Capturing.Of("net", new RandomNet()), Capturing.Of("net", new RandomNet()));
        Assert.That(b.Buffers.Select(x => (x.Name, x.Offset, x.Role)), Is.EqualTo(a.Buffers.Select(x => (x.Name, x.Offset, x.Role))));
        Assert.That(b.Kernels.Select(k => Text(k)), Is.EqualTo(a.Kernels.Select(k => Text(k))));
        static string Text(Kernel kernel) => string.Join('\n', kernel.Lower(new TargetProfile("text")).Code);
    }

    [Test]
    public void EntryPointsShareWeights()
    {
        var model = new TwoHeads();
        var program = Capturing.Of("heads", model);
        Assert.That(program.Entries.Select(e => e.Name), Is.EquivalentTo(new[] { "first", "second" }));
        Assert.That(program.Buffers.Count(b => b.Role == BufferRole.Constant), Is.EqualTo(1));
    }

    public sealed class TwoHeads
    {
        readonly Tensor _w = Tensor.From<float>([1, 2, 3, 4, 5, 6], 3, 2);
        [TinyJit] public Tensor First([Shape(5, 3)] Tensor x) => x.MatMul(_w);
        [TinyJit] public Tensor Second([Shape(7, 3)] Tensor x) => x.MatMul(_w).Relu();
    }

    [Test]
    public void NamesComeFromTheMethod()
    {
        var entry = Capturing.Of("net", new RandomNet()).Entries.Single();
        Assert.That(entry.Inputs.Select(p => p.Name), Is.EqualTo(new[] { "signal", "side" }));
        Assert.That(entry.Outputs.Select(p => p.Name), Is.EqualTo(new[] { "Scores", "Features" }).IgnoreCase);
    }

    public readonly record struct State(Tensor H, Tensor C);

    // As in README.md.
    public sealed class Stepping
    {
        [TinyJit]
        public (Tensor Y, State Next) Step([Shape(1, 64)] Tensor x, [Shape(1, 32)] State state, [Shape(64, 64, Of = "0"), Shape(64, Of = "1")] Tensor[] adapters) =>
            (x.MatMul(adapters[0]) + adapters[1], new(state.H + 1, state.C + state.H));
    }

    [Test]
    public void NamesOfPartsAreTheirPaths()
    {
        var entry = Capturing.Of("stepping", new Stepping()).Entries.Single();
        Assert.That(entry.Inputs.Select(p => p.Name), Is.EqualTo(new[] { "x", "state_H", "state_C", "adapters_0", "adapters_1" }));
        Assert.That(entry.Outputs.Select(p => p.Name), Is.EqualTo(new[] { "Y", "Next_H", "Next_C" }));
    }

    public sealed class Asks
    {
        [TinyJit] public Tensor Forward([Shape(4)] Tensor x) => x.Sum().Item() > 0 ? x : -x;
        [TinyJit] public Tensor Constant([Shape(4)] Tensor x) => x * Tensor.From<float>([3f], 1).Sum().Item();
        [TinyJit] public object Wrong([Shape(4)] Tensor x) => x.Shape;
        [TinyJit] public Tensor Mismatch([Shape(2, 3)] Tensor x) => x.MatMul(Tensor.Zeros(4, 5));
    }

    [Test]
    public void AValueThatDependsOnTheInputIsRefusedWithTheLine()
    {
        var method = typeof(Asks).GetMethod(nameof(Asks.Forward))!;
        var error = Assert.Throws<TinyJitException>(() => ProgramCapture.Capture("asks", new Asks(), [method]));
        Assert.That(error!.Message, Does.Match(@"CaptureTests\.cs:\d+: .*input 'x'"));
    }

    [Test]
    public void AValueThatDependsOnNothingIsAllowedAndUsesNoDevice()
    {
        Device.Register("cpu", static () => new NoDevice());
        Assert.That(() => ProgramCapture.Capture("asks", new Asks(), [typeof(Asks).GetMethod(nameof(Asks.Constant))!]), Throws.Nothing);
    }

    [Test]
    public void AResultThatIsNoTensorIsRefused() =>
        Assert.That(() => ProgramCapture.Capture("asks", new Asks(), [typeof(Asks).GetMethod(nameof(Asks.Wrong))!]),
            Throws.TypeOf<TinyJitException>().With.Message.Contains("the result is a Shape"));

    public sealed class Unsteady
    {
        int _calls;
        [TinyJit] public Tensor Counts([Shape(4)] Tensor x) => x * ++_calls;
        [TinyJit] public Tensor Draws([Shape(4)] Tensor x) => x + Tensor.From<float>([Random.Shared.NextSingle()], 1);
        [TinyJit] public Tensor Branches([Shape(4)] Tensor x) => _calls++ % 2 == 0 ? x.Exp() : x + 1;
        [TinyJit] public Tensor MakesAConstant([Shape(4)] Tensor x) => x + Tensor.From<float>([1, 2, 3, 4], 4);
    }

    [TestCase(nameof(Unsteady.Counts), "constant 1"), TestCase(nameof(Unsteady.Draws), "tensor float32"), TestCase(nameof(Unsteady.Branches), "the second")]
    public void AMethodThatIsNotTheSameEachTimeIsRefused(string method, string why) =>
        Assert.That(() => ProgramCapture.Capture("unsteady", new Unsteady(), [typeof(Unsteady).GetMethod(method)!]),
            Throws.TypeOf<TinyJitException>().With.Message.Contains($"Unsteady.{method} is not the same at each call").And.Message.Contains(why));

    [Test]
    public void AMethodThatMakesTheSameConstantEachTimeIsFine() =>
        Assert.That(() => ProgramCapture.Capture("steady", new Unsteady(), [typeof(Unsteady).GetMethod(nameof(Unsteady.MakesAConstant))!]), Throws.Nothing);

    [Test]
    public void AShapeErrorNamesBothShapes() =>
        Assert.That(() => ProgramCapture.Capture("asks", new Asks(), [typeof(Asks).GetMethod(nameof(Asks.Mismatch))!]),
            Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 3]").And.Message.Contains("[4, 5]"));
}
