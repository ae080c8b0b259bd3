using DigitsSample;
using Tiny.Jit;

namespace Tiny.Bench;

/// <summary>What is measured of samples/Digits.</summary>
static class Sample
{
    /// <summary>One image through the live network, from the model's construction if it is the first in its process.</summary>
    public static Action Call()
    {
        var image = KnownDigits.Load(Digits.Folder)[0].Normalised();
        Func<Tensor, Tensor>? forward = null;
        return () => (forward ??= TinyJit.Of(new Digits().Forward))(Tensor.From<float>(image, 1, 1, 28, 28)).Realize();
    }

    /// <summary>Capture and both exports, from the model's construction, as the build's host does it.</summary>
    public static Action Export() => () =>
    {
        var folder = Directory.CreateTempSubdirectory("tiny-bench-").FullName;
        try
        {
            var program = ProgramCapture.Capture("digits", new Digits(), [typeof(Digits).GetMethod(nameof(Digits.Forward))!]);
            foreach (var target in new ExportTarget[] { new WebGpuTarget(), new CTarget() })
                target.Export(program, new ExportContext(Directory.CreateDirectory(Path.Combine(folder, target.Name)).FullName, folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    };
}
