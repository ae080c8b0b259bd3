using System.Reflection;
using System.Runtime.CompilerServices;
using Tiny.Graph;
using Tiny.Schedule;

namespace Tiny.Jit;

/// <summary>
/// A method seen as a graph from its tensor parameters to its results. Capturing calls the method once with tensors that have no values;
/// no kernel is compiled or launched and no device is opened.
/// </summary>
sealed class Capture
{
    Capture(Traced traced, IReadOnlyList<UOp> results, IReadOnlyList<(UOp Memory, UOp Final)> states, IReadOnlyList<string> names, int once)
    {
        Traced = traced;
        Results = results;
        States = states;
        ResultNames = names;
        OnceEvaluated = once;
    }

    /// <summary>What the method did.</summary>
    public Traced Traced { get; }
    /// <summary>The results in order, then what the inputs that are written hold at the end; with what depends on weights alone computed.</summary>
    public IReadOnlyList<UOp> Results { get; }
    /// <summary>State that is written, and what it is to hold at the end.</summary>
    public IReadOnlyList<(UOp Memory, UOp Final)> States { get; }
    /// <summary>A name for each result: the tuple element's, or "output"; then for each input that is written.</summary>
    public IReadOnlyList<string> ResultNames { get; }
    /// <summary>Numbers with bounds among the method's parameters.</summary>
    public IReadOnlyList<Variable> Variables { get; private init; } = [];
    /// <summary>Subgraphs of weights alone that were computed on the host.</summary>
    public int OnceEvaluated { get; }

    /// <summary>Captures one call.</summary>
    /// <param name="method">Where names come from.</param>
    /// <param name="body">Calls the method with the given arguments.</param>
    /// <param name="args">The arguments; of a tensor only dtype and shape matter.</param>
    /// <exception cref="TinyJitException">The method returns something else than tensors.</exception>
    public static Capture Run(MethodInfo method, Func<object?[], object?> body, IReadOnlyList<object?> args)
    {
        var traced = Trace(method, body, args);
        return Of(traced, [.. Names(method, traced.Results.Count), .. traced.WrittenInputs.Select(w => w.Name)],
            [.. method.GetParameters().Select(DeclaredShapes.VariableOf).OfType<Variable>()]);
    }

    /// <summary>What the method builds and writes.</summary>
    public static Traced Trace(MethodInfo method, Func<object?[], object?> body, IReadOnlyList<object?> args)
    {
        var parameters = method.GetParameters();
        var given = new object?[args.Count];
        for (int i = 0; i < given.Length; i++)
            given[i] = args[i] is Tensor t ? new Tensor(UOp.New(Op.Param, t.DType, [], new ParamArg(i, parameters[i].Name ?? $"input{i}", DeclaredShapes.Of(parameters[i], t.Shape))))
                : DeclaredShapes.VariableOf(parameters[i]) is { } variable ? (Dim)variable : args[i];
        return CaptureScope.Run(scope =>
        {
            var (tensors, pack) = Unpack(method, body(given));
            return Traced.Of(scope, tensors, pack);
        });
    }

    /// <summary>Captures a graph built over inputs that are described, not given.</summary>
    public static Capture Run(GraphEntry entry)
    {
        Tensor[] inputs = [.. entry.Inputs.Select((input, i) => new Tensor(UOp.New(Op.Param, input.DType, [], new ParamArg(i, input.Name, input.Shape))))];
        var traced = CaptureScope.Run(scope => Traced.Of(scope, entry.Body(inputs), results => results));
        return Of(traced, [.. ResultNumbers(traced.Results.Count), .. traced.WrittenInputs.Select(w => w.Name)]);
    }

    static Capture Of(Traced traced, IReadOnlyList<string> names, params IReadOnlyList<Variable> variables)
    {
        var finals = traced.WrittenStates.Select(w => w.Final);
        var (all, once) = OnceSplit.Run([.. traced.Results, .. traced.WrittenInputs.Select(w => w.Final), .. finals]);
        int results = traced.Results.Count + traced.WrittenInputs.Count;
        return new Capture(traced, all[..results], [.. traced.WrittenStates.Select((w, i) => (w.Memory, all[results + i]))], names, once) { Variables = variables };
    }

    static (IReadOnlyList<Tensor>, Func<IReadOnlyList<Tensor>, object?>) Unpack(MethodInfo method, object? value)
    {
        if (value is Tensor one) return ([one], r => r[0]);
        if (value is ITuple { Length: > 0 and < 8 } tuple && Enumerable.Range(0, tuple.Length).All(i => tuple[i] is Tensor))
        {
            var type = value.GetType();
            return ([.. Enumerable.Range(0, tuple.Length).Select(i => (Tensor)tuple[i]!)], r => Activator.CreateInstance(type, [.. r]));
        }
        throw new TinyJitException($"{method.DeclaringType?.Name}.{method.Name} returned {value?.GetType().Name ?? "null"}; "
            + "a captured method returns a Tensor or a tuple of at most seven Tensors");
    }

    static List<string> Names(MethodInfo method, int count)
    {
        var given = method.ReturnParameter.GetCustomAttribute<TupleElementNamesAttribute>()?.TransformNames;
        var numbers = ResultNumbers(count);
        return [.. Enumerable.Range(0, count).Select(i => given?.ElementAtOrDefault(i) ?? numbers[i])];
    }

    static List<string> ResultNumbers(int count) => count == 1 ? ["output"] : [.. Enumerable.Range(1, count).Select(i => $"output{i}")];
}
