using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>
/// Whole nets live on the CPU against independent references (1e-4) and against the interpreter (5e-6, so that any two targets
/// that keep to it are within 1e-5 of one another).
/// </summary>
public sealed class ModelTests
{
    [Test]
    public void DigitsAgree()
    {
        var model = new CapturedDigits();
        var forward = TinyJit.Of(model.Forward);
        foreach (var (image, expected) in CapturedDigits.Reference())
        {
            var live = forward(image).ToArray<float>();
            var oracle = MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(model.Forward(image).Node).Copied());
            Close.Check(oracle, expected, 1e-4, "interpreter");
            Close.Check(live, expected, 1e-4, "live");
            Close.Check(live, oracle, 5e-6, "live and interpreter");
        }
    }

    [Test]
    public void MobileNetAgrees()
    {
        var model = new CapturedMobileNet();
        var forward = TinyJit.Of(model.Forward);
        foreach (var photo in ReferenceCase.All(MobileNetV1.Folder))
        {
            var (live, expected) = (forward(photo.Input).ToArray<float>(), photo.Output.ToArray<float>());
            Close.Check(live, expected, 1e-4, photo.Name);
            Assert.That(Array.IndexOf(live, live.Max()), Is.EqualTo(Array.IndexOf(expected, expected.Max())), photo.Name);
            var oracle = Interpreter.Evaluate(model.Forward(photo.Input).Node);
            Close.Check(live, MemoryMarshal.Cast<byte, float>(oracle.Copied()), 5e-6, photo.Name);
        }
    }

    [Test]
    public void RandomNetAgrees([Values(1, 2, 3)] int seed)
    {
        var model = new RandomNet(seed);
        var random = new Random(seed + 100);
        var (signal, side) = (RandomNet.Values(random, 1, 3, 41), RandomNet.Values(random, 1, 7));
        var (scores, features) = TinyJit.Of<Func<Tensor, Tensor, (Tensor, Tensor)>>(model.Forward)(signal, side);
        var plain = model.Forward(signal, side);
        var oracle = Interpreter.Evaluate([plain.Scores.Node, plain.Features.Node]);
        Close.Check(scores.ToArray<float>(), MemoryMarshal.Cast<byte, float>(oracle[0].Copied()), 5e-6, "scores");
        Close.Check(features.ToArray<float>(), MemoryMarshal.Cast<byte, float>(oracle[1].Copied()), 5e-6, "features");
    }
}
