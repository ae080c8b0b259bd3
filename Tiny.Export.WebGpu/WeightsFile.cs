using System.Security.Cryptography;
using Tiny.Formats;
using Tiny.Runtime;

namespace Tiny.Export.WebGpu;

/// <summary>
/// The safetensors file of a bundle as written: its length, where the data begins, its hash, and the hash of every
/// <see cref="BlockBytes"/> of it, so that the browser can check a block before it goes to the GPU and holds no more than one.
/// </summary>
internal sealed record WeightsFile(long Bytes, long DataStart, string Sha256, IReadOnlyList<string> BlockSha256)
{
    /// <summary>Bytes that are checked and uploaded together; a multiple of 4.</summary>
    public const int BlockBytes = 8 << 20;

    /// <summary>Writes the plan's constants.</summary>
    public static WeightsFile Write(string path, BundlePlan plan, CancellationToken cancellation)
    {
        var metadata = new Dictionary<string, string> { ["model"] = plan.Program.Name, ["tool"] = $"Tiny {FileHeader.Version}" };
        Safetensors.Write(path, plan.Constants.Select(c => (c.Name, new Storage(c.DType, c.Shape, c.Data!))), metadata);

        using var file = File.OpenRead(path);
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var blocks = new List<string>();
        var block = new byte[Math.Min(BlockBytes, file.Length)];
        for (int read; (read = file.ReadAtLeast(block, block.Length, throwOnEndOfStream: false)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            whole.AppendData(block, 0, read);
            blocks.Add(Convert.ToHexStringLower(SHA256.HashData(block.AsSpan(0, read))));
        }
        return new(file.Length, file.Length - plan.Constants.Sum(c => c.Bytes), Convert.ToHexStringLower(whole.GetHashAndReset()), blocks);
    }
}
