using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests;

/// <summary>Tiles of which the threads of a workgroup share what they read: they give what the interpreter gives.</summary>
public sealed class GroupTileTests() : Variant(WgslFeatures.Groups)
{

    // Axes are 0 and 1 of the output and 2 of the sum; each split gives its inner part the next number from 1000 on.
    static readonly (string Name, Func<Tensor> Build, string Choices)[] s_kernels =
    [
        ("scalars", () => F(16, 24).MatMul(F(24, 32)), "Local(0, 8) Local(1, 8) Block(2, 8) Stage(operand 1, 1000, 1002) Stage(operand 2, 1002, 1001)"),
        ("one operand", () => F(16, 24).MatMul(F(24, 32)), "Local(0, 4) Local(1, 16) Block(2, 4) Stage(operand 2, 1002, 1001)"),
        ("vectors", () => F(64, 32).MatMul(F(32, 96)),
            "Vector(1, 4) Upcast(0, 4) Local(0, 8) Local(1, 8) Block(2, 16) Unroll(1004, 4) Stage(operand 1, 1002, 1001, 1004, 1005) Stage(operand 2, 1004, 1005, 1003, 1000)"),
        ("edges", () => F(37, 48).MatMul(F(48, 71)),
            "Vector(1, 4) Upcast(0, 4) Local(0, 8) Local(1, 8) Block(2, 16) Unroll(1004, 4) Stage(operand 1, 1002, 1001, 1004, 1005) Stage(operand 2, 1004, 1005, 1003, 1000)"),
        ("a transposed operand", () => F(32, 64).MatMul(F(48, 64).Permute(1, 0)).Relu(),
            "Upcast(0, 4) Upcast(1, 4) Local(0, 8) Local(1, 8) Block(2, 16) Unroll(1004, 4) Stage(operand 1, 1002, 1000, 1004, 1005) Stage(operand 2, 1003, 1001, 1004, 1005)"),
    ];

    static IEnumerable<string> Names => s_kernels.Select(k => k.Name);

    [TestCaseSource(nameof(Names))]
    public void ChosenTilesAgree(string name)
    {
        var (_, build, choices) = s_kernels.Single(k => k.Name == name);
        var node = build().Node;
        var schedule = Scheduler.Run([node]);
        var launch = schedule.Launches.Single();
        var linear = LowerPipeline.Run(launch.Kernel, Opened.Profile, chosen: OptText.Parse(choices));
        Assert.That(Text(linear), Does.Contain("var<workgroup> stage0").And.Contain("workgroupBarrier()").And.Not.Contain("if (id >="));
        var expected = MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(node).Copied()).ToArray();
        var result = Opened.Allocate(expected.Length * 4L);
        Opened.Compile(linear).Launch([.. launch.Slots.Select(s => schedule.Slots[s].Storage?.On(Opened) ?? result)]);
        var actual = new float[expected.Length];
        result.CopyTo(MemoryMarshal.AsBytes(actual.AsSpan()));
        Tests.Close.Check(actual, expected, 1e-5);
    }

    static readonly (string Name, Func<Tensor> Build)[] s_operations =
    [
        ("product", () => F(128, 64).MatMul(F(64, 160))),
        ("product of odd sizes", () => F(77, 48).MatMul(F(48, 101))),
        ("batch of products", () => F(3, 40, 32).MatMul(F(3, 32, 72))),
        ("both operands transposed", () => F(64, 48).Permute(1, 0).MatMul(F(72, 64).Permute(1, 0))),
        ("attention scores", () => (F(4, 50, 32).MatMul(F(4, 50, 32).Permute(0, 2, 1)) / 5.6f).Softmax()),
        ("product and what follows", () => (F(64, 64).MatMul(F(64, 64)) + F(64)).Gelu() * F(64, 1)),
        ("whole numbers", () => (F(48, 32) * 9).Cast(DType.Int32).Realize().MatMul((F(32, 48) * 9).Cast(DType.Int32).Realize())),
        ("pointwise convolution", () => F(1, 32, 14, 14).Conv2d(F(64, 32, 1, 1)).Clamp(0, 6)),
        ("convolution", () => F(2, 32, 13, 20).Conv2d(F(32, 32, 3, 3), F(32), padding: 1).Relu()),
        ("convolution by steps of 2", () => F(1, 16, 33, 33).Conv2d(F(24, 16, 5, 5), stride: 2, padding: 2)),
        ("convolution in groups", () => F(1, 64, 20, 20).Conv2d(F(64, 32, 3, 3), groups: 2, padding: 1)),
        ("added in place", () => (F(64, 64) + 1).Contiguous() + F(64, 64).MatMul(F(64, 64))),
    ];

    static IEnumerable<string> Operations => s_operations.Select(o => o.Name);

    [TestCaseSource(nameof(Operations))]
    public void OperationsAgree(string name)
    {
        var result = s_operations.Single(o => o.Name == name).Build();
        Assert.That(Kernels(result).Any(k => k.Code.Any(u => u.Op == Op.Barrier)), "no kernel shares what it reads");
        Agrees(result);
    }

    [Test]
    public void RandomProductsAgree([Range(0, 15)] int seed)
    {
        var random = new Random(seed);
        int Size(int most) => random.Next(1, most) * (random.Next(2) == 0 ? 1 : 8);
        var (rows, columns, steps) = (random.Next(20, 150), random.Next(20, 150), 8 * random.Next(4, 16));
        var (a, b) = (random.Next(2) == 0 ? F(rows, steps) : F(steps, rows).Permute(1, 0), random.Next(2) == 0 ? F(steps, columns) : F(columns, steps).Permute(1, 0));
        TestContext.Out.WriteLine($"{rows} x {steps} x {columns}");
        var product = a.MatMul(b);
        Agrees(random.Next(3) switch { 0 => product, 1 => (product + F(columns)).Relu(), _ => product.Permute(1, 0) * 2 });
        var (channels, outputs, height, width, window) = (8 * random.Next(1, 5), Size(12), random.Next(6, 24), random.Next(6, 24), 2 * random.Next(0, 3) + 1);
        TestContext.Out.WriteLine($"{channels} to {outputs} channels, {height} x {width}, window {window}");
        Agrees(F(1, channels, height, width).Conv2d(F(outputs, channels, window, window), stride: random.Next(1, 3), padding: random.Next(0, window)));
    }

    void Agrees(Tensor result)
    {
        var expected = Interpreter.Evaluate(result.Node).Copied();
        Tensor.Realize(result);
        var actual = result.Storage!.ToHost().Copied();
        if (result.DType.IsFloat) Tests.Close.Check(MemoryMarshal.Cast<byte, float>(actual).ToArray(), MemoryMarshal.Cast<byte, float>(expected).ToArray(), 1e-5);
        else Assert.That(actual.SequenceEqual(expected));
    }

    List<LinearKernel> Kernels(Tensor result)
    {
        var profile = ScheduleProfile.Of(Opened.Profile);
        return [.. Scheduler.Run([result.Node], profile: profile, layouts: profile.OfTemporaries).Launches.Select(l => LowerPipeline.Run(l.Kernel, Opened.Profile))];
    }

    static string Text(LinearKernel kernel) => WgslRenderer.Render(kernel, [.. kernel.Params.Select((p, i) => new WgslBinding($"p{i}", p.Written))]);

    static Tensor F(params int[] shape) =>
        Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => i * 37 % 101 / 50f - 1)], shape);
}
