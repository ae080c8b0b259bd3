using System.Text;
using NUnit.Framework;
using Tiny.Formats;

namespace Tiny.Tests.Formats;

[TestFixture]
public sealed class NpyTests
{
    static readonly Tensor[] s_tensors =
    [
        Tensor.From([1f, 2f, 3f, 4f, 5f, 6f], 2, 3), Tensor.From([1.5, -0.0]), Tensor.From([1, 2], 2, 1), Tensor.From([1L << 40]),
        Tensor.From(new byte[] { 1, 255 }), Tensor.From([true, false]), Tensor.From([uint.MaxValue]), Tensor.Scalar(2.5),
        Tensor.Zeros(0, 3), Tensor.From(new sbyte[] { -1, 127 }), Tensor.From(new short[] { -1 }), Tensor.From(new ushort[] { 65535 }),
        Tensor.From([ulong.MaxValue]), Tensor.From([(Half)1.5f, Half.NaN]),
    ];

    [TestCaseSource(nameof(s_tensors))]
    public void Round_trip(Tensor tensor)
    {
        using var folder = new Folder();
        Npy.Write(folder["x.npy"], tensor);
        var read = Npy.Read(folder["x.npy"]);
        Assert.That((read.DType, read.Shape), Is.EqualTo((tensor.DType, tensor.Shape)));
        Assert.That(read.Storage!.Host!.Copied().ToArray(), Is.EqualTo(tensor.Realize().Storage!.Host!.Copied().ToArray()));
    }

    static readonly DType[] s_dtypes = [.. Enum.GetValues<ScalarKind>().Where(k => k != ScalarKind.Void).Select(k => new DType(k))];

    [TestCaseSource(nameof(s_dtypes))]
    public void Every_dtype_goes_through_a_file_bit_by_bit_or_is_refused(DType dtype)
    {
        using var folder = new Folder();
        var tensor = Bits.Tensor(dtype, 3, 50);
        if (dtype.Kind is ScalarKind.BFloat16 or ScalarKind.Float8E4M3 or ScalarKind.Float8E5M2)
        {
            Assert.That(() => Npy.Write(folder["x.npy"], tensor), Throws.TypeOf<DTypeException>().With.Message.Contains($".npy has no {dtype}").And.Message.Contains("safetensors"));
            return;
        }
        Npy.Write(folder["x.npy"], tensor);
        var read = Npy.Read(folder["x.npy"]);
        Assert.That((read.DType, read.Shape), Is.EqualTo((dtype, new Shape(3, 50))));
        Assert.That(read.Storage!.ToHost().Copied().ToArray(), Is.EqualTo(Bits.Of(dtype, 150)));
    }

    [Test]
    public void The_header_is_as_NumPy_writes_it()
    {
        using var folder = new Folder();
        Npy.Write(folder["x.npy"], Tensor.From([1f, 2f]));
        var bytes = File.ReadAllBytes(folder["x.npy"]);
        string expected = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }".PadRight(117) + "\n";
        Assert.That(Encoding.Latin1.GetString(bytes, 10, 118), Is.EqualTo(expected));
        Assert.That(bytes.Take(10), Is.EqualTo(new byte[] { 0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0 }));
    }

    [Test]
    public void Version_2_is_read()
    {
        using var folder = new Folder();
        string header = "{'shape': (2,), 'fortran_order': False, 'descr': '<i4'}\n";
        byte[] bytes = [0x93, .. "NUMPY"u8, 2, 0, (byte)header.Length, 0, 0, 0, .. Encoding.ASCII.GetBytes(header), 5, 0, 0, 0, 6, 0, 0, 0];
        File.WriteAllBytes(folder["x.npy"], bytes);
        Assert.That(Npy.Read(folder["x.npy"]).ToArray<int>(), Is.EqualTo(new[] { 5, 6 }));
    }

    [TestCase("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", "C order")]
    [TestCase("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", ">f4")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "8 bytes")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (x,), }", "(x,)")]
    [TestCase("{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999), }", "99999")]
    [TestCase("nonsense", "nonsense")]
    public void Bad_files_are_refused(string header, string reason)
    {
        using var folder = new Folder();
        File.WriteAllBytes(folder["x.npy"], [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), 0, 0,
            0, 0]);
        Assert.That(() => Npy.Read(folder["x.npy"]), Throws.TypeOf<WeightsException>().With.Message.Contains("x.npy")
            .And.Message.Contains(reason));
    }

    [Test]
    public void Cut_off_files_are_refused()
    {
        using var folder = new Folder();
        Npy.Write(folder["x.npy"], Tensor.From([1f, 2f]));
        var bytes = File.ReadAllBytes(folder["x.npy"]);
        foreach (int n in new[] { 0, 5, 9, 11, 60, bytes.Length - 1 })
        {
            File.WriteAllBytes(folder["y.npy"], bytes[..n]);
            Assert.That(() => Npy.Read(folder["y.npy"]), Throws.TypeOf<WeightsException>(), $"{n} bytes");
        }
        Assert.That(() => Npy.Read(folder["z.npy"]), Throws.TypeOf<WeightsException>());
    }
}
