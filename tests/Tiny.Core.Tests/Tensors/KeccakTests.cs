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
    public void Against_the_standards_own_steps([Values(0, 7, 135, 136, 137, 400)] int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        var x = Tensor.From<byte>(data);
        Assert.That(x.Sha3().ToArray<byte>(), Is.EqualTo(Sponge(data, 136, 0x06, 32)));
        Assert.That(x.Sha3(384).ToArray<byte>(), Is.EqualTo(Sponge(data, 104, 0x06, 48)));
        Assert.That(x.Sha3(512).ToArray<byte>(), Is.EqualTo(Sponge(data, 72, 0x06, 64)));
        Assert.That(x.Shake128(300).ToArray<byte>(), Is.EqualTo(Sponge(data, 168, 0x1F, 300)));
        Assert.That(x.Shake256().ToArray<byte>(), Is.EqualTo(Sponge(data, 136, 0x1F, 64)));
        // Which systems have, not all.
        if (SHA3_256.IsSupported) Assert.That(Sponge(data, 136, 0x06, 32), Is.EqualTo(SHA3_256.HashData(data)));
    }

    /// <summary>FIPS 202 as it is written, sections 3 and 4: a state of 5 x 5 lanes, bit by bit constants and offsets from their definitions.</summary>
    static byte[] Sponge(byte[] message, int rate, byte suffix, int length)
    {
        byte[] padded = [.. message, .. new byte[rate - message.Length % rate]];
        padded[message.Length] = suffix;
        padded[^1] |= 0x80;
        var state = new ulong[5, 5];
        for (int block = 0; block < padded.Length; block += rate)
        {
            for (int i = 0; i < rate / 8; i++) state[i % 5, i / 5] ^= BitConverter.ToUInt64(padded, block + 8 * i);
            Permute(state);
        }
        var result = new List<byte>();
        while (true)
        {
            for (int i = 0; i < rate / 8; i++) result.AddRange(BitConverter.GetBytes(state[i % 5, i / 5]));
            if (result.Count >= length) return [.. result.Take(length)];
            Permute(state);
        }
    }

    static void Permute(ulong[,] a)
    {
        int register = 1;
        for (int round = 0; round < 24; round++)
        {
            // Theta.
            ulong[] column = [.. Enumerable.Range(0, 5).Select(x => Enumerable.Range(0, 5).Aggregate(0ul, (c, y) => c ^ a[x, y]))];
            for (int x = 0; x < 5; x++)
                for (int y = 0; y < 5; y++) a[x, y] ^= column[(x + 4) % 5] ^ ulong.RotateLeft(column[(x + 1) % 5], 1);
            // Rho and pi.
            var b = new ulong[5, 5];
            b[0, 0] = a[0, 0];
            for (int t = 0, x = 1, y = 0; t < 24; t++, (x, y) = (y, (2 * x + 3 * y) % 5)) b[y, (2 * x + 3 * y) % 5] = ulong.RotateLeft(a[x, y], (t + 1) * (t + 2) / 2);
            // Chi.
            for (int x = 0; x < 5; x++)
                for (int y = 0; y < 5; y++) a[x, y] = b[x, y] ^ (~b[(x + 1) % 5, y] & b[(x + 2) % 5, y]);
            // Iota: bits 2^j - 1 from a shift register.
            for (int j = 0; j < 7; j++)
            {
                if ((register & 1) != 0) a[0, 0] ^= 1ul << (1 << j) - 1;
                register = (register << 1) ^ ((register & 0x80) != 0 ? 0x171 : 0);
            }
        }
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
