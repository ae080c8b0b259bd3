using System.Collections.Concurrent;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Render;

namespace Tiny.Runtime;

/// <summary>
/// Compiled kernels of this process by the content of their linear code, so that equal kernels of different compilations are
/// compiled once. Code is kept only as long as some kernel uses it.
/// </summary>
static class CpuKernelCache
{
    static readonly ConcurrentDictionary<Content, WeakReference<IlKernel>> s_compiled = new();
    static int s_sweepAt = 1024;

    /// <summary>How many kernels this thread has compiled.</summary>
    [ThreadStatic] internal static int Compiled;

    /// <summary>The kernel's machine code, compiled if no equal one is alive.</summary>
    public static IlKernel Get(LinearKernel kernel)
    {
        var key = ContentOf(kernel);
        if (s_compiled.TryGetValue(key, out var known) && known.TryGetTarget(out var code)) return code;
        // Two threads may compile the same kernel at once; either result will do.
        code = IlRenderer.Compile(kernel);
        Compiled++;
        s_compiled[key] = new WeakReference<IlKernel>(code);
        if (s_compiled.Count > s_sweepAt) Sweep();
        return code;
    }

    static void Sweep()
    {
        foreach (var (key, code) in s_compiled)
            if (!code.TryGetTarget(out _)) s_compiled.TryRemove(new KeyValuePair<Content, WeakReference<IlKernel>>(key, code));
        s_sweepAt = Math.Max(1024, 2 * s_compiled.Count);
    }

    /// <summary>The code as bytes, operands by line number.</summary>
    static Content ContentOf(LinearKernel kernel)
    {
        var bytes = new MemoryStream();
        var writer = new BinaryWriter(bytes);
        var position = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        writer.Write(kernel.Params.Length);
        // The counts matter: they decide which constant offsets leave an index.
        foreach (var p in kernel.Params) writer.Write(p.Count.Max);
        foreach (var v in kernel.Variables) Name(v);
        foreach (var line in kernel.Code)
        {
            Write(line);
            foreach (var s in line.Src)
            {
                bool isLine = position.TryGetValue(s, out int at);
                writer.Write(isLine);
                if (isLine) writer.Write(at);
                else if (s.Src.IsEmpty) Write(s);
                else throw new ArgumentException($"{kernel.Name}: {line} uses {s}, which is no line before it");
            }
            position[line] = position.Count;
        }
        writer.Flush();
        return new Content(bytes.ToArray());

        void Name(Variable v)
        {
            writer.Write(v.Name);
            writer.Write(v.Min);
            writer.Write(v.Max);
        }

        void Write(UOp u)
        {
            writer.Write((byte)u.Op);
            writer.Write((byte)u.DType.Kind);
            writer.Write((byte)u.DType.Lanes);
            writer.Write((byte)u.Src.Length);
            switch (u.Arg)
            {
                case Constant c: writer.Write(c.Bits); break;
                case int n: writer.Write(n); break;
                case Op op: writer.Write((byte)op); break;
                case Axis axis: writer.Write(axis.Id); break;
                case StageArg stage:
                    writer.Write(stage.Id);
                    writer.Write(stage.Count);
                    break;
                case Variable v: Name(v); break;
                case null: break;
                default: throw new ArgumentException($"{kernel.Name}: {u} is no linear code");
            }
        }
    }

    /// <summary>Bytes compared by value.</summary>
    sealed class Content(byte[] bytes) : IEquatable<Content>
    {
        readonly byte[] _bytes = bytes;
        readonly int _hash = HashOf(bytes);

        public bool Equals(Content? other) => other is not null && _hash == other._hash && _bytes.AsSpan().SequenceEqual(other._bytes);
        public override bool Equals(object? obj) => Equals(obj as Content);
        public override int GetHashCode() => _hash;

        static int HashOf(byte[] bytes)
        {
            var h = new HashCode();
            h.AddBytes(bytes);
            return h.ToHashCode();
        }
    }
}
