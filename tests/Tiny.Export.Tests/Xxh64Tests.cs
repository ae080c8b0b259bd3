using System.Text;
using NUnit.Framework;
using Tiny.Export.C;

namespace Tiny.Export.Tests;

/// <summary>Against hashes that implementations of XXH64 publish as their test vectors.</summary>
public class Xxh64Tests
{
    [TestCase("", 0xEF46DB3751D8E999UL)]
    [TestCase("a", 0xD24EC4F1A98C6E5BUL)]
    [TestCase("as", 0x1C330FB2D66BE179UL)]
    [TestCase("asd", 0x631C37CE72A97393UL)]
    [TestCase("asdf", 0x415872F599CEA71EUL)]
    [TestCase("abc", 0x44BC2CF5AD770999UL)]
    [TestCase("Call me Ishmael. Some years ago--never mind how long precisely-", 0x02A2E85470D6FD96UL)]
    public void Published(string text, ulong hash) => Assert.That(Xxh64.Of(Encoding.ASCII.GetBytes(text)), Is.EqualTo(hash));

    [Test]
    public void InPiecesAsInOne([Values(1, 3, 31, 32, 33, 100)] int piece)
    {
        byte[] bytes = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 31))];
        var hash = new Xxh64();
        foreach (var part in bytes.Chunk(piece)) hash.Append(part);
        Assert.That(hash.Value, Is.EqualTo(Xxh64.Of(bytes)));
    }
}
