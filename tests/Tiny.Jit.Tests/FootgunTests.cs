using NUnit.Framework;
using Tiny.Jit;

namespace Tiny.Tests;

/// <summary>
/// Ways in which a captured method could silently differ from the plain one. Each either does what the plain call does, or says what is wrong.
/// docs/capture.md lists them.
/// </summary>
public sealed class FootgunTests
{
    static Tensor X(params float[] values) => Tensor.From<float>(values, values.Length);
    static float[] V(Tensor t) => t.ToArray<float>();

    public sealed class Settings
    {
        public int Times = 1;
        public float Scale { get; set; } = 2;
        public string Mode = "add";
        public float[] Table = [1, 2, 3];
        public Dictionary<string, Tensor> Named = new() { ["w"] = X(1, 1, 1) };
        public Options Options = new();
        static float s_shared = 1;
        public static void Share(float value) => s_shared = value;

        public Tensor Forward(Tensor x)
        {
            for (int i = 0; i < Times; i++) x = Mode == "add" ? x + Scale : x * Scale;
            return x * Tensor.From<float>(Table, 3) * Named["w"] + Options.Shift + s_shared;
        }
    }

    public sealed class Options
    {
        public double? Bias;
        public float Shift => (float)(Bias ?? 0);
    }

    [Test]
    public void AFieldThatTheMethodReadsMayChangeBetweenCalls()
    {
        var model = new Settings();
        var forward = TinyJit.Of(model.Forward);
        Action[] changes =
        [
            () => { }, () => { }, () => model.Times = 3, () => model.Scale = -1, () => model.Mode = "multiply", () => model.Table[1] = 10,
            () => model.Named["w"] = X(2, 2, 2), () => model.Options.Bias = 4, () => model.Options = new() { Bias = 5 }, () => Settings.Share(7), () => model.Table = [0, 0, 1],
        ];
        try
        {
            foreach (var change in changes)
            {
                change();
                Assert.That(V(forward(X(1, 2, 3))), Is.EqualTo(V(model.Forward(X(1, 2, 3)))));
            }
        }
        finally
        {
            Settings.Share(1);
        }
    }

    sealed class Layer
    {
        public Tensor Weight = X(1);
    }

    readonly record struct Wrapped(Layer Layer);

    sealed class Held
    {
        (Layer A, float Scale) _tuple = (new(), 1);
        readonly KeyValuePair<string, Layer>[] _pairs = [new("a", new())];
        readonly Tuple<Layer> _class = new(new());
        readonly HashSet<Layer> _set = [new()];
        readonly Queue<Layer> _queue = new([new()]);
        readonly List<Wrapped> _list = [new(new())];
        readonly SortedDictionary<string, float> _sorted = new() { ["a"] = 0 };
        Wrapped? _nullable = new Wrapped(new());

        public Action[] Changes => [() => _tuple.A.Weight = X(2), () => _tuple.A = new(), () => _tuple.Scale = -0f, () => _pairs[0].Value.Weight = X(3), () => _class.Item1.Weight = X(4),
            () => _set.First().Weight = X(5), () => _set.Add(new() { Weight = X(6) }), () => _queue.Enqueue(_queue.Dequeue()), () => _queue.Enqueue(new() { Weight = X(7) }),
            () => _list[0].Layer.Weight = X(8), () => _list[0] = new(new() { Weight = X(9) }), () => _sorted["a"] = -0f, () => _nullable = null];

        IEnumerable<Layer> Layers => [_tuple.A, _pairs[0].Value, _class.Item1, .. _set, .. _queue, _list[0].Layer, .. _nullable is { } n ? [n.Layer] : Array.Empty<Layer>()];

        public Tensor Forward(Tensor x) => Tensor.Stack([.. Layers.Select(l => x * l.Weight), x / _tuple.Scale, x / _sorted["a"]]);
    }

    [Test]
    public void StructsAndCollectionsOfEveryKindAreLookedInto()
    {
        var model = new Held();
        var forward = TinyJit.Of(model.Forward);
        foreach (var change in model.Changes.Prepend(() => { }))
        {
            change();
            for (int i = 0; i < 2; i++) Assert.That(V(forward(X(2))), Is.EqualTo(V(model.Forward(X(2)))));
        }
    }

