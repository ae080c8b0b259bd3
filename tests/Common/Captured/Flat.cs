using System.Reflection;
using Tiny.Jit;

namespace Tiny.Tests;

/// <summary>The tensors in arguments and results of captured methods, also those inside of tuples, lists and records, in the order and under the names of exports.</summary>
static class Flat
{
    /// <summary>Arguments that a method's attributes describe.</summary>
    /// <param name="method">The method.</param>
    /// <param name="tensor">Makes a tensor.</param>
    /// <param name="number">Chooses a value of a number with bounds.</param>
    public static object?[] Arguments(MethodInfo method, Func<DType, Shape, Tensor> tensor, Func<BoundsAttribute, int>? number = null) =>
        Numbered(method, new Declaration(method).Make((_, dtype, shape) => tensor(dtype, shape)), number);

    /// <summary>Arguments of given tensors, in the order of exports, and of given numbers.</summary>
    public static object?[] Arguments(MethodInfo method, IReadOnlyList<Tensor> tensors, IReadOnlyList<int> numbers)
    {
        var declaration = new Declaration(method);
        var (tensor, number) = (0, 0);
        return Numbered(method, declaration.With(declaration.Make((_, _, _) => Tensor.Zeros(1)), (_, _) => tensors[tensor++]), _ => numbers[number++]);
    }

    static object?[] Numbered(MethodInfo method, object?[] made, Func<BoundsAttribute, int>? number)
    {
        var parameters = method.GetParameters();
        return [.. made.Select((a, i) => a is Dim && parameters[i].GetCustomAttribute<BoundsAttribute>() is { } bounds ? (Dim)number!(bounds) : a)];
    }

    /// <summary>The tensors in arguments.</summary>
    public static IReadOnlyList<(string Name, Tensor Tensor)> Inputs(MethodInfo method, IReadOnlyList<object?> arguments) =>
        new Declaration(method).Take(arguments) is var taken ? [.. Capture.InputNames(taken).Zip(taken.Tensors, (name, t) => (name, t.Tensor))] : [];

    /// <summary>The tensors in what a method returned.</summary>
    public static Tensor[] Results(object? value)
    {
        var found = new List<Tensor>();
        Structure.Map(value, "", null, (_, t) =>
        {
            found.Add(t);
            return t;
        });
        return [.. found];
    }
}
