using System.Text;
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
    /// <param name="arguments">The arguments; of a tensor only dtype and shape matter.</param>
    /// <exception cref="TinyJitException">The method returns something else than tensors.</exception>
    public static Capture Run(Declaration method, Func<object?[], object?> body, Arguments arguments) => Of(method, Trace(method, body, arguments));

    /// <summary>The capture that a trace amounts to.</summary>
    public static Capture Of(Declaration method, Traced traced) =>
        Of(traced, [.. Names(traced.Result.Names), .. traced.WrittenInputs.Select(w => Identifier(w.Name))], [.. method.Variables]);

    /// <summary>What the method builds and writes.</summary>
    public static Traced Trace(Declaration method, Func<object?[], object?> body, Arguments arguments)
    {
        var inputs = new List<Tensor>();
        object?[] given = method.With(arguments.All, (path, t) =>
        {
            inputs.Add(new Tensor(UOp.New(Op.Param, t.DType, [], new ParamArg(inputs.Count, path, arguments.Tensors[inputs.Count].Shape))));
            return inputs[^1];
        });
        return CaptureScope.Run(scope =>
        {
            var result = Unpack(method, body(given));
            int next = 0;
            method.With(given, (path, t) => ReferenceEquals(t, inputs[next++]) ? t
                : throw new TinyJitException($"{method.Name} put another tensor into '{path}', which is the caller's; a replayed call would not: return it, or use Assign"));
            return Traced.Of(scope, result);
        });
    }

    /// <summary>Captures a graph built over inputs that are described, not given.</summary>
    public static Capture Run(GraphEntry entry)
    {
        Tensor[] inputs = [.. entry.Inputs.Select((input, i) => new Tensor(UOp.New(Op.Param, input.DType, [], new ParamArg(i, input.Name, input.Shape))))];
        var traced = CaptureScope.Run(scope => Traced.Of(scope, new Result([], entry.Body(inputs), "", results => results)));
        return Of(traced, [.. entry.ResultNames?.Invoke() ?? ResultNumbers(traced.Results.Count), .. traced.WrittenInputs.Select(w => w.Name)]);
    }

    static Capture Of(Traced traced, IReadOnlyList<string> names, params IReadOnlyList<Variable> variables)
    {
        var finals = traced.WrittenStates.Select(w => w.Final);
        var (all, once) = OnceSplit.Run([.. traced.Results, .. traced.WrittenInputs.Select(w => w.Final), .. finals]);
        int results = traced.Results.Count + traced.WrittenInputs.Count;
        return new Capture(traced, all[..results], [.. traced.WrittenStates.Select((w, i) => (w.Memory, all[results + i]))], names, once) { Variables = variables };
    }

    static Result Unpack(Declaration method, object? value)
    {
        var (names, tensors, key) = (new List<string>(), new List<Tensor>(), new StringBuilder());
        Structure.Map(value, "", method.ResultNames, (path, t) =>
        {
            names.Add(path);
            tensors.Add(t);
            key.Append(path).Append(';');
            return t;
        }, key);
        if (tensors.Count == 0)
            throw new TinyJitException($"{method.Name} returned {(value is null ? "null" : value.GetType().Name)}; a captured method returns tensors: one, or a tuple, array, list, dictionary "
                + "or record of them");
        return new(names, tensors, key.ToString(), results =>
        {
            int next = 0;
            return Structure.Map(value, "", method.ResultNames, (_, _) => results[next++]);
        });
    }

    // Names that are identifiers in any language, each once.
    static List<string> Names(IReadOnlyList<string> paths)
    {
        var names = new List<string>();
        foreach (var path in paths)
        {
            var name = Identifier(path.Length == 0 || char.IsAsciiDigit(path[0]) ? "output" + path : path);
            var unique = name;
            for (int n = 2; names.Contains(unique); n++) unique = $"{name}_{n}";
            names.Add(unique);
        }
        return names;
    }

    /// <summary>A path as a name that is an identifier: <c>state.h</c> is <c>state_h</c>.</summary>
    public static string Identifier(string path) => string.Concat(path.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    static List<string> ResultNumbers(int count) => count == 1 ? ["output"] : [.. Enumerable.Range(1, count).Select(i => $"output{i}")];
}
