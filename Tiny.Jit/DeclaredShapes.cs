using System.Globalization;
using System.Reflection;

namespace Tiny.Jit;

/// <summary>
/// What a method's parameters declare about sizes: named dimensions of tensors (<see cref="ShapeAttribute"/>) and numbers with bounds
/// (<see cref="BoundsAttribute"/>). One name is one variable in the whole method.
/// </summary>
static class DeclaredShapes
{
    /// <summary>The shape of a tensor parameter inside the method: as declared where a dimension has a name, else as given.</summary>
    public static Shape Of(ParameterInfo parameter, Shape given) =>
        parameter.GetCustomAttribute<ShapeAttribute>() is { } a && a.Dims.Any(d => d.IsSymbolic) ? new Shape([.. a.Dims]) : given;

    /// <summary>The variable that a number with bounds is inside the method; null for any other parameter.</summary>
    public static Variable? VariableOf(ParameterInfo parameter) => parameter.ParameterType == typeof(Dim)
        && parameter.GetCustomAttribute<BoundsAttribute>() is { } bounds ? new Variable(parameter.Name!, bounds.Min, bounds.Max) : null;

    /// <summary>The values of a call's variables.</summary>
    /// <exception cref="TinyJitException">An argument does not fit its declaration, or two give one variable different values.</exception>
    public static Dictionary<Variable, int> Values(MethodInfo method, IReadOnlyList<object?> args)
    {
        var values = new Dictionary<Variable, int>();
        var givenBy = new Dictionary<string, (Variable Variable, string Place)>(StringComparer.Ordinal);
        var parameters = method.GetParameters();
        for (int i = 0; i < args.Count; i++)
        {
            var p = parameters[i];
            if (VariableOf(p) is { } number) Give(number, (Dim)args[i]!, $"'{p.Name}'");
            if (args[i] is not Tensor t || Of(p, t.Shape) is not { IsSymbolic: true } declared) continue;
            bool fits = declared.Rank == t.Rank;
            for (int d = 0; fits && d < t.Rank; d++) fits = declared[d].IsSymbolic || declared[d].Equals(t.Shape[d]);
            if (!fits) throw new TinyJitException($"{method.Name}: '{p.Name}' is {t.Shape}, declared as {declared}");
            for (int d = 0; d < t.Rank; d++)
                if (declared[d].Variables.FirstOrDefault() is { } v) Give(v, t.Shape[d], $"dimension {d} of '{p.Name}' {t.Shape}");
        }
        return values;

        void Give(Variable v, Dim value, string place)
        {
            // Inside another method's capture a size may be that method's variable.
            if (value.IsSymbolic) throw new TinyJitException($"{method.Name}: {place} depends on {value}; a call needs numbers");
            if (value < v.Min || value > v.Max)
                throw new TinyJitException($"{method.Name}: {place} is {value}, and {v.Name} is declared from {v.Min} to {v.Max}");
            if (!givenBy.TryAdd(v.Name, (v, place)))
            {
                var (other, first) = givenBy[v.Name];
                if (other != v) throw new TinyJitException($"{method.Name}: {v.Name} is declared as {other} and as {v}");
                if (values[v] != value) throw new TinyJitException($"{method.Name}: {v.Name} is {values[v]} by {first} and {value} by {place}");
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
