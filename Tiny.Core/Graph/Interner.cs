using System.Collections.Immutable;

namespace Tiny.Graph;

/// <summary>
/// A compilation's table of nodes: while one is open on a thread, every node made there is unique, so that equal
/// means same. It holds its nodes strongly and is dropped with the compilation.
/// </summary>
public sealed class Interner : IDisposable
{
    [ThreadStatic] static Interner? t_current;

    UOp?[] _table = new UOp?[1024];
    int _count;
    readonly Interner? _outer;

    Interner(Interner? outer) => _outer = outer;

    internal static Interner? Current => t_current;

    /// <summary>Number of distinct nodes made.</summary>
    public int Count => _count;

    /// <summary>Opens a table on this thread until it is disposed. Tables nest.</summary>
    public static Interner Open() => t_current = new Interner(t_current);

    /// <summary>Makes an earlier table current again, to go on with a compilation.</summary>
    public IDisposable Resume() => new Resumed(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (ReferenceEquals(t_current, this)) t_current = _outer;
    }

    internal UOp Intern(Op op, DType dtype, ImmutableArray<UOp> src, object? arg, int hash)
    {
        for (int i = hash & (_table.Length - 1); ; i = (i + 1) & (_table.Length - 1))
        {
            var e = _table[i];
            if (e is null) return Insert(i, new UOp(op, dtype, src, arg, hash, Shapes.Infer(op, src, arg)) { Serial = _count });
            if (e.Hash == hash && e.Op == op && e.DType == dtype && SameSrc(e.Src, src) && Equals(e.Arg, arg)) return e;
        }
    }

    UOp Insert(int slot, UOp made)
    {
        _table[slot] = made;
        if (++_count * 2 > _table.Length) Grow();
        return made;
    }

    void Grow()
    {
        var old = _table;
        _table = new UOp?[old.Length * 2];
        foreach (var e in old)
        {
            if (e is null) continue;
            int i = e.Hash & (_table.Length - 1);
            while (_table[i] is not null) i = (i + 1) & (_table.Length - 1);
            _table[i] = e;
        }
    }

    static bool SameSrc(ImmutableArray<UOp> a, ImmutableArray<UOp> b)
    {
        if (a.Length != b.Length) return false;
        for (int i = 0; i < a.Length; i++)
            if (!ReferenceEquals(a[i], b[i])) return false;
        return true;
    }

    sealed class Resumed : IDisposable
    {
        readonly Interner? _before = t_current;
        public Resumed(Interner interner) => t_current = interner;
        public void Dispose() => t_current = _before;
    }
}
