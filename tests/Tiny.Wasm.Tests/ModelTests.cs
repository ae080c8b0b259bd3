using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Wasm.Tests;

/// <summary>
/// Whole nets as WebAssembly against independent references (1e-4) and against the interpreter (1e-5: without a fused multiply-add each step of a sum is
/// rounded twice).
/// </summary>
[TestFixture("plain"), TestFixture("relaxed")]
public sealed class ModelTests(string module)
{
    const double OfReference = 1e-4, OfInterpreter = 1e-5;

    [Test]
    public void DigitsAgree()
    {
        var model = new CapturedDigits();
        var reference = CapturedDigits.Reference();
        var results = Run(model, [.. reference.Select(r => r.Image)]);
        for (int i = 0; i < reference.Count; i++)
        {
            Close.Check(results[i], reference[i].Expected, OfReference, $"digit {i}");
            Close.Check(results[i], Interpret(model.Forward(reference[i].Image)), OfInterpreter, $"digit {i} and the interpreter");
        }
    }

    [Test]
    public void MobileNetAgrees()
    {
        var model = new CapturedMobileNet();
        var photos = ReferenceCase.All(MobileNetV1.Folder);
        var results = Run(model, [.. photos.Select(p => p.Input)]);
        for (int i = 0; i < photos.Count; i++)
        {
            Close.Check(results[i], photos[i].Output.ToArray<float>(), OfReference, photos[i].Name);
            Close.Check(results[i], Interpret(model.Forward(photos[i].Input)), OfInterpreter, $"{photos[i].Name} and the interpreter");
        }
    }

    [Test]
    public void ARandomNetAgrees([Values(1, 2, 3)] int seed)
    {
        var model = new RandomNet(seed);
        var random = new Random(seed + 100);
        var (signal, side) = (RandomNet.Values(random, 1, 3, 41), RandomNet.Values(random, 1, 7));
        using var entries = new WasmEntries(Capturing.Of("net", model, WasmEntries.Schedule), [signal, side]);
        var (bytes, failure) = entries.Run(module);
        Assert.That(failure, Is.Null);
        var (scores, features) = model.Forward(signal, side);
        var all = MemoryMarshal.Cast<byte, float>(bytes);
        Close.Check(all[..scores.Numel], Interpret(scores), OfInterpreter, "scores");
        Close.Check(all[scores.Numel..], Interpret(features), OfInterpreter, "features");
    }

    // One call an input.
    List<float[]> Run(object model, IReadOnlyList<Tensor> inputs)
    {
        using var entries = new WasmEntries(Capturing.Of("net", model, WasmEntries.Schedule), [.. inputs.Select(_ => (0, (IReadOnlyDictionary<Variable, int>)new Dictionary<Variable, int>()))], inputs);
        var (bytes, failure) = entries.Run(module);
        Assert.That(failure, Is.Null);
        return [.. MemoryMarshal.Cast<byte, float>(bytes).ToArray().Chunk(bytes.Length / sizeof(float) / inputs.Count)];
    }

    static float[] Interpret(Tensor t) => MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(t.Node).Copied()).ToArray();
}
