using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>
/// A scheduled kernel before it is shaped for a target: stores of elementwise values and folds over ranges, every
/// index final and inside its buffer. Kernels with equal bodies are one object.
/// </summary>
public sealed class Kernel
{
    internal Kernel(string name, UOp sink, ImmutableArray<KernelParam> parameters, Interner interner)
    {
        Name = name;
        Sink = sink;
        Params = parameters;
        Variables = [.. sink.Topological().Where(u => u.Op == Op.Variable).Select(u => (Variable)u.Arg!).Distinct().OrderBy(v => v.Name, StringComparer.Ordinal)];
        Interner = interner;
    }

    /// <summary>What it computes, as an identifier: <c>conv1_conv2d_relu</c>. Unique in a program.</summary>
    public string Name { get; internal set; }
    /// <summary><see cref="Op.Sink"/> of stores.</summary>
    public UOp Sink { get; }
    /// <summary>Memory arguments, those written first.</summary>
    public ImmutableArray<KernelParam> Params { get; }
    /// <summary>What its loops and values depend on besides memory, by name: given at each launch.</summary>
    public ImmutableArray<Variable> Variables { get; }
    internal Interner Interner { get; }
    /// <summary>Float operations of a launch; the most, where loops depend on variables.</summary>
    public double Operations => Diagnostics.Work.Of(Sink);
    /// <summary>The user's line that brings float64 into it, where that is known.</summary>
    internal UserLine? Float64Line { get; init; }

    /// <summary>What it computes and how it is scheduled, whatever it is called: the same in every run.</summary>
    public string Key => _key ??= KernelKey.Of(this);
    string? _key;

    /// <summary>The same in a table of its own: what is made of it is gone with it, and another thread may lower it at the same time.</summary>
    internal Kernel Copy()
    {
        using var own = Interner.Open();
        var made = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in Sink.Topological()) made[node] = UOp.New(node.Op, node.DType, [.. node.Src.Select(s => made[s])], node.Arg);
        return new(Name, made[Sink], Params, own) { Float64Line = Float64Line };
    }

    /// <summary>Optimised and lowered for a target: as a search has found, where one has, else by the heuristic.</summary>
    /// <exception cref="TargetException">The target lacks a dtype that the kernel uses.</exception>
    /// <exception cref="TuningException">What was found cannot be applied.</exception>
    public LinearKernel Lower(TargetProfile profile, Tuning? tuning = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (profile.PlainLoops || tuning?.Find(this, profile) is not { } entry) return LowerPipeline.Run(this, profile);
        try
        {
            return LowerPipeline.Run(this, profile, chosen: entry.Choices);
        }
        catch (OptException e)
        {
            throw tuning.Refused(entry, e);
        }
    }
}
