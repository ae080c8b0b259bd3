using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>
/// A graph compiled to be run again on other memory, and with other values of those constants that are <i>given</i>: they lie in memory, one piece a dtype, in the
/// place of the graph's constants. All others are part of the code.
/// </summary>
sealed class RealizeProgram
{
    readonly Executable _program;
    readonly Constant[] _constants;
    readonly DType[] _dtypes;
    readonly bool[] _given;
    // For each dtype of given constants, which they are.
    readonly (DType DType, int[] Constants)[] _pieces;

    /// <param name="request">The graph.</param>
    /// <param name="given">For each of its constants: it is given.</param>
    /// <param name="device">What it is compiled for.</param>
    public RealizeProgram(GraphRequest request, bool[] given, Device device)
    {
        _constants = [.. request.Constants.Select(c => (Constant)c.Arg!)];
        _dtypes = [.. request.Constants.Select(c => c.DType)];
        _given = given;
        _pieces = [.. Enumerable.Range(0, given.Length).Where(i => given[i]).GroupBy(i => _dtypes[i]).Select(g => (g.Key, g.ToArray()))];
        Storage[] pieces = [.. _pieces.Select(p => Piece(p.DType, p.Constants, _constants))];
        var results = pieces.Length == 0 ? request.Results : Replaced(request, pieces);
        // It is given other memory each time, so that no weight is known.
        var profile = ScheduleProfile.Of(device.Profile) with { FasterForms = false };
        _program = new Executable(Scheduler.Run(results, profile: profile, layouts: profile.OfTemporaries), device, [.. request.Memory, .. pieces]);
    }

    /// <summary>Bytes that it keeps.</summary>
    public long Bytes => _program.Bytes + _constants.Length * 16;

    /// <summary>It computes a graph of the same form: constants are equal, or given.</summary>
    public bool Computes(GraphRequest request)
    {
        for (int i = 0; i < _constants.Length; i++)
            if (!_given[i] && !IsConstant(i, request)) return false;
        return true;
    }

    /// <summary>Adds the constants that are given here, or have another value than in a graph of the same form.</summary>
    public void AddVarying(bool[] varying, GraphRequest request)
    {
        for (int i = 0; i < _constants.Length; i++) varying[i] |= _given[i] || !IsConstant(i, request);
    }

    bool IsConstant(int i, GraphRequest request) => _constants[i] == (Constant)request.Constants[i].Arg!;

    /// <summary>The results of a graph that it computes.</summary>
    public Storage[] Run(GraphRequest request, Device device)
    {
        var given = new DeviceBuffer[request.Memory.Count + _pieces.Length];
        for (int i = 0; i < request.Memory.Count; i++) given[i] = request.Memory[i].On(device);
        if (_pieces.Length > 0)
        {
            Constant[] constants = [.. request.Constants.Select(c => (Constant)c.Arg!)];
            for (int i = 0; i < _pieces.Length; i++) given[request.Memory.Count + i] = Piece(_pieces[i].DType, _pieces[i].Constants, constants).On(device);
        }
        return _program.Run(given: given);
    }

    static Storage Piece(DType dtype, int[] which, Constant[] constants) =>
        new(dtype, new Shape(which.Length), HostArray.Row(dtype, [.. which.Select(i => constants[i])]).Memory);

    // The graph with the given constants read from memory.
    UOp[] Replaced(GraphRequest request, Storage[] pieces)
    {
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        for (int p = 0; p < pieces.Length; p++)
        {
            var piece = UOp.New(Op.Buffer, pieces[p].DType, pieces[p]);
            for (int i = 0; i < _pieces[p].Constants.Length; i++)
                done[request.Constants[_pieces[p].Constants[i]]] = Build.Reshape(Build.Shrink(piece, (i, i + 1)), Shape.Scalar);
        }
        foreach (var node in request.Nodes) done.TryAdd(node, node.WithSrc([.. node.Src.Select(Done)]));
        return [.. request.Results.Select(Done)];

        // A value with a gradient of its own is the value.
        UOp Done(UOp node)
        {
            while (node.Op == Op.WithGradient) node = node.Src[0];
            return done[node];
        }
    }
}
