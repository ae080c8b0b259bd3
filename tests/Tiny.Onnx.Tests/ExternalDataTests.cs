using NUnit.Framework;

namespace Tiny.Onnx.Tests;

/// <summary>Weights in files beside the model: read where they are in its folder, refused anywhere else.</summary>
public class ExternalDataTests
{
    string _folder = "", _model = "";

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("tiny-onnx-").FullName;
        _model = Path.Combine(_folder, "model", "model.onnx");
        Directory.CreateDirectory(Path.Combine(_folder, "model", "parts"));
        File.WriteAllBytes(Path.Combine(_folder, "model", "parts", "w.bin"), [.. BitConverter.GetBytes(7f), .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f)]);
        File.WriteAllBytes(Path.Combine(_folder, "secret"), new byte[8]);
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    float[] Read(string location, long? offset = null, long? length = null)
    {
        static Proto Entry(string key, string value) => new Proto().Text(1, key).Text(2, value);
        var tensor = Proto.Tensor("w", 1, 2).Number(14, 1).Message(13, Entry("location", location));
        if (offset is { } o) tensor.Message(13, Entry("offset", $"{o}"));
        if (length is { } l) tensor.Message(13, Entry("length", $"{l}"));
        File.WriteAllBytes(_model, Proto.Model(new Proto().Message(5, tensor).Message(12, Proto.Value("w", 1, 2))).Bytes);
        return ((TensorValue)OnnxImporter.Import(OnnxFile.Open(_model), new Dictionary<string, OnnxValue?>()).Outputs[0]!).Tensor.ToArray<float>();
    }

    [Test]
    public void AreReadFromTheModelsFolder()
    {
        Assert.That(Read("parts/w.bin", 4, 8), Is.EqualTo(new[] { 1f, 2f }));
        Assert.That(Read("parts/w.bin"), Is.EqualTo(new[] { 7f, 1f }));
        Assert.That(Read("./parts/../parts/w.bin", 4), Is.EqualTo(new[] { 1f, 2f }));
    }

    [TestCase("../secret"), TestCase("parts/../../secret"), TestCase(""), TestCase("/etc/hostname"), TestCase("a\0b"), TestCase("link"), TestCase("folder/secret"), TestCase("none")]
    public void AreRefusedElsewhere(string location)
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "model", "link"), Path.Combine(_folder, "secret"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "model", "folder"), _folder);
        Assert.That(() => Read(location), Throws.TypeOf<OnnxFormatException>().With.Message.Contains("its data is in"));
    }

    [TestCase(8, 8), TestCase(13, null), TestCase(0, 16), TestCase(4, 4), TestCase(long.MaxValue, 8)]
    public void PlacesOutsideOfTheFileAreRefused(long offset, long? length) => Assert.That(() => Read("parts/w.bin", offset, length), Throws.TypeOf<OnnxFormatException>());
}
