namespace Tiny.Schedule;

/// <summary>
/// What a tensor graph computes, apart from the memory that it reads and from the values of its constants: operations, dtypes, shapes and what is shared. Of two graphs with
/// equal forms and equal constants, one's schedule computes the other, given the other's memory. A form refers to no memory.
/// </summary>
sealed class GraphForm : IEquatable<GraphForm>
{
    readonly int[] _code;
    readonly object[] _args;
    readonly int _hash;

    /// <param name="code">Operations, dtypes and operands by number, in the order of the nodes.</param>
    /// <param name="args">The arguments of those that have one, in the same order.</param>
    public GraphForm(int[] code, object[] args)
    {
        (_code, _args) = (code, args);
        var hash = new HashCode();
        foreach (int word in code) hash.Add(word);
        foreach (var arg in args) hash.Add(arg);
        _hash = hash.ToHashCode();
    }

    /// <summary>About how many bytes it takes.</summary>
    public long Bytes => _code.LongLength * sizeof(int) + _args.LongLength * 64;

    public bool Equals(GraphForm? other)
    {
        if (other is null || _hash != other._hash || _args.Length != other._args.Length || !_code.AsSpan().SequenceEqual(other._code)) return false;
        for (int i = 0; i < _args.Length; i++)
            if (!ReferenceEquals(_args[i], other._args[i]) && !_args[i].Equals(other._args[i])) return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as GraphForm);
    public override int GetHashCode() => _hash;
}
