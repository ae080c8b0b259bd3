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
    Capture(IReadOnlyList<UOp> graph, IReadOnlyList<UOp> results, Func<IReadOnlyList<Tensor>, object?> pack, IReadOnlyList<string> names, int once)
    {
        Graph = graph;
        Results = results;
        Pack = pack;
        ResultNames = names;
        OnceEvaluated = once;
    }

    /// <summary>The results as the method built them.</summary>
    public IReadOnlyList<UOp> Graph { get; }
    /// <summary>The results in order, with what depends on weights alone computed.</summary>
    public IReadOnlyList<UOp> Results { get; }
    /// <summary>Puts result tensors into the method's return value.</summary>
    public Func<IReadOnlyList<Tensor>, object?> Pack { get; }
    /// <summary>A name for each result: the tuple element's, or "output".</summary>
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
        var (graph, pack) = Trace(method, body, args);
        return Of(graph, pack, Names(method, graph.Count), [.. method.GetParameters().Select(DeclaredShapes.VariableOf).OfType<Variable>()]);
    }

    /// <summary>The results as the method builds them, and how they go into its return value.</summary>
    public static (IReadOnlyList<UOp> Graph, Func<IReadOnlyList<Tensor>, object?> Pack) Trace(MethodInfo method, Func<object?[], object?> body,
        IReadOnlyList<object?> args)
    {
        var parameters = method.GetParameters();
        var given = new object?[args.Count];
        for (int i = 0; i < given.Length; i++)
            given[i] = args[i] is Tensor t ? new Tensor(UOp.New(Op.Param, t.DType, [], new ParamArg(i, parameters[i].Name ?? $"input{i}", DeclaredShapes.Of(parameters[i], t.Shape))))
                : DeclaredShapes.VariableOf(parameters[i]) is { } variable ? (Dim)variable : args[i];
        return CaptureScope.Run(() =>
        {
            var (tensors, pack) = Unpack(method, body(given));
            return ((IReadOnlyList<UOp>)[.. tensors.Select(r => r.Node)], pack);
        });
    }

    /// <summary>Captures a graph built over inputs that are described, not given.</summary>
    public static Capture Run(GraphEntry entry) => CaptureScope.Run(() =>
    {
        var tensors = entry.Body([.. entry.Inputs.Select((input, i) => new Tensor(UOp.New(Op.Param, input.DType, [], new ParamArg(i, input.Name, input.Shape))))]);
        return Of([.. tensors.Select(r => r.Node)], results => results, ResultNumbers(tensors.Count));
    });

    static Capture Of(IReadOnlyList<UOp> graph, Func<IReadOnlyList<Tensor>, object?> pack, IReadOnlyList<string> names,
        params IReadOnlyList<Variable> variables)
    {
        var (results, once) = OnceSplit.Run(graph);
        return new Capture(graph, results, pack, names, once) { Variables = variables };
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
