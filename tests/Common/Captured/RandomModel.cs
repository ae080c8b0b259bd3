using System.Collections.Immutable;
using System.Text;
using Tiny.Jit;

namespace Tiny.Tests.Fuzz;

/// <summary>
/// A model of three states whose two methods do random things in a random order: assign to views of states and arguments, swap, accumulate, draw random numbers,
/// call a captured method that writes, return states and views of them. Of one seed all instances do the same, plain or captured. Everything is int32, so that
/// targets agree in every bit. Steps are data, so that a failing model can be made smaller.
/// </summary>
public sealed class RandomModel
{
    /// <summary>How often both methods are called.</summary>
    public const int Rounds = 3;

    readonly ImmutableArray<int> _first, _second;
    readonly Tensor[] _states = [Count(3, 4), Count(3, 4) + 20, Count(4)];
    readonly Func<Tensor, Tensor> _inner;
    readonly int _seed;
    StringBuilder? _log;

    RandomModel(int seed, ImmutableArray<int> first, ImmutableArray<int> second)
    {
        (_seed, _first, _second) = (seed, first, second);
        _inner = TinyJit.Of<Func<Tensor, Tensor>>(Inner);
        Tensor.Realize(_states);
    }

    /// <summary>The model of a seed.</summary>
    public static RandomModel Make(int seed)
    {
        var random = new Random(seed);
        return new(seed, [.. Enumerable.Range(0, random.Next(1, 8))], [.. Enumerable.Range(100, random.Next(0, 6))]);
    }

    /// <summary>Another instance, as it was at first.</summary>
    public RandomModel Anew() => new(_seed, _first, _second);

    /// <summary>The smallest that still fails when steps are left out.</summary>
    public RandomModel Shrink(Func<RandomModel, bool> fails)
    {
        var smallest = this;
        for (bool again = true; again;)
        {
            again = false;
            for (int i = smallest._first.Length + smallest._second.Length - 1; i >= 0; i--)
            {
                var smaller = i < smallest._first.Length ? new RandomModel(_seed, smallest._first.RemoveAt(i), smallest._second)
                    : new(_seed, smallest._first, smallest._second.RemoveAt(i - smallest._first.Length));
                if (fails(smaller)) (smallest, again) = (smaller, true);
            }
        }
        return smallest;
    }

    /// <summary>Seeded arguments of a call.</summary>
    public static Tensor Argument(int call) => Tensor.From([call + 2, 30 - call, call * call, -7]).Realize();

    public (Tensor A, Tensor B) First([Shape(4, DType = ScalarKind.Int32)] Tensor x) => Run(_first, 0, [x, x + 1]);

    public (Tensor A, Tensor B) Second([Shape(4, DType = ScalarKind.Int32)] Tensor x, [Shape(3, 4, DType = ScalarKind.Int32)] Tensor y) => Run(_second, 1, [x, y]);

    /// <summary>All states as they are.</summary>
    public (Tensor A, Tensor B, Tensor C) States() => (_states[0] + 0, _states[1] + 0, _states[2] + 0);

    Tensor Inner(Tensor x)
    {
        _states[2].Assign(_states[2] * 2 + x.Sum());
        return x - _states[2].Sum();
    }

    (Tensor, Tensor) Run(ImmutableArray<int> steps, int method, Tensor[] given)
    {
        Log($"method {method + 1}");
        List<Tensor> all = [.. _states, .. given];
        foreach (int step in steps)
        {
            var random = new Random(unchecked(_seed * 7919 + step * 104_729));
            var (from, to) = (View(random, all), View(random, all));
            switch (random.Next(8))
            {
                case 0:
                    all.Add(from * 2 + to.Sum());
                    Log($"t{all.Count - 1} = a * 2 + b.Sum()");
                    break;
                case 1:
                    int number = random.Next(100);
                    to.Assign(number);
                    Log($"b.Assign({number})");
                    break;
                case 2:
                    to.Assign(to + from.Sum());
                    Log("b.Assign(b + a.Sum())");
                    break;
                case 3 when from.Shape.Equals(to.Shape):
                    var before = to + 0;
                    to.Assign(from);
                    from.Assign(before);
                    Log("a, b = b, a");
                    break;
                case 4:
                    var drawn = (Tensor.Rand(to.Shape) * 100).Cast(DType.Int32);
                    to.Assign(to + drawn);
                    Log("b.Assign(b + random)");
                    break;
                case 5:
                    all.Add(_inner(from));
                    Log($"t{all.Count - 1} = inner(a)");
                    break;
                case 6:
                    all.Add(from);
                    Log($"t{all.Count - 1} = a");
                    break;
                default:
                    to.Assign(from.Shape.Equals(to.Shape) ? from : to * 3 + from.Max());
                    Log("b.Assign(a) or b.Assign(b * 3 + a.Max())");
                    break;
            }
        }
        var last = new Random(unchecked(_seed * 31 + method));
        var results = (View(last, all), last.Next(2) == 0 ? View(last, all) : all[^1].Sum());
        Log("returns (a, b) or (a, the last one's sum)");
        return results;
    }

    // A tensor or what some of the movements show of it.
    Tensor View(Random random, List<Tensor> all)
    {
        int chosen = random.Next(all.Count);
        var t = all[chosen];
        var text = new StringBuilder($"  t{chosen}");
        for (int views = random.Next(3); views > 0; views--)
            switch (random.Next(5))
            {
                case 0 when t.Rank > 0:
                    int start = random.Next((int)t.Shape[0]);
                    t = t[start..];
                    text.Append($"[{start}..]");
                    break;
                case 1 when t.Rank > 1:
                    t = t.Transpose();
                    text.Append(".Transpose()");
                    break;
                case 2 when t.Rank > 0:
                    int index = random.Next((int)t.Shape[0]);
                    t = t[index];
                    text.Append($"[{index}]");
                    break;
                case 3 when t.Rank > 0:
                    t = t.Flip(0);
                    text.Append(".Flip(0)");
                    break;
                case 4:
                    t = t.Reshape(t.Numel);
                    text.Append(".Reshape(-1)");
                    break;
            }
        Log(text.ToString());
        return t;
    }

    static Tensor Count(params int[] shape) => Tensor.Arange(shape.Aggregate(1, (a, b) => a * b)).Reshape(shape);

    void Log(string line) => _log?.AppendLine(line);

    /// <summary>What the methods do, as text.</summary>
    public override string ToString()
    {
        var model = Anew();
        model._log = new();
        model._log.AppendLine($"model {_seed}: t0, t1 [3, 4] and t2 [4] are states, t3 and t4 the arguments (x, x + 1) and (x, y); before each step the views a and b");
        model.First(Argument(0));
        model.Second(Argument(0), model._states[0] + 1);
        return model._log.ToString();
    }
}
