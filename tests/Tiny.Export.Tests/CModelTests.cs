using System.Runtime.InteropServices;
using DigitsSample;
using NUnit.Framework;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>
/// Whole nets as compiled C against independent references (1e-4) and against the interpreter (5e-6, so that any two targets that
/// keep to it are within 1e-5 of one another).
/// </summary>
public sealed class CModelTests
{
    const double OfReference = 1e-4, OfInterpreter = 5e-6, OfInterpreterDeep = 1e-5;

    [TestCase("gcc", "-O2"), TestCase("gcc", "-O2 -DDIGITS_LEVEL=2"), TestCase("gcc", "-O2 -DDIGITS_LEVEL=0"), TestCase("clang", "-O2"), TestCase("clang", "-O2 -DDIGITS_LEVEL=1"), TestCase("clang", "-O2 -DDIGITS_LEVEL=0"), TestCase("tcc", ""), TestCase(Processors.Arm, Processors.ArmOptions)]
    public void DigitsAgree(string compiler, string options)
    {
        var model = new CapturedDigits();
        using var c = new CBatch(Capturing.Of("digits", model, new CTarget().Schedule), compiler, options);
        var reference = CapturedDigits.Reference();
        var results = c.Run([.. reference.Select(r => new[] { r.Image.ToArray<float>() })]);
        for (int i = 0; i < reference.Count; i++)
        {
            Close.Check(results[i][0], reference[i].Expected, OfReference, $"digit {i}");
            Close.Check(results[i][0], Interpret(model.Forward(reference[i].Image)), OfInterpreter, $"digit {i} and the interpreter");
        }
    }

    [Test]
    public void AThousandKnownDigitsAreReadLiveAndInC()
    {
        var digits = KnownDigits.Load(DigitsSample.Digits.Folder);
        Assert.That(digits, Has.Count.EqualTo(1000));
        Assert.That(digits.CountBy(d => d.Label).Select(g => g.Value), Is.All.EqualTo(100));
        var model = new DigitsSample.Digits();
        var forward = TinyJit.Of(model.Forward);
        int[] live = [.. digits.Select(d => Best(forward(Tensor.From<float>(d.Normalised(), 1, 1, 28, 28)).ToArray<float>()))];
        using var c = new CBatch(Capturing.Of("digits", model, new CTarget().Schedule), "gcc", "-O2");
        int[] compiled = [.. c.Run([.. digits.Select(d => new[] { d.Normalised() })]).Select(r => Best(r[0]))];
        Assert.That(live.Zip(digits).Count(x => x.First == x.Second.Label), Is.GreaterThanOrEqualTo(985));
        Assert.That(compiled, Is.EqualTo(live));
    }

    [TestCase("gcc", "-O2"), TestCase("clang", "-O2"), TestCase("gcc", "-O2 -DMOBILENET_LEVEL=2"), TestCase("clang", "-O2 -DMOBILENET_LEVEL=0"), TestCase("tcc", ""), TestCase(Processors.Arm, Processors.ArmOptions)]
    public void MobileNetAgrees(string compiler, string options)
    {
        var model = new CapturedMobileNet();
        using var c = new CBatch(Capturing.Of("mobilenet", model, new CTarget().Schedule), compiler, options);
        var photos = ReferenceCase.All(MobileNetV1.Folder);
        var results = c.Run([.. photos.Select(p => new[] { p.Input.ToArray<float>() })]);
        for (int i = 0; i < photos.Count; i++)
        {
            var expected = photos[i].Output.ToArray<float>();
            Close.Check(results[i][0], expected, OfReference, photos[i].Name);
            Assert.That(Best(results[i][0]), Is.EqualTo(Best(expected)), photos[i].Name);
            Close.Check(results[i][0], Interpret(model.Forward(photos[i].Input)), OfInterpreterDeep, $"{photos[i].Name} and the interpreter");
        }
    }

    [TestCase(1, "gcc", "-O2"), TestCase(2, "clang", "-O2"), TestCase(3, "gcc", "-O2 -DNET_LEVEL=0"), TestCase(4, Processors.Arm, Processors.ArmOptions)]
    public void RandomNetAgrees(int seed, string compiler, string options)
    {
        var model = new RandomNet(seed);
        var random = new Random(seed + 100);
        var (signal, side) = (RandomNet.Values(random, 1, 3, 41), RandomNet.Values(random, 1, 7));
        using var c = new CBatch(Capturing.Of("net", model, new CTarget().Schedule), compiler, options);
        var result = c.Run([[signal.ToArray<float>(), side.ToArray<float>()]])[0];
        var (scores, features) = model.Forward(signal, side);
        Close.Check(result[0], Interpret(scores), OfInterpreter, "scores");
        Close.Check(result[1], Interpret(features), OfInterpreter, "features");
    }

    static float[] Interpret(Tensor t) => MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(t.Node).Copied()).ToArray();
    static int Best(float[] scores) => Array.IndexOf(scores, scores.Max());
}
