using System.Reflection;
using Tiny.Jit;
using Tiny.Schedule;

namespace Tiny.Tests;

/// <summary>The digit recogniser as a captured model.</summary>
public sealed class CapturedDigits
{
    readonly DigitsModel _net = DigitsModel.Load();

    [TinyJit]
    public Tensor Forward([Shape(1, 1, 28, 28)] Tensor image) => _net.Forward(image);

    /// <summary>The ten reference digits, an image each, and the log-probabilities expected of them.</summary>
    public static IReadOnlyList<(Tensor Image, float[] Expected)> Reference()
    {
        var batch = ReferenceCase.All(DigitsModel.Folder).Single();
        float[] images = batch.Input.ToArray<float>(), expected = batch.Output.ToArray<float>();
        return [.. Enumerable.Range(0, 10).Select(i =>
            (Tensor.From<float>(images[(i * 784)..((i + 1) * 784)], 1, 1, 28, 28), expected[(i * 10)..((i + 1) * 10)]))];
    }
}

/// <summary>MobileNet v1 as a captured model.</summary>
public sealed class CapturedMobileNet
{
    readonly MobileNetV1 _net = MobileNetV1.Load();

    [TinyJit]
    public Tensor Forward([Shape(1, 3, 128, 128)] Tensor image) => _net.Forward(image);
}

/// <summary>Captures test models for export.</summary>
public static class Capturing
{
    /// <summary>The program of all captured methods of a model.</summary>
    public static Program Of(string name, object model, ScheduleProfile? profile = null) => ProgramCapture.Capture(name, model,
        [.. model.GetType().GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(m => m.IsDefined(typeof(TinyJitAttribute)))], profile);
}
