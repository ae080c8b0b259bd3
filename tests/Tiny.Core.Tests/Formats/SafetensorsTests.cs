using System.Buffers.Binary;
using System.Text;
using NUnit.Framework;
using Tiny.Formats;

namespace Tiny.Tests.Formats;

[TestFixture]
public sealed class SafetensorsTests
{
    [Test]
    public void Round_trip()
    {
        using var folder = new Folder();
        Dictionary<string, Tensor> tensors = new()
        {
            ["a.weight"] = Tensor.From([1f, -0f, float.NaN, 4f], 2, 2),
            ["a.flags"] = Tensor.From([true, false, true]),
            ["count"] = Tensor.From([1L << 40]).Reshape(),
            ["bytes"] = Tensor.From(new byte[] { 1, 2, 255 }),
            ["doubles"] = Tensor.From([Math.PI]),
            ["empty"] = Tensor.Zeros(0, 4),
            ["ints"] = Tensor.From([1, 2]) * 3,
            ["unsigned"] = Tensor.From([uint.MaxValue]),
        };
        Safetensors.Write(folder["x.safetensors"], tensors, new Dictionary<string, string> { ["by"] = "a \"test\"" });
        var file = SafetensorsFile.Open(folder["x.safetensors"]);
        Assert.That(file.Metadata, Is.EqualTo(new Dictionary<string, string> { ["by"] = "a \"test\"" }));
        Assert.That(file.Tensors.Select(t => t.Name), Is.EquivalentTo(tensors.Keys));
        foreach (var (name, tensor) in tensors)
        {
            var read = file.Tensor(name);
            Assert.That((read.DType, read.Shape), Is.EqualTo((tensor.DType, tensor.Shape)), name);
            Assert.That(read.Storage!.Host!.Copied().ToArray(), Is.EqualTo(tensor.Realize().Storage!.Host!.Copied().ToArray()), name);
        }
        Assert.That(file.Tensors.Where(t => t.Bytes > 0).Select(t => t.Offset % Math.Max(1, t.DType!.Value.Size)), Is.All.Zero, "aligned");
    }

    static readonly DType[] s_dtypes = [.. Enum.GetValues<ScalarKind>().Where(k => k != ScalarKind.Void).Select(k => new DType(k))];

    [TestCaseSource(nameof(s_dtypes))]
    public void Every_dtype_goes_through_a_file_bit_by_bit(DType dtype)
    {
        using var folder = new Folder();
        var bytes = Bits.Of(dtype, 1024);
        Safetensors.Write(folder["x.safetensors"], [KeyValuePair.Create("x", Bits.Tensor(dtype, 32, 32)), KeyValuePair.Create("odd", Tensor.From(new byte[] { 1, 2, 3 }))]);
        var read = SafetensorsFile.Open(folder["x.safetensors"]).Tensor("x");
        Assert.That((read.DType, read.Shape), Is.EqualTo((dtype, new Shape(32, 32))));
        Assert.That(read.Storage!.ToHost().Copied().ToArray(), Is.EqualTo(bytes));
        // Through a kernel, from the mapped file.
        Assert.That(read.Flip(0).Flip(0).Contiguous().Realize().Storage!.ToHost().Copied()[..bytes.Length].ToArray(), Is.EqualTo(bytes));
    }

    [Test]
    public void A_weight_that_is_written_leaves_the_file_as_it_is()
    {
        using var folder = new Folder();
        Safetensors.Write(folder["x"], new Dictionary<string, Tensor> { ["w"] = Tensor.From([1f, 2, 3, 4]) });
        var bytes = File.ReadAllBytes(folder["x"]);
        var file = SafetensorsFile.Open(folder["x"]);
        var weight = file.Tensor("w");
        var before = weight * 1;
        weight[1..3] = Tensor.From([9f, 8]);
        weight.Assign(weight * 2);
        Assert.That(weight.ToArray<float>(), Is.EqualTo(new[] { 2f, 18, 16, 8 }));
        weight.Assign(weight + 1);
        Assert.That(weight.ToArray<float>(), Is.EqualTo(new[] { 3f, 19, 17, 9 }));
        Assert.That(before.ToArray<float>(), Is.EqualTo(new[] { 1f, 2, 3, 4 }));
        Assert.That(file.Tensor("w").ToArray<float>(), Is.EqualTo(new[] { 1f, 2, 3, 4 }));
        Assert.That(File.ReadAllBytes(folder["x"]), Is.EqualTo(bytes));
    }

    [Test]
    public void The_same_tensors_give_the_same_bytes()
    {
        using var folder = new Folder();
        var (a, b) = (Tensor.From([1f]), Tensor.From(new byte[] { 2 }));
        Safetensors.Write(folder["1"], new Dictionary<string, Tensor> { ["a"] = a, ["b"] = b });
        Safetensors.Write(folder["2"], new Dictionary<string, Tensor> { ["b"] = b, ["a"] = a });
        Assert.That(File.ReadAllBytes(folder["2"]), Is.EqualTo(File.ReadAllBytes(folder["1"])));
        Assert.That(() => Safetensors.Write(folder["3"], [KeyValuePair.Create("a", a), KeyValuePair.Create("a", b)]),
            Throws.TypeOf<WeightsException>().With.Message.Contains("'a'"));
        Assert.That(() => Safetensors.Write(folder["no/folder"], [KeyValuePair.Create("a", a)]), Throws.TypeOf<WeightsException>());
    }

