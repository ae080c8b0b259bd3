using System.Globalization;
using System.Reflection;
using System.Text;

namespace Tiny.Jit;

/// <summary>
/// What a captured method's signature says: names, sizes of tensors (<see cref="ShapeAttribute"/>), numbers with bounds (<see cref="BoundsAttribute"/>).
/// One name of a size is one variable in the whole method.
/// </summary>
sealed class Declaration
{
    readonly (ParameterInfo Info, TupleNames? Names, ShapeAttribute[] Shapes, Variable? Variable)[] _parameters;

    public Declaration(MethodInfo method)
    {
        Method = method;
        ResultNames = TupleNames.Of(method.ReturnParameter);
        _parameters = [.. method.GetParameters().Select(p => (p, TupleNames.Of(p), p.GetCustomAttributes<ShapeAttribute>().ToArray(),
            p.ParameterType == typeof(Dim) && p.GetCustomAttribute<BoundsAttribute>() is { } b ? new Variable(p.Name!, b.Min, b.Max) : null))];
    }

    public MethodInfo Method { get; }
    /// <summary>Names in the type of the result.</summary>
    public TupleNames? ResultNames { get; }
    /// <summary>The class's and the method's name.</summary>
    public string Name => Method.DeclaringType is { } type && !type.Name.StartsWith('<') ? $"{type.Name}.{Method.Name}" : "the method";
    /// <summary>The numbers with bounds among the parameters.</summary>
    public IEnumerable<Variable> Variables => _parameters.Select(p => p.Variable).OfType<Variable>();

    /// <summary>Takes a call's arguments apart.</summary>
    /// <exception cref="TinyJitException">There are too many or too few, or one holds something that a captured method cannot take.</exception>
    public Arguments Take(IReadOnlyList<object?> args)
    {
        if (args.Count != _parameters.Length) throw new TinyJitException($"{Name} takes {_parameters.Length} arguments, not {args.Count}");
        var tensors = new List<ArgumentTensor>();
        var key = new StringBuilder();
        for (int i = 0; i < args.Count; i++)
        {
            var p = _parameters[i];
            if (p.Variable is not null) key.Append(p.Variable).Append(';');
            else if (args[i] is Tensor t) Add(p.Info.Name ?? $"input{i}", t);
            else Structure.Map(args[i], p.Info.Name ?? $"input{i}", p.Names, Add, key);

            Tensor Add(string path, Tensor tensor)
            {
                var shape = ShapeOf(i, path, tensor.Shape);
                key.Append(tensor.DType).Append(shape).Append(';');
                tensors.Add(new(path, tensor, shape));
                return tensor;
            }
        }
        return new(args, tensors, key.ToString());
    }

    /// <summary>The arguments with other tensors, in the order in which <see cref="Take"/> finds them, and variables in the place of numbers with bounds.</summary>
    public object?[] With(IReadOnlyList<object?> args, Func<string, Tensor, Tensor> tensor) => [.. args.Select((arg, i) =>
        _parameters[i] is { Variable: { } variable } ? (Dim)variable : Structure.Map(arg, _parameters[i].Info.Name ?? $"input{i}", _parameters[i].Names, tensor))];

    /// <summary>Arguments that fit the declaration, for an export.</summary>
    /// <param name="tensor">Makes a tensor of a path, a dtype and a shape.</param>
    /// <exception cref="TinyJitException">A tensor has no <see cref="ShapeAttribute"/>, another parameter no default value.</exception>
    public object?[] Make(Func<string, DType, Shape, Tensor> tensor) => [.. _parameters.Select((p, i) =>
    {
        if (p.Variable is { } variable) return (Dim)variable;
        string name = p.Info.Name!;
        if (p.Shapes.Length == 0 && p.Info.HasDefaultValue) return p.Info.DefaultValue;
        if (p.Shapes.Length == 0)
            throw new TinyJitException(p.Info.ParameterType == typeof(Tensor) ? $"{Name}: tensor parameter '{name}' of an exported method needs [Shape(...)]"
                : $"{Name}: parameter '{name}' of an exported method is a {p.Info.ParameterType.Name} without a default value, and has no [Shape(...)] for tensors in it");
        return Structure.Make(p.Info.ParameterType, name, p.Names, path => Parts(p.Shapes, name, path), path =>
        {
            var shape = Declared(p.Shapes, name, path) ?? throw new TinyJitException($"{Name}: '{path}' of an exported method needs [Shape(..., Of = \"{path[(name.Length + 1)..]}\")]");
            return tensor(path, new DType(shape.DType), new Shape([.. shape.Dims]));
        });
    })];