    sealed class Places
    {
        public int Way;
        public (Tensor, Tensor) Forward(Tensor x)
        {
            var y = x + 1;
            var z = y * 2;
            return Way switch { 0 => (y, z), 1 => (z, y), _ => (z, z) };
        }
    }

    [Test]
    public void TheSameValuesInOtherPlacesAreAnotherProgram()
    {
        var model = new Places();
        var forward = TinyJit.Of<Func<Tensor, (Tensor, Tensor)>>(model.Forward);
        foreach (int way in new[] { 0, 1, 2, 0 })
        {
            model.Way = way;
            for (int i = 0; i < 2; i++)
            {
                var ((a, b), (c, d)) = (forward(X(3)), model.Forward(X(3)));
                Assert.That((a.Item(), b.Item()), Is.EqualTo((c.Item(), d.Item())));
            }
        }
    }

    static class Shared
    {
        public static readonly Layer Layer = new();
        public static readonly float[] Table = [1, 2];
        public static readonly List<Tensor> Tensors = [X(1)];
        public static Func<float, float> Function = x => x;
    }

    [Test]
    public void WhatAStaticReadonlyFieldHoldsMayChange()
    {
        Func<Tensor, Tensor> plain = x => x * Shared.Layer.Weight + Shared.Tensors[0] * Shared.Table[1] + Shared.Function(1);
        var forward = TinyJit.Of((Tensor x) => x * Shared.Layer.Weight + Shared.Tensors[0] * Shared.Table[1] + Shared.Function(1));
        foreach (var change in new Action[] { () => { }, () => { }, () => Shared.Layer.Weight = X(5), () => Shared.Table[1] = 7, () => Shared.Tensors[0] = X(11), () => Shared.Function = x => x + 3 })
        {
            change();
            Assert.That(forward(X(2)).Item(), Is.EqualTo(plain(X(2)).Item()));
        }
    }

    [Test]
    public void AWeightMayBeGivenAsTheArgumentThatIsWritten()
    {
        var (w, other) = (X(2), X(3));
        var forward = TinyJit.Of((Tensor x) =>
        {
            x.Assign(x * 2);
            return w + 1;
        });
        Assert.That(forward(w).Item(), Is.EqualTo(5));
        Assert.That(forward(other).Item(), Is.EqualTo(5));
        Assert.That(forward(w).Item(), Is.EqualTo(9));
        Assert.That((w.Item(), other.Item()), Is.EqualTo((8f, 6f)));
    }

    [Test]
    public void AMethodThatIsNotTheSameIsRefusedAtEachLaterCall()
    {
        var random = new Random(1);
        var forward = TinyJit.Of((Tensor x) => x + random.NextSingle());
        forward(X(1));
        var again = () => { forward(X(1)); };
        for (int i = 0; i < 3; i++) Assert.That(again, Throws.TypeOf<TinyJitException>().With.Message.Contains("not the same at each call"));
    }

    [Test]
    public void ArgumentsAreNotKeptByTheirProgram()
    {
        var forward = TinyJit.Of((Tensor[] xs) => xs[0] * 2);
        var weak = CallWithFresh();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.That(weak.IsAlive, Is.False);
        GC.KeepAlive(forward);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        WeakReference CallWithFresh()
        {
            Tensor[] xs = [X(1)];
            forward(xs);
            return new(xs);
        }
    }

    sealed class Shown
    {
        public bool IsCopied;
        public Tensor Forward(Tensor x) => IsCopied ? x.Detach() : x;
        public (Tensor, Tensor) Both(Tensor x, Tensor y) => IsCopied ? (x, y.Detach()) : (x.Detach(), y);
    }