    [Test]
    public void Memory_outlives_the_file_object()
    {
        using var folder = new Folder();
        Safetensors.Write(folder["x"], new Dictionary<string, Tensor> { ["a"] = Tensor.From([1f, 2f]) });
        var tensor = Read(folder["x"]);
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.That(tensor.ToArray<float>(), Is.EqualTo(new[] { 1f, 2f }));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static Tensor Read(string path) => SafetensorsFile.Open(path).Tensor("a");
    }

    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 8, "takes 8 bytes")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}", 8, "outside")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 8, "outside")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", 8, "-4")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[9223372036854775804,9223372036854775807]}}", 8, "outside")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1e3,4]}}", 8, "1e3")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 8, "1 numbers")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 8, "1.5")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}", 8, "2^31")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[65536,65536],\"data_offsets\":[0,4]}}", 8, "2^31")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 8, "no shape")]
    [TestCase("{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 8, "no dtype")]
    [TestCase("{\"a\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,4]}}", 8, "no dtype")]
    [TestCase("{\"a\":5}", 8, "'a'")]
    [TestCase("[]", 8, "not a JSON object")]
    [TestCase("{\"a\":", 8, "JSON")]
    [TestCase("{} x", 8, "JSON")]
    [TestCase("", 8, "JSON")]
    [TestCase("{\"\\ud800\":{}}", 8, "JSON")]
    [TestCase("{\"__metadata__\":{\"a\":1}}", 8, "metadata")]
    [TestCase("{\"__metadata__\":[]}", 8, "metadata")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "twice")]
    [TestCase("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[3,5]}}", 8, "overlap")]
    [TestCase("{\"a\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[0,4]}}", 8, "takes 6 bytes")]
    public void Hostile_headers(string header, int data, string reason)
    {
        using var folder = new Folder();
        Write(folder["bad.safetensors"], header, data);
        Assert.That(() => SafetensorsFile.Open(folder["bad.safetensors"]),
            Throws.TypeOf<WeightsException>().With.Message.Contains("bad.safetensors").And.Message.Contains(reason));
    }

    [TestCase(0)]
    [TestCase(7)]
    [TestCase(9)]
    public void Short_files(int length)
    {
        using var folder = new Folder();
        var bytes = new byte[length];
        if (length > 0) bytes[0] = 200;
        File.WriteAllBytes(folder["short"], bytes);
        Assert.That(() => SafetensorsFile.Open(folder["short"]), Throws.TypeOf<WeightsException>().With.Message.Contains("short"));
    }

    [TestCase(ulong.MaxValue)]
    [TestCase(1ul << 63)]
    [TestCase(17ul)]
    public void Header_longer_than_the_file(ulong header)
    {
        using var folder = new Folder();
        var bytes = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, header);
        File.WriteAllBytes(folder["x"], bytes);
        Assert.That(() => SafetensorsFile.Open(folder["x"]), Throws.TypeOf<WeightsException>()
            .With.Message.Contains("longer than the file"));
    }

    [Test]
    public void Deep_JSON_is_refused()
    {
        using var folder = new Folder();
        Write(folder["x"], string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), 0);
        Assert.That(() => SafetensorsFile.Open(folder["x"]), Throws.TypeOf<WeightsException>());
    }

    [Test]
    public void Unknown_dtypes_fail_only_when_read()
    {
        using var folder = new Folder();
        Write(folder["x"], "{\"new\":{\"dtype\":\"F8_NEW\",\"shape\":[3],\"data_offsets\":[0,3]},\"complex\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[3,11]}}", 11);
        var file = SafetensorsFile.Open(folder["x"]);
        Assert.That(file.Find("new")!.DType, Is.Null);
        Assert.That(() => file.Read("complex"), Throws.TypeOf<WeightsException>().With.Message.Contains("C64").And.Message.Contains("'complex'"));
        Assert.That(() => file.Read("other"), Throws.TypeOf<WeightsException>().With.Message.Contains("'other'"));
    }

    [Test]
    public void Random_damage_never_crashes()
    {
        using var folder = new Folder();
        Safetensors.Write(folder["good"], new Dictionary<string, Tensor> { ["a"] = Tensor.From([1f, 2f]), ["b"] = Tensor.From([3]) },
            new Dictionary<string, string> { ["k"] = "v" });
        var good = File.ReadAllBytes(folder["good"]);
        var random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 300; i++)
        {
            var bytes = (byte[])good.Clone();
            for (int k = 0; k < 3; k++) bytes[random.Next(random.Next(4) == 0 ? 8 : bytes.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0) bytes = bytes[..random.Next(bytes.Length)];
            string path = folder[$"bad{i}"];
            File.WriteAllBytes(path, bytes);
            try
            {
                var file = SafetensorsFile.Open(path);
                foreach (var t in file.Tensors.Where(t => t.DType is not null)) Assert.That(file.Read(t.Name).Host!.Copied().Length,
                    Is.EqualTo(t.Bytes));
            }
            catch (WeightsException)
            {
                refused++;
            }
        }
        Assert.That(refused, Is.GreaterThan(50));
    }

    [Test]
    public void Missing_files_are_named() =>
        Assert.That(() => SafetensorsFile.Open("no/such.safetensors"), Throws.TypeOf<WeightsException>()
            .With.Message.Contains("no/such.safetensors"));

    static void Write(string path, string header, int data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + data];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        File.WriteAllBytes(path, bytes);
    }
}
