using System.Linq.Expressions;
using Tiny.Jit;

namespace Tiny;

/// <summary>The explicit form of <see cref="TinyJitAttribute"/>: wraps any method of tensors.</summary>
public static class TinyJit
{
    /// <summary>
    /// A delegate that captures <paramref name="method"/> at the first call of each signature and replays it afterwards:
    /// <c>var forward = TinyJit.Of(model.Forward);</c>
    /// </summary>
    /// <exception cref="TinyJitException">The method has ref or out parameters, or returns nothing.</exception>
    public static TDelegate Of<TDelegate>(TDelegate method) where TDelegate : Delegate
    {
        ArgumentNullException.ThrowIfNull(method);
        var info = method.Method;
        if (info.ReturnType == typeof(void) || info.GetParameters().Any(p => p.ParameterType.IsByRef))
            throw new TinyJitException($"{info.Name}: a captured method returns its results and has no ref or out parameters");
        var entry = JitEntry.For(info);
        // (a, b) => (R)entry.Invoke(target, body, new object[] { a, b })
        var invoke = typeof(TDelegate).GetMethod("Invoke")!;
        ParameterExpression[] parameters = [.. invoke.GetParameters().Select(p => Expression.Parameter(p.ParameterType, p.Name))];
        Func<object?, object?[], object?> body = (_, args) => method.DynamicInvokeUnwrapped(args);
        var call = Expression.Call(Expression.Constant(entry), nameof(JitEntry.Invoke), null, Expression.Constant(method.Target, typeof(object)),
            Expression.Constant(body), Expression.NewArrayInit(typeof(object), parameters.Select(p => Expression.Convert(p, typeof(object)))));
        return Expression.Lambda<TDelegate>(Expression.Convert(call, invoke.ReturnType), parameters).Compile();
    }

    /// <summary>Captures a delegate; for lambdas and method groups whose type C# infers.</summary>
    public static Func<Tensor, TResult> Of<TResult>(Func<Tensor, TResult> method) => Of<Func<Tensor, TResult>>(method);

    /// <summary>Captures a delegate of two tensors.</summary>
    public static Func<Tensor, Tensor, TResult> Of<TResult>(Func<Tensor, Tensor, TResult> method) => Of<Func<Tensor, Tensor, TResult>>(method);

    static object? DynamicInvokeUnwrapped(this Delegate method, object?[] args) =>
        method.Method.Invoke(method.Target, System.Reflection.BindingFlags.DoNotWrapExceptions, null, args, null);
}