    [Test]
    public void AnAliasOfTheArgumentAndACopyOfItAreNotTheSameProgram()
    {
        var model = new Shown();
        var (forward, both) = (TinyJit.Of(model.Forward), TinyJit.Of<Func<Tensor, Tensor, (Tensor, Tensor)>>(model.Both));
        foreach (bool isCopied in new[] { false, true, false, true })
        {
            model.IsCopied = isCopied;
            Tensor[] seen = [X(1), X(1)], plain = [X(1), X(1)];
            Tensor[] results = [forward(seen[0]), both(seen[0], seen[1]).Item1, both(seen[0], seen[1]).Item2];
            Tensor[] expected = [model.Forward(plain[0]), model.Both(plain[0], plain[1]).Item1, model.Both(plain[0], plain[1]).Item2];
            foreach (var t in seen.Concat(plain)) t.Assign(t + 1);
            Assert.That(results.Select(r => r.Item()), Is.EqualTo(expected.Select(r => r.Item())), $"copied: {isCopied}");
        }
    }

    sealed class Modes
    {
        public string Mode = "multiply";
        public Tensor Forward(Tensor x) => Mode == "add" ? x + 3 : x * 3;
    }

    [Test]
    public void WhatChangesButDoesNotMatterCompilesNothing()
    {
        var model = new Modes();
        var forward = TinyJit.Of(model.Forward);
        foreach (var (mode, expected, captures, programs) in new[] { ("multiply", 15f, 1, 1), ("times", 15f, 1, 0), ("times", 15f, 0, 0), ("add", 8f, 1, 1) })
        {
            model.Mode = mode;
            var (before, made) = (Replay.Captures, Replay.Programs);
            Assert.That(forward(X(5)).Item(), Is.EqualTo(expected));
            Assert.That((Replay.Captures - before, Replay.Programs - made), Is.EqualTo((captures, programs)), mode);
        }
    }

    [Test]
    public void ACapturedLocalMayChange()
    {
        int factor = 1;
        var numbers = new List<float> { 1, 2 };
        var f = TinyJit.Of((Tensor x) => x * factor + numbers.Sum());
        for (factor = 1; factor < 5; factor++)
        {
            numbers.Add(factor);
            Assert.That(f(X(10)).Item(), Is.EqualTo(10 * factor + numbers.Sum()));
        }
    }

    public sealed class Changing
    {
        int _count;
        Tensor _state = X(0);
        Tensor? _lazy;
        readonly List<Tensor> _list = [];
        static int s_calls;

        public Tensor Counts(Tensor x) => x * ++_count;
        public Tensor Repoints(Tensor x) => _state = _state + x;
        public Tensor Makes(Tensor x) => x + (_lazy ??= X(5));
        public Tensor Gathers(Tensor x)
        {
            _list.Add(x);
            return x + 1;
        }

        public Tensor CountsAll(Tensor x) => x + s_calls++;
    }

    [TestCase(nameof(Changing.Counts), "changes Changing._count")]
    [TestCase(nameof(Changing.Repoints), "changes Changing._state.*Assign")]
    [TestCase(nameof(Changing.Makes), "changes Changing._lazy.*Assign")]
    [TestCase(nameof(Changing.Gathers), "changes a List")]
    [TestCase(nameof(Changing.CountsAll), "changes Changing.s_calls")]
    public void AMethodThatChangesAFieldIsRefusedWithTheLine(string method, string message)
    {
        var model = new Changing();
        var captured = TinyJit.Of(typeof(Changing).GetMethod(method)!.CreateDelegate<Func<Tensor, Tensor>>(model));
        var error = Assert.Throws<TinyJitException>(() => captured(X(1)));
        Assert.That(error!.Message, Does.Match(@"FootgunTests\.cs:\d+: .*" + message));
    }

    [Test]
    public void AMethodThatDrawsByCSharpIsRefusedAtItsSecondCall()
    {
        var random = new Random(1);
        var f = TinyJit.Of((Tensor x) => x + (float)random.NextDouble());
        Assert.That(() =>
        {
            f(X(1));
            f(X(1));
        }, Throws.TypeOf<TinyJitException>().With.Message.Contains("is not the same at each call"));
    }

    [Test]
    public void OutputsAreFedBackInSeveralSequences()
    {
        var step = TinyJit.Of((Tensor x) => ((x + 1).Contiguous() * 2).Contiguous());
        foreach (float start in new[] { 10f, 20, 100, 100 })
        {
            var (x, expected) = (X(start), start);
            for (int i = 0; i < 4; i++)
            {
                x = step(x);
                expected = (expected + 1) * 2;
            }
            Assert.That(x.Item(), Is.EqualTo(expected));
        }
    }

