using System.Reflection;

namespace Tiny.Tests;

/// <summary>
/// Sequences of calls in which a captured call could silently differ from the plain one, as docs/capture.md lists them: each is a caller's code, and runs plain, captured,
/// as a C program and in a browser. What is read is what plain calls by the interpreter give.
/// </summary>
public static class CallSequences
{
    /// <summary>The sequences by name.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. typeof(CallSequences).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(m => m.GetParameters() is [{ ParameterType: var p }] && p == typeof(Caller)).Select(m => m.Name)];

    /// <summary>Runs a sequence, from the beginning of the stream of random numbers.</summary>
    public static Task RunAsync(string name, Caller caller)
    {
        Tensor.ManualSeed(0);
        return typeof(CallSequences).GetMethod(name)!.CreateDelegate<Func<Caller, Task>>()(caller);
    }

    /// <summary>Runs a sequence, and compares what it reads with what plain calls give.</summary>
    public static async Task CheckAsync(string name, Caller actual)
    {
        await using var expected = LiveCaller.Interpreted();
        await RunAsync(name, expected);
        await RunAsync(name, actual);
        NUnit.Framework.Assert.That(actual.Readings, NUnit.Framework.Has.Count.EqualTo(expected.Readings.Count).And.Not.Empty);
        for (int i = 0; i < expected.Readings.Count; i++) Close.Check(actual.Readings[i], expected.Readings[i], 1e-5, $"{name}, reading {i}");
    }

    static Tensor X(params float[] values) => Tensor.From<float>(values, values.Length);
    static Tensor Ramp(int from, params int[] shape) => Tensor.From<float>([.. Enumerable.Range(from, shape.Aggregate(1, (a, b) => a * b)).Select(i => i * 37 % 101 / 50f - 1)], shape);

    static async Task<Held> One(Caller on, string method, params object[] arguments) => (await on.CallAsync(method, arguments)).Single();
    static async Task<Held> Zero(Caller on) => await on.GiveAsync(Tensor.Zeros(1));

    // ---- results
    public static async Task ResultsStayWhatTheyAre(Caller on)
    {
        var results = new List<Held>();
        for (int i = 1; i <= 4; i++) results.Add(await One(on, nameof(CallModel.Affine), await on.GiveAsync(X(i, i, -i))));
        await on.ReadAsync([.. results]);
    }

    public static async Task ResultsAreFedBackInSeveralSequences(Caller on)
    {
        foreach (float start in new[] { 10f, 20, 100, 100 })
        {
            var x = await on.GiveAsync(X(start));
            for (int i = 0; i < 4; i++) x = await One(on, nameof(CallModel.Doubled), x);
            await on.ReadAsync(x);
        }
    }

    public static async Task SeveralResultsOfOneIntermediate(Caller on)
    {
        var buffer = await on.GiveAsync(Ramp(0, 3, 2));
        for (int i = 0; i < 4; i++)
        {
            if (await on.CallAsync(nameof(CallModel.Shifted), buffer, await on.GiveAsync(Ramp(10 + i, 1, 2))) is not [var all, var first]) throw new InvalidOperationException();
            await on.ReadAsync(all, first);
            buffer = all;
        }
    }

    public static async Task AResultIsReadByTheKernelThatMakesTheNext(Caller on)
    {
        var buffer = await on.GiveAsync(Ramp(0, CallModel.Large));
        for (int i = 0; i < 4; i++)
        {
            buffer = await One(on, nameof(CallModel.Halves), buffer, await on.GiveAsync(Ramp(i, CallModel.Large / 2)));
            await on.ReadAsync(buffer);
        }
    }

    public static async Task NumbersBesideTensors(Caller on)
    {
        for (int i = 0; i < 3; i++) await on.ReadAsync(await One(on, nameof(CallModel.WithANumber), await on.GiveAsync(X(i, 2))));
    }

    public static async Task AStateIsReturned(Caller on)
    {
        for (int i = 0; i < 4; i++) await on.ReadAsync(await One(on, nameof(CallModel.ReturnsItsState), await on.GiveAsync(X(i, 2, 3))));
    }

    // ---- arguments
    public static async Task OneTensorIsGivenTwice(Caller on)
    {
        for (int i = 0; i < 3; i++)
        {
            var x = await on.GiveAsync(Ramp(i, 5));
            await on.ReadAsync(await on.CallAsync(nameof(CallModel.Both), x, x));
            await on.ReadAsync(await on.CallAsync(nameof(CallModel.Both), x, await on.GiveAsync(Ramp(i + 3, 5))));
        }
    }

    public static async Task ViewsAtDifferentPlaces(Caller on)
    {
        var all = await on.GiveAsync(Ramp(0, 6, 3));
        foreach (int start in new[] { 0, 3, 1, 12, 7 }) await on.ReadAsync(await One(on, nameof(CallModel.Window), on.Part(all, start, 2, 3)));
        await on.ReadAsync(all);
    }

    public static async Task ConstantsAreArguments(Caller on)
    {
        for (int i = 1; i < 4; i++)
            await on.ReadAsync(await on.CallAsync(nameof(CallModel.Both), await on.GiveAsync(Tensor.Scalar((float)i).Expand(5)), await on.GiveAsync(Tensor.Full(new Shape(5), i * 2f))));
    }

