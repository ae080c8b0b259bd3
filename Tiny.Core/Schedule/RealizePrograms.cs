using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>
/// What has been compiled for a device to realise tensors, by form, so that a loop which builds the same graph in each turn compiles it once. The programs used last are kept: so
/// many, and of so many bytes together. None refers to tensors. Calls may come from any thread.
/// </summary>
sealed class RealizePrograms(Device device)
{
    const int Most = 256;
    const long MostBytes = 256 << 20;
    // With so many values of its constants a form is compiled as it is. After that, those that vary are given: kernels then know less, but one serves all values.
    const int MostValues = 2;

    readonly Dictionary<GraphForm, LinkedListNode<Known>> _byForm = [];
    // The form used last is the first.
    readonly LinkedList<Known> _recent = new();
    readonly Lock _lock = new();
    long _bytes;

    /// <summary>The programs of a form, in the order in which they were made.</summary>
    sealed record Known(GraphForm Form, RealizeProgram[] Programs)
    {
        public long Bytes => Form.Bytes + Programs.Sum(p => p.Bytes);
    }

    /// <summary>How many graphs this thread has compiled to realise tensors.</summary>
    [ThreadStatic] internal static int Compiled;

    /// <summary>Programs kept.</summary>
    public int Count
    {
        get { lock (_lock) return _recent.Sum(k => k.Programs.Length); }
    }

    /// <summary>A program for a graph: one that is known, or a new one.</summary>
    public RealizeProgram For(GraphRequest request)
    {
        var given = new bool[request.Constants.Count];
        lock (_lock)
        {
            if (_byForm.TryGetValue(request.Form!, out var node))
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
                foreach (var program in node.Value.Programs)
                    if (program.Computes(request)) return program;
                if (node.Value.Programs.Length >= MostValues)
                    foreach (var program in node.Value.Programs) program.AddVarying(given, request);
            }
        }
        // Two threads may compile the same at once; either result will do.
        var made = new RealizeProgram(request, given, device);
        Compiled++;
        lock (_lock) Add(request.Form!, made);
        return made;
    }

    void Add(GraphForm form, RealizeProgram made)
    {
        RealizeProgram[] before = [];
        if (_byForm.Remove(form, out var node))
        {
            before = node.Value.Programs;
            Forget(node);
        }
        // Of those to which varying constants are given, the newest serves all that the one before did.
        var known = new Known(form, [.. before.Take(MostValues), made]);
        _byForm[form] = _recent.AddFirst(known);
        _bytes += known.Bytes;
        while (_recent.Count > 1 && (_recent.Count > Most || _bytes > MostBytes))
        {
            _byForm.Remove(_recent.Last!.Value.Form);
            Forget(_recent.Last);
        }
    }

    void Forget(LinkedListNode<Known> node)
    {
        _bytes -= node.Value.Bytes;
        _recent.Remove(node);
    }
}
