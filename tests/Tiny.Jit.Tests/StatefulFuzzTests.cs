using NUnit.Framework;
using Tiny.Jit;
using Tiny.Tests.Fuzz;

namespace Tiny.Tests;

/// <summary>
/// Random models with state, captured against plain, call after call: what is returned at once, what is read later, and all states. TINY_FUZZ=N runs N models
/// instead of the fixed ones; a failure is shrunk and printed.
/// </summary>
[NonParallelizable]
public sealed class StatefulFuzzTests
{
    const int Models = 2000;

    [TearDown]
    public void Begin() => Tensor.ManualSeed(0);

    [Test]
    public void CapturedModelsDoWhatPlainOnesDo()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int n) ? n : Models;
        for (int seed = 0; seed < count; seed++)
        {
            var model = RandomModel.Make(seed);
            if (Problem(model) is null) continue;
            var smallest = model.Shrink(m => Problem(m) is not null);
            Assert.Fail($"{Problem(smallest)}\n{smallest}");
        }
    }

    static string? Problem(RandomModel model)
    {
        try
        {
            List<int[]> expected = Calls(model.Anew(), captured: false), actual = Calls(model.Anew(), captured: true);
            for (int i = 0; i < expected.Count; i++)
                if (!actual[i].SequenceEqual(expected[i])) return $"value {i} is {string.Join(' ', actual[i])} instead of {string.Join(' ', expected[i])}";
            return null;
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
    }

    static List<int[]> Calls(RandomModel model, bool captured)
    {
        Tensor.ManualSeed(5);
        Func<Tensor, (Tensor, Tensor)> first = model.First;
        Func<Tensor, Tensor, (Tensor, Tensor)> second = model.Second;
        if (captured) (first, second) = (TinyJit.Of<Func<Tensor, (Tensor, Tensor)>>(first), TinyJit.Of<Func<Tensor, Tensor, (Tensor, Tensor)>>(second));
        var values = new List<int[]>();
        var later = new List<Tensor>();
        var fed = Tensor.Zeros(new Shape(3, 4), DType.Int32);
        for (int round = 0; round < RandomModel.Rounds; round++)
        {
            Tensor x = RandomModel.Argument(round), y = RandomModel.Argument(-round);
            var (a, b) = first(x);
            // Fed back: a result of one call is the argument of the next.
            var (c, d) = second(y, fed + (round > 0 ? values[^1][0] : 0));
            var (s, t, u) = model.States();
            Tensor[] now = [a + 0, b + 0, c + 0, d + 0, x + 0, s, t, u];
            // Some are read at once, the others together.
            if (round == 1) now[0].Realize();
            Tensor.Realize(now);
            values.AddRange(now.Select(v => v.ToArray<int>()));
            // Read when all is done: they must be what they were, or what the state they show has become.
            later.AddRange([a + 0, b, c, d * 2]);
        }
        Tensor.Realize(later);
        values.AddRange(later.Select(t => t.ToArray<int>()));
        return values;
    }
}
