using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Optimize;

/// <summary>
/// A name for what a kernel computes and how it is scheduled, the same in every run and on every machine: a hash of its body and parameters. Names of
/// kernels and buffers are no part of it.
/// </summary>
static class KernelKey
{
    const int Digits = 16;

    /// <summary>The key of a kernel.</summary>
    public static string Of(Kernel kernel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var number = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        foreach (var p in kernel.Params) Line($"{p.DType} {p.Count} {p.Written} {p.InPlace}");
        foreach (var node in kernel.Sink.Topological())
        {
            string operands = string.Join(' ', node.Src.Select(s => number[s]));
            // A float's bits: a zero has a sign.
            Line($"{node.Op} {node.DType} {(node.Arg is Constant c ? c.Bits.ToString("x", CultureInfo.InvariantCulture) : node.Arg)} {operands}");
            number[node] = number.Count;
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..Digits];

        void Line(FormattableString text) => hash.AppendData(Encoding.UTF8.GetBytes(text.ToString(CultureInfo.InvariantCulture) + "\n"));
    }

    /// <summary>What a reader knows a kernel by beside its name: its loops, <c>64 x 3136, sums of 576</c>.</summary>
    public static string Describe(Kernel kernel)
    {
        var ranges = kernel.Sink.Topological().Where(u => u.Op == Op.Range).OrderBy(u => ((Axis)u.Arg!).Id).ToLookup(u => ((Axis)u.Arg!).Kind);
        string loops = List(AxisKind.Loop), sums = List(AxisKind.Reduce);
        return (loops.Length > 0 ? loops : "1") + (sums.Length > 0 ? $", reduces {sums}" : "");

        string List(AxisKind kind) => string.Join(" x ", ranges[kind].Select(r => Dim.Of(r.Src[0]).ToString()));
    }
}
