using Tiny.Graph;
using Tiny.Lower;
using Tiny.Runtime;

namespace Tiny.Optimize.Search;

/// <summary>
/// The search for one kernel on one kind of target, a step at a time. It climbs from the heuristic's choices, and from those of an earlier search: a step looks at what
/// is one move away from the best so far, ranks all that was never measured by a model that is scaled to what it was made of, and measures the first few beside the best.
/// </summary>
sealed class KernelSearch
{
    // Candidates that a step measures beside the best.
    const int AStep = 5;
    // What wins by less is not worth an entry.
    const double LeastGain = 1.03;

    // Steps in a row that find nothing, after which nothing more is expected; what a candidate may cost by the model beside the best measured.
    const int MostIdle = 2;
    const double Hopeless = 1.6;
    // Of two that cost the same by the model the shorter is taken: it is compiled sooner, and there is less to read. Lines that are as dear as its whole price.
    const double LinesAsDear = 50_000;

    readonly Kernel _kernel;
    readonly TargetProfile _profile;
    readonly IMeasurer _measurer;
    readonly Moves _moves;
    readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    // Ranked by what they are expected to take.
    readonly List<(double Expected, Candidate Candidate)> _waiting = [];
    readonly Candidate _heuristic;
    Candidate? _stored;
    Candidate? _expanded;
    Candidate _best;
    int _idle;

    /// <param name="kernel">The kernel.</param>
    /// <param name="profile">The kind of target.</param>
    /// <param name="measurer">What runs its candidates.</param>
    /// <param name="stored">What an earlier search has found; null for nothing. What cannot be applied is left out.</param>
    /// <exception cref="TargetException">The target cannot take the kernel.</exception>
    public KernelSearch(Kernel kernel, TargetProfile profile, IMeasurer measurer, IReadOnlyList<OptOp>? stored = null)
    {
        (_kernel, _profile, _measurer) = (kernel.Copy(), profile, measurer);
        UOp? body = null;
        IReadOnlyList<OptOp> choices = [];
        var code = LowerPipeline.Run(_kernel, profile, decided: (sink, chosen) => (body, choices) = (sink, chosen));
        _moves = new(body!, profile);
        _best = _heuristic = new(choices, code, Price(choices, code));
        _seen.Add(OptText.Of(choices));
        if (stored is not null && _seen.Add(OptText.Of(stored))) _stored = Lowered(stored);
    }

    /// <summary>True where choices that make the compiler fail are an error.</summary>
    internal static bool Strict { get; set; }

    /// <summary>The heuristic's choices.</summary>
    public IReadOnlyList<OptOp> Heuristic => _heuristic.Choices;
    /// <summary>The best so far.</summary>
    public IReadOnlyList<OptOp> Best => _best.Choices;
    /// <summary>Seconds that the heuristic's choices take; 0 before they are measured.</summary>
    public double Before { get; private set; }
    /// <summary>Seconds that the best take.</summary>
    public double After { get; private set; }
    /// <summary>What the model says of the best.</summary>
    public double ModelPrice => _best.Price;
    /// <summary>The best are better than the heuristic's choices by so much that they are worth an entry.</summary>
    public bool IsBetter => _best != _heuristic && Before > After * LeastGain;
    /// <summary>Candidates that were measured.</summary>
    public int Measured { get; private set; }
    /// <summary>No further step is expected to find anything.</summary>
    public bool IsDone { get; private set; }

    /// <summary>One step; <paramref name="stop"/> ends it early.</summary>
    public void Step(Func<bool> stop)
    {
        if (IsDone) return;
        if (_expanded != _best) Expand(stop);
        if (stop()) return;
        double now = Before > 0 ? After : _best.Price;
        _waiting.RemoveAll(w => w.Expected > Hopeless * now);
        List<Candidate> next = [.. _waiting.OrderBy(w => w.Expected * (1 + w.Candidate.Code.Code.Length / LinesAsDear)).Take(AStep).Select(w => w.Candidate)];
        _waiting.RemoveAll(w => next.Contains(w.Candidate));
        if (_stored is not null) next.Insert(0, _stored);
        _stored = null;
        bool better = next.Count > 0 && Try(next);
        _idle = better ? 0 : _idle + 1;
        IsDone = _waiting.Count == 0 && _expanded == _best || _idle >= MostIdle;
    }

    bool Try(List<Candidate> next)
    {
        // The first is what results are compared with; the best is what times are compared with.
        List<Candidate> all = _best == _heuristic ? [_heuristic, .. next] : [_heuristic, _best, .. next];
        var seconds = _measurer.Measure(all);
        Measured += next.Count;
        int at = all.Count - next.Count;
        // What does not run is no start.
        if (seconds[0] is not { } heuristic || seconds[at - 1] is not { } best) return false;
        // What waits is expected to take so much more or less than the best.
        double scale = best / (Before > 0 ? After : _best.Price);
        for (int i = 0; i < _waiting.Count; i++) _waiting[i] = _waiting[i] with { Expected = _waiting[i].Expected * scale };
        (Before, After) = (heuristic, best);
        bool better = false;
        for (int i = at; i < all.Count; i++)
            if (seconds[i] is { } time && time < After) (_best, After, better) = (all[i], time, true);
        return better;
    }

    // What is one move away, ranked by how much more or less the model says it costs.
    void Expand(Func<bool> stop)
    {
        _expanded = _best;
        foreach (var choices in _moves.From(_best.Choices))
        {
            if (stop()) return;
            if (!_seen.Add(OptText.Of(choices)) || Lowered(choices) is not { } candidate) continue;
            _waiting.Add(((Before > 0 ? After : _best.Price) * candidate.Price / _best.Price, candidate));
        }
    }

    Candidate? Lowered(IReadOnlyList<OptOp> choices)
    {
        try
        {
            var code = LowerPipeline.Run(_kernel.Copy(), _profile, chosen: choices);
            return new(choices, code, Price(choices, code));
        }
        // What cannot be made is no candidate, for whatever reason; tests see that there are no other reasons than these two.
        catch (Exception e) when (e is OptException or TargetException || !Strict && e is not MemoryLimitException)
        {
            return null;
        }
    }

    double Price(IReadOnlyList<OptOp> choices, LinearKernel code) => _profile.Grid ? GridPrice.Of(_kernel, choices) : CodeCost.Of(code);
}