    public static async Task TensorsInStructures(Caller on)
    {
        Held h = await on.GiveAsync(X(1, 2, 3)), c = await on.GiveAsync(X(0, 0, 1));
        for (int i = 0; i < 4; i++)
        {
            if (await on.CallAsync(nameof(CallModel.Recurrent), await on.GiveAsync(X(i, 1, -i)), await on.GiveAsync(X(0.5f)), h, c) is not [var y, var nextH, var nextC])
                throw new InvalidOperationException();
            await on.ReadAsync(y, nextC);
            (h, c) = (nextH, nextC);
            await on.ReadAsync(await on.CallAsync(nameof(CallModel.Named), await on.GiveAsync(X(i, 1)), await on.GiveAsync(X(2, 3)), await on.GiveAsync(X(4, i)), await on.GiveAsync(X(5, 6))));
        }
    }

    public static async Task AnArgumentIsWritten(Caller on)
    {
        var x = await on.GiveAsync(X(1, 2, 3, 4));
        for (int i = 0; i < 4; i++) await on.ReadAsync(await One(on, nameof(CallModel.WritesItsArgument), x), x);
    }

    public static async Task LengthsFollowTheCall(Caller on)
    {
        for (int t = 1; t < 10; t += 2) await on.ReadAsync(await One(on, nameof(CallModel.Padded), await on.GiveAsync(Ramp(t, 3, t))));
    }

    // ---- values
    public static async Task AKnownValueIsAskedFor(Caller on)
    {
        for (int i = 0; i < 3; i++)
            await on.ReadAsync(await One(on, nameof(CallModel.WithAKnownValue), await on.GiveAsync(X(i, 1, 2))), await One(on, nameof(CallModel.Prepared), await on.GiveAsync(X(i, 1, 2))));
    }

    public static async Task ElementsAreChosenByValue(Caller on)
    {
        for (int i = 0; i < 4; i++) await on.ReadAsync(await on.CallAsync(nameof(CallModel.Chosen), await on.GiveAsync(Ramp(i * 31, 5, 4))));
    }

    public static async Task RandomNumbersGoOn(Caller on)
    {
        for (int i = 0; i < 4; i++)
            await on.ReadAsync(await One(on, nameof(CallModel.Drawn), await on.GiveAsync(X(i, 1, 2))), await One(on, nameof(CallModel.DrawnNormal), await on.GiveAsync(X(1, 2))));
    }

    // ---- state
    public static async Task LazyWeightsAndStatesAreTaken(Caller on)
    {
        for (int i = 0; i < 4; i++) await on.ReadAsync(await One(on, nameof(CallModel.Accumulates), await on.GiveAsync(X(i, 1, -1))));
    }

    public static async Task AWriteThatNoResultNeeds(Caller on)
    {
        for (int i = 0; i < 3; i++)
        {
            await on.ReadAsync(await One(on, nameof(CallModel.WritesWhatItDoesNotRead), await on.GiveAsync(X(i, 2))));
            await on.ReadAsync(await One(on, nameof(CallModel.Unread), await Zero(on)));
        }
    }

    public static async Task BuffersAreSwapped(Caller on)
    {
        for (int i = 0; i < 4; i++)
        {
            await on.ReadAsync(await One(on, nameof(CallModel.Swaps), await on.GiveAsync(X(i, 0, 0, 1))));
            await on.ReadAsync(await on.CallAsync(nameof(CallModel.Swapped), await Zero(on)));
        }
    }

    public static async Task ASliceIsWrittenThenRead(Caller on)
    {
        foreach (int pos in new[] { 0, 2, 3, 2, 1 })
        {
            await on.ReadAsync(await One(on, nameof(CallModel.WritesARow), await on.GiveAsync(Ramp(pos * 7, 1, 4)), pos));
            await on.ReadAsync(await One(on, nameof(CallModel.Rows), await Zero(on)));
        }
    }

    public static async Task TwoMethodsShareAState(Caller on)
    {
        for (int run = 0; run < 2; run++)
        {
            await on.ReadAsync(await One(on, nameof(CallModel.Prefill), await on.GiveAsync(Ramp(run * 5, 4, 3))));
            for (int pos = 4; pos < 8; pos++) await on.ReadAsync(await One(on, nameof(CallModel.Decode), await on.GiveAsync(Ramp(pos * 3, 1, 3)), pos));
        }
    }

    public static async Task AWriteUnderACondition(Caller on)
    {
        foreach (var (x, remember) in new[] { (1f, false), (2, true), (3, false), (4, false), (5, true), (6, false) })
            await on.ReadAsync(await One(on, remember ? nameof(CallModel.Remembers) : nameof(CallModel.Looks), await on.GiveAsync(X(x, 2 * x, -x))));
    }

    public static async Task ACapturedMethodInsideAnother(Caller on)
    {
        for (int i = 0; i < 3; i++)
        {
            await on.ReadAsync(await One(on, nameof(CallModel.Inner), await on.GiveAsync(X(i, 1, 2))));
            await on.ReadAsync(await One(on, nameof(CallModel.Outer), await on.GiveAsync(X(1, i, 2))));
        }
    }

    public static async Task InheritedMethodsAndOverrides(Caller on)
    {
        for (int i = 0; i < 3; i++)
        {
            await on.ReadAsync(await One(on, nameof(CallModel.Overridden), await on.GiveAsync(X(i, 1, 2))));
            await on.ReadAsync(await One(on, nameof(CallModel.Inherited), await on.GiveAsync(X(i, 1, 2))));
        }
    }

    public static async Task InstancesAreApart(Caller on)
    {
        await using var other = await on.AnotherAsync();
        foreach (var caller in new[] { on, on, other, on, other })
        {
            await caller.ReadAsync(await One(caller, nameof(CallModel.Counts), await caller.GiveAsync(X(1, 2, 3))));
            await on.ReadAsync(await One(on, nameof(CallModel.Count), await Zero(on)));
            await other.ReadAsync(await One(other, nameof(CallModel.Count), await Zero(other)));
        }
    }
}