    [Test]
    public void SeveralResultsOfOneIntermediateAreEachRight()
    {
        var f = TinyJit.Of((Tensor buffer, Tensor frame) =>
        {
            var shifted = Tensor.Cat([buffer[1..], frame]);
            return (shifted.Contiguous(), shifted[..1].Contiguous());
        });
        var buffer = X(0, 1, 2);
        for (int i = 0; i < 4; i++)
        {
            float expected = V(buffer)[1];
            (buffer, var first) = f(buffer, X(10 + i));
            Assert.That((first.Item(), V(buffer)[2]), Is.EqualTo((expected, 10f + i)));
        }
    }

    [Test]
    public void AResultFedBackIntoTheSameKernelIsNotOverwrittenWhileItIsRead()
    {
        const int N = 1 << 16;
        var f = TinyJit.Of((Tensor buffer, Tensor more) => Tensor.Cat([buffer[(N / 2)..], more]));
        var buffer = Tensor.Zeros(N);
        for (int i = 0; i < 6; i++)
        {
            buffer = f(buffer, Tensor.Full(new Shape(N / 2), i + 1));
            Assert.That(V(buffer)[..(N / 2)], Is.All.EqualTo(i));
        }
    }

    public sealed class Cache
    {
        public readonly Tensor Rows = Tensor.Zeros(4, 4);
        public Tensor Write([Bounds(0, 3)] Dim pos)
        {
            Rows[Slice.Of(pos, pos + 1)].Assign(Tensor.Ones(1, 4));
            return Rows.Sum();
        }

        public Tensor Padded([Shape(3, "t:1..10")] Tensor x) => (x + 1).Pad([(0, 0), (0, 10 - x.Shape[1])]);
    }

    [Test]
    public void ASliceAtAVariablePlaceIsWrittenThenRead()
    {
        var model = new Cache();
        var write = TinyJit.Of<Func<Dim, Tensor>>(model.Write);
        for (int i = 0; i < 4; i++)
        {
            model.Rows.Assign(0);
            Assert.That(write(i).Item(), Is.EqualTo(4));
            Assert.That(V(model.Rows[i]), Is.All.EqualTo(1));
        }
    }

    [Test]
    public void APadOfAVariableLengthIsThatOfTheCall()
    {
        var padded = TinyJit.Of<Func<Tensor, Tensor>>(new Cache().Padded);
        for (int n = 1; n < 10; n++) Assert.That(V(padded(Tensor.Ones(3, n))[0]).Count(v => v != 0), Is.EqualTo(n));
    }

    [Test]
    public void ViewsAtDifferentPlacesAreArguments()
    {
        var f = TinyJit.Of((Tensor x) => x + 1);
        var all = Tensor.Arange(100).Reshape(10, 10).Cast(DType.Float32).Realize();
        for (int i = 1; i < 5; i++) Assert.That(V(f(all[.., i..(i + 2)])), Is.EqualTo(V(all[.., i..(i + 2)] + 1)));
        Assert.That(V(f(all.Transpose()[..2])), Is.EqualTo(V(all.Transpose()[..2] + 1)));
    }

    [Test]
    public void AConstantIsAnArgumentLikeAnyOther()
    {
        var f = TinyJit.Of((Tensor a, Tensor b) => a * b);
        for (int i = 1; i < 4; i++)
        {
            Assert.That(V(f(X(1, 2, 3), Tensor.Scalar((float)i))), Is.EqualTo(new float[] { i, 2 * i, 3 * i }));
            Assert.That(V(f(X(1, 2, 3), Tensor.Full(new Shape(3), i).Realize())), Is.EqualTo(new float[] { i, 2 * i, 3 * i }));
        }
    }

    public class Scaled(float scale)
    {
        public Tensor Scale = X(scale), Other = X(100);
        public Tensor? Lazy;
        public readonly Tensor Seen = X(0);
        public virtual Tensor Forward(Tensor x) => x * Scale;
        public Tensor Twice(Tensor x) => Forward(x) + Forward(x);
        public static Tensor Still(Tensor x) => x - 1;
        public Tensor WithLazy(Tensor x) => x + Lazy!;
        public Tensor Both(Tensor x) => x * Scale + Other;
        public Tensor Sees(Tensor x, bool remember)
        {
            if (remember) Seen.Assign(x);
            return x + Seen;
        }
    }

