using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Optimize.Search;

/// <summary>
/// About how many cycles linear code takes on a processor's core: in each loop the instructions that it can start in a cycle, or the longest chain of sums that wait for one
/// another, whichever is more; values that do not fit into registers; and bytes that come from outside of the caches (<see cref="CacheTraffic"/>).
/// </summary>
/// <remarks>It ranks the candidates of one kernel, so that the likely ones are measured first. Only measurements decide.</remarks>
sealed class CodeCost
{
    // Cycles of an instruction where many are under way: two units for arithmetic, two for loads, one for stores.
    const double Arithmetic = 0.5, Load = 0.5, Tested = 0.5, Store = 1, Integer = 0.15, Lane = 1, Division = 5, Function = 15, Iteration = 1;
    // Cycles until a result can be used; what a value costs that has to be put away and fetched again.
    const double Latency = 4, Spilled = 1.5;

    readonly LinearKernel _kernel;
    readonly Dictionary<UOp, double> _chains = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<UOp, int> _lastUse = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<UOp, int> _uses = new(ReferenceEqualityComparer.Instance);

    CodeCost(LinearKernel kernel)
    {
        _kernel = kernel;
        for (int i = 0; i < kernel.Code.Length; i++)
            foreach (var s in kernel.Code[i].Src)
            {
                _lastUse[s] = i;
                _uses[s] = _uses.GetValueOrDefault(s) + 1;
            }
    }

    /// <summary>Cycles of one launch.</summary>
    public static double Of(LinearKernel kernel) => new CodeCost(kernel).Compute() + CacheTraffic.Of(kernel);

    // A loop that is open: its cycles an iteration, the longest chain, and what loops inside of it take.
    sealed class Block(double trips, int begin)
    {
        public readonly double Trips = trips;
        public readonly int Begin = begin;
        public double Own, Chain, Nested;
        public bool HasLoops;
        public int Accumulators;
    }

    double Compute()
    {
        var open = new Stack<Block>();
        open.Push(new(1, 0));
        for (int i = 0; i < _kernel.Code.Length; i++)
        {
            var line = _kernel.Code[i];
            switch (line.Op)
            {
                case Op.Range:
                    open.Peek().HasLoops = true;
                    open.Push(new(line.Max + 1, i));
                    break;
                case Op.End:
                    var done = open.Pop();
                    open.Peek().Nested += Cycles(done, i);
                    break;
                case Op.Set:
                    open.Peek().Accumulators++;
                    open.Peek().Chain = Math.Max(open.Peek().Chain, _chains.GetValueOrDefault(line.Src[1]));
                    break;
                default:
                    open.Peek().Own += Throughput(line);
                    Chain(line);
                    break;
            }
        }
        return Cycles(open.Pop(), _kernel.Code.Length);
    }

    double Cycles(Block block, int end) =>
        block.Trips * (Math.Max(block.Own + (block.HasLoops ? 0 : Spilled * Math.Max(0, Held(block, end) - _kernel.Profile.Registers)), block.Chain) + block.Nested + Iteration);

    // Since the loop's last iteration: chains begin at accumulators.
    void Chain(UOp line)
    {
        double longest = 0;
        foreach (var s in line.Src)
            longest = Math.Max(longest, s.Op == Op.Acc ? double.Epsilon : _chains.GetValueOrDefault(s));
        if (longest > 0) _chains[line] = longest + (line.DType.IsFloat && IsElementwise(line) ? Latency : 1);
    }

    // Values in registers at once in an innermost loop: its accumulators, and what is loaded for more than one use.
    int Held(Block block, int end)
    {
        int live = 0, most = 0;
        var ends = new Dictionary<int, int>();
        for (int i = block.Begin; i < end; i++)
        {
            var line = _kernel.Code[i];
            if (line.DType.IsFloat && line.Op is not (Op.Acc or Op.Set) && _uses.GetValueOrDefault(line) > 1 && _lastUse[line] < end && IsWide(line))
            {
                live++;
                ends[_lastUse[line]] = ends.GetValueOrDefault(_lastUse[line]) + 1;
            }
            most = Math.Max(most, live);
            live -= ends.GetValueOrDefault(i);
        }
        return block.Accumulators + most + 1;
    }

    bool IsWide(UOp line) => _kernel.Profile.VectorLanes == 1 || line.DType.Lanes > 1 || line.Op == Op.Load;

    static bool IsElementwise(UOp line) => line.Op is >= Op.Neg and <= Op.MulAcc;

    static double Throughput(UOp line) => line.Op switch
    {
        Op.Load => line.Src.Length > 2 ? Load + Tested : Load,
        Op.Store or Op.StoreBits => Store,
        Op.Div or Op.Sqrt => Division,
        Op.Exp or Op.Exp2 or Op.Log2 or Op.Sin => Function * line.DType.Lanes,
        Op.Dot => Arithmetic,
        Op.FloorDiv or Op.FloorMod => Division,
        // A value that is loaded comes with all lanes.
        Op.Broadcast => line.Src[0].Op is Op.Load or Op.Const ? 0 : Arithmetic,
        Op.Vector => Lane * line.DType.Lanes,
        Op.Lane => Lane,
        Op.FoldLanes => 2 * Lane * Math.Log2(Math.Max(2, line.Src[0].DType.Lanes)),
        _ when IsElementwise(line) => line.DType.IsFloat || line.DType.Lanes > 1 ? Arithmetic : Integer,
        _ => 0,
    };
}
