using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;

namespace Tiny.Tests.Tensors;

/// <summary>SHA-3 and SHAKE against the published values, and .NET's own where the system has them.</summary>
[TestFixture]
public sealed class KeccakTests
{
    static string Hex(Tensor t) => Convert.ToHexStringLower(t.Same<byte>());
    static Tensor Text(string text) => Tensor.From<byte>(Encoding.ASCII.GetBytes(text));

    [Test]
    public void Published_values()
    {
        Assert.That(Hex(Text("").Sha3()), Is.EqualTo("a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"));
        Assert.That(Hex(Text("abc").Sha3()), Is.EqualTo("3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"));
        Assert.That(Hex(Text("").Shake128()), Is.EqualTo("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"));
        Assert.That(Hex(Text("abc").Sha3(224)), Is.EqualTo("e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"));
        // Keccak before the standard.
        Assert.That(Hex(Text("").Keccak(136, 0x01, 32)), Is.EqualTo("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"));
    }

    // Around the lengths of a block, and several.
    [Test]
    public void Against_dot_net([Values(0, 7, 135, 136, 137, 400)] int length)
    {
        if (!SHA3_256.IsSupported) Assert.Ignore("this system has no SHA-3");
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        var x = Tensor.From<byte>(data);
        Assert.That(x.Sha3().ToArray<byte>(), Is.EqualTo(SHA3_256.HashData(data)));
        Assert.That(x.Sha3(384).ToArray<byte>(), Is.EqualTo(SHA3_384.HashData(data)));
        Assert.That(x.Sha3(512).ToArray<byte>(), Is.EqualTo(SHA3_512.HashData(data)));
        Assert.That(x.Shake128(300).ToArray<byte>(), Is.EqualTo(Shake128.HashData(data, 300)));
        Assert.That(x.Shake256().ToArray<byte>(), Is.EqualTo(Shake256.HashData(data, 64)));
    }

    [Test]
    public void Batches_and_errors()
    {
        var rows = Tensor.From<byte>([.. Enumerable.Range(0, 12).Select(i => (byte)i)], 2, 2, 3);
        byte[] all = rows.Sha3().ToArray<byte>();
        Assert.That(rows.Sha3().Shape, Is.EqualTo(new Shape(2, 2, 32)));
        for (int i = 0; i < 4; i++) Assert.That(rows.Reshape(4, 3)[i].Sha3().ToArray<byte>(), Is.EqualTo(all[(32 * i)..(32 * i + 32)]));
        Assert.That(rows[..0].Sha3().Shape, Is.EqualTo(new Shape(0, 2, 32)));
        Assert.That(rows.Shake128(0).Shape, Is.EqualTo(new Shape(2, 2, 0)));
        Assert.That(() => Tensor.Zeros(3).Sha3(), Throws.TypeOf<DTypeException>().With.Message.Contains("float32"));
        Assert.That(() => rows.Sha3(100), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
