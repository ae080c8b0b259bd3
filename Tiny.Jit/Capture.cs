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
    /// <summary>What a caller has to know of results, by their place.</summary>
    public IReadOnlyDictionary<int, string>? ResultNotes { get; private set; }
    /// <summary>Numbers with bounds among the method's parameters.</summary>
    public IReadOnlyList<Variable> Variables { get; private init; } = [];
    /// <summary>Subgraphs of weights alone that were computed on the host.</summary>
    public int OnceEvaluated { get; }

    /// <summary>Captures one call.</summary>
    /// <param name="method">Where names come from.</param>
    /// <param name="body">Calls the method with the given arguments.</param>
    /// <param name="arguments">The arguments; of a tensor only dtype and shape matter.</param>
    /// <exception cref="TinyJitException">The method returns something else than tensors.</exception>
    public static Capture Run(Declaration method, Func<object?[], object?> body, Arguments arguments) => Of(method, Trace(method, body, arguments), arguments);

    /// <summary>The capture that a trace amounts to.</summary>
    public static Capture Of(Declaration method, Traced traced, Arguments arguments)
    {
        var inputs = InputNames(arguments);
        string[] written = [.. traced.WrittenInputs.Select(w => inputs[w.Argument])];
        return Of(traced, [.. Names(traced.Result.Names.Select(n => n.Length == 0 || char.IsAsciiDigit(n[0]) ? "output" + n : n), written), .. written], [.. method.Variables]);
    }

    /// <summary>A name for each tensor among the arguments, that is an identifier: the parameter's, or <c>state_h</c> for <c>state.h</c>; each once.</summary>
    public static List<string> InputNames(Arguments arguments) => Names(arguments.Tensors.Select(t => t.Path), []);

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
            // The method was given copies of the caller's collections.
            var after = method.Take(given);
            for (int i = 0; i < Math.Min(inputs.Count, after.Tensors.Count); i++)
                if (!ReferenceEquals(after.Tensors[i].Tensor, inputs[i]))
                    throw new TinyJitException($"{method.Name} put another tensor into '{after.Tensors[i].Path}', which is the caller's; a replayed call would not: return it, or use Assign");
            if (after.Tensors.Count != inputs.Count || after.Key != arguments.Key)
                throw new TinyJitException($"{method.Name} changes a list, dictionary or record among its arguments, which is the caller's; a replayed call would not: return what is new");
            return Traced.Of(scope, result);
        });
    }

    /// <summary>Captures a graph built over inputs that are described, not given.</summary>
    public static Capture Run(GraphEntry entry)
    {
        Tensor[] inputs = [.. entry.Inputs.Select((input, i) => new Tensor(UOp.New(Op.Param, input.DType, [], new ParamArg(i, input.Name, input.Shape))))];
        var traced = CaptureScope.Run(scope => Traced.Of(scope, new Result([], entry.Body(inputs), "", results => results)));
        var capture = Of(traced, [.. entry.ResultNames?.Invoke() ?? ResultNumbers(traced.Results.Count), .. traced.WrittenInputs.Select(w => w.Name)]);
        capture.ResultNotes = entry.ResultNotes?.Invoke();
        return capture;
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

    // Each once, and none that is taken.
    static List<string> Names(IEnumerable<string> paths, IEnumerable<string> taken)
    {
        var used = taken.ToHashSet();
        return [.. paths.Select(path =>
        {
            string name = string.Concat(path.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')), unique = name;
            for (int n = 2; !used.Add(unique); n++) unique = $"{name}_{n}";
            return unique;
        })];
    }

    static List<string> ResultNumbers(int count) => count == 1 ? ["output"] : [.. Enumerable.Range(1, count).Select(i => $"output{i}")];
}
