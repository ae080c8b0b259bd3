using NUnit.Framework;
using Tiny.Runtime;

namespace Tiny.Tests.Interp;

/// <summary>Trained networks through the interpreter against results of another implementation.</summary>
[TestFixture]
public sealed class ReferenceModelTests
{
    [Test]
    public void Ten_digits()
    {
        var model = DigitsModel.Load();
        foreach (var c in ReferenceCase.All(DigitsModel.Folder))
        {
            var result = Interpret(model.Forward(c.Input));
            Close.Check(result, c.Output.ToArray<float>(), 1e-4, c.Name);
            for (int digit = 0; digit < 10; digit++)
                Assert.That(result.AsSpan(digit * 10, 10).ToArray().Max(), Is.EqualTo(result[digit * 10 + digit]), $"digit {digit}");
        }
    }

    [Test]
    public void MobileNet_photos()
    {
        var model = MobileNetV1.Load();
        var cases = ReferenceCase.All(MobileNetV1.Folder);
        Assert.That(cases, Is.Not.Empty);
        foreach (var c in cases)
        {
            var result = Interpret(model.Forward(c.Input));
            var expected = c.Output.ToArray<float>();
            Close.Check(result, expected, 1e-4, c.Name);
            Assert.That(Array.IndexOf(result, result.Max()), Is.EqualTo(Array.IndexOf(expected, expected.Max())), c.Name);
        }
    }

    static float[] Interpret(Tensor t)
    {
        var memory = Interpreter.Evaluate(t.Node);
        var result = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(memory.Copied()).ToArray();
        GC.KeepAlive(memory);
        return result;
    }
}