    // The attribute that names the path, else the one that names none.
    static ShapeAttribute? Declared(ShapeAttribute[] shapes, string parameter, string path) =>
        shapes.FirstOrDefault(s => s.Of is { } of && Structure.Join(parameter, of) == path) ?? shapes.FirstOrDefault(s => s.Of is null);

    // "layers.0.h" says that 'layers' has a part '0'.
    static List<string> Parts(ShapeAttribute[] shapes, string parameter, string path) =>
        [.. shapes.Where(s => s.Of is not null).Select(s => Structure.Join(parameter, s.Of!)).Where(p => p.StartsWith(path + ".", StringComparison.Ordinal))
            .Select(p => p[(path.Length + 1)..].Split('.')[0]).Distinct()];

    // As declared where a dimension has a name, else as given.
    Shape ShapeOf(int parameter, string path, Shape given)
    {
        var (info, _, shapes, _) = _parameters[parameter];
        return shapes.Length > 0 && Declared(shapes, info.Name!, path) is { } a && a.Dims.Any(d => d.IsSymbolic) ? new Shape([.. a.Dims]) : given;
    }

    /// <summary>The values of a call's variables.</summary>
    /// <exception cref="TinyJitException">An argument does not fit its declaration, or two give one variable different values.</exception>
    public Dictionary<Variable, int> Values(Arguments arguments)
    {
        var values = new Dictionary<Variable, int>();
        var givenBy = new Dictionary<string, (Variable Variable, string Place)>(StringComparer.Ordinal);
        for (int i = 0; i < _parameters.Length; i++)
            if (_parameters[i].Variable is { } number) Give(number, (Dim)arguments.All[i]!, $"'{number.Name}'");
        foreach (var (path, tensor, declared) in arguments.Tensors)
        {
            if (!declared.IsSymbolic) continue;
            bool fits = declared.Rank == tensor.Rank;
            for (int d = 0; fits && d < tensor.Rank; d++) fits = declared[d].IsSymbolic || declared[d].Equals(tensor.Shape[d]);
            if (!fits) throw new TinyJitException($"{Name}: '{path}' is {tensor.Shape}, declared as {declared}");
            for (int d = 0; d < tensor.Rank; d++)
                if (declared[d].Variables.FirstOrDefault() is { } v) Give(v, tensor.Shape[d], $"dimension {d} of '{path}' {tensor.Shape}");
        }
        return values;

        void Give(Variable v, Dim value, string place)
        {
            // Inside another method's capture a size may be that method's variable.
            if (value.IsSymbolic) throw new TinyJitException($"{Name}: {place} depends on {value}; a call needs numbers");
            if (value < v.Min || value > v.Max)
                throw new TinyJitException($"{Name}: {place} is {value}, and {v.Name} is declared from {v.Min} to {v.Max}");
            if (!givenBy.TryAdd(v.Name, (v, place)))
            {
                var (other, first) = givenBy[v.Name];
                if (other != v) throw new TinyJitException($"{Name}: {v.Name} is declared as {other} and as {v}");
                if (values[v] != value) throw new TinyJitException($"{Name}: {v.Name} is {values[v]} by {first} and {value} by {place}");
            }
            values[v] = value;
        }
    }

    /// <summary>A dimension as <see cref="ShapeAttribute"/> takes it: a number, or a name with bounds.</summary>
    public static Dim Parse(object? dim)
    {
        if (dim is int number) return number;
        if (dim is string text && text.Split(':') is [var name, var bounds] && bounds.Split("..") is [var lo, var hi]
            && int.TryParse(lo, NumberStyles.None, CultureInfo.InvariantCulture, out int min)
            && int.TryParse(hi, NumberStyles.None, CultureInfo.InvariantCulture, out int max)) return new Variable(name.Trim(), min, max);
        throw new ShapeException($"[Shape]: {(dim is null ? "null" : $"'{dim}'")} is no extent; write a number, or a name with bounds as in \"t:1..512\"");
    }
}

/// <summary>A tensor among the arguments, under the parameter's name or a path below it, with its shape inside the method.</summary>
readonly record struct ArgumentTensor(string Path, Tensor Tensor, Shape Shape);

/// <summary>A call's arguments: all of them, the tensors in them in order, and a text that two calls share exactly if one capture serves both.</summary>
sealed record Arguments(IReadOnlyList<object?> All, IReadOnlyList<ArgumentTensor> Tensors, string Key);