    public sealed class Shifted() : Scaled(3)
    {
        public override Tensor Forward(Tensor x) => base.Forward(x) + 1;
    }

    [Test]
    public void OverridesStaticMethodsAndInstancesAreTheirOwn()
    {
        Scaled[] models = [new(2), new(5), new Shifted()];
        var all = models.Select(m => (Forward: TinyJit.Of<Func<Tensor, Tensor>>(m.Forward), Twice: TinyJit.Of<Func<Tensor, Tensor>>(m.Twice))).ToList();
        var still = TinyJit.Of<Func<Tensor, Tensor>>(Scaled.Still);
        for (int i = 0; i < 3; i++)
        {
            Assert.That(all.Select(f => f.Forward(X(i)).Item()), Is.EqualTo(new float[] { 2 * i, 5 * i, 3 * i + 1 }));
            Assert.That(all.Select(f => f.Twice(X(i)).Item()), Is.EqualTo(new float[] { 4 * i, 10 * i, 6 * i + 2 }));
            Assert.That(still(X(i)).Item(), Is.EqualTo(i - 1));
        }
    }

    [Test]
    public void TensorsMadeOrSwappedBetweenCallsAreSeen()
    {
        var model = new Scaled(2);
        var both = TinyJit.Of(model.Both);
        for (int i = 0; i < 4; i++)
        {
            Assert.That(both(X(3)).Item(), Is.EqualTo(model.Both(X(3)).Item()));
            (model.Scale, model.Other) = (model.Other, model.Scale);
        }
        model.Lazy = X(7);
        var lazy = TinyJit.Of(model.WithLazy);
        Assert.That(lazy(X(1)).Item(), Is.EqualTo(8));
        model.Lazy.Assign(20);
        Assert.That(lazy(X(1)).Item(), Is.EqualTo(21));
    }

    [Test]
    public void AWriteUnderAConditionBelongsToItsSignature()
    {
        var (captured, plain) = (new Scaled(1), new Scaled(1));
        var sees = TinyJit.Of<Func<Tensor, bool, Tensor>>(captured.Sees);
        foreach (var (x, remember) in new[] { (1f, false), (2, true), (3, false), (4, false), (5, true), (6, false) })
        {
            Assert.That(sees(X(x), remember).Item(), Is.EqualTo(plain.Sees(X(x), remember).Item()));
            Assert.That(captured.Seen.Item(), Is.EqualTo(plain.Seen.Item()));
        }
    }

    [Test]
    public void ACapturedMethodCalledDuringACaptureIsPartOfItAndFailsWithIt()
    {
        var model = new Scaled(2);
        var inner = TinyJit.Of<Func<Tensor, bool, Tensor>>(model.Sees);
        bool fails = true;
        var outer = TinyJit.Of((Tensor x) =>
        {
            var y = inner(x, true);
            return fails ? throw new InvalidOperationException("half-way") : y * 2;
        });
        Assert.That(() => outer(X(5)), Throws.InvalidOperationException);
        Assert.That(model.Seen.Item(), Is.Zero, "a capture that fails changes nothing");
        fails = false;
        for (int i = 1; i < 4; i++)
        {
            Assert.That(outer(X(i)).Item(), Is.EqualTo(4 * i));
            Assert.That(model.Seen.Item(), Is.EqualTo(i));
        }
        Assert.That(inner(X(9), false).Item(), Is.EqualTo(12));
    }

    [Test]
    public void WhatDependsOnNothingIsComputedOnce()
    {
        var program = ProgramCapture.Capture("once", [new ModelEntry("f", null, ((Delegate)Once).Method)]);
        Assert.That(program.Entries[0].Calls, Has.Length.EqualTo(1));
        Assert.That(program.OnceEvaluated, Is.EqualTo(1));
    }

    static readonly Tensor s_weight = X(1, 2, 3);
    static Tensor Once([Shape(3)] Tensor x) => x + s_weight.Exp().Softmax().CumSum(0);
}
