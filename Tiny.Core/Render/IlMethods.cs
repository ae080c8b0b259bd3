using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Intrinsics;

namespace Tiny.Render;

/// <summary>Finds the methods that emitted code calls: the runtime's vector API and its math. Each is looked up once.</summary>
static class IlMethods
{
    static readonly ConcurrentDictionary<(Type, string, Signature), MethodInfo> s_found = new();

    /// <summary>A static method by its exact parameter types; a generic one is closed over <paramref name="generic"/>.</summary>
    public static MethodInfo Find(Type owner, string name, Type[] generic, params Type[] parameters) =>
        s_found.GetOrAdd((owner, name, new Signature(generic, parameters)), static key => Search(key.Item1, key.Item2, key.Item3));

    /// <summary>The element type of a kind; bool lanes are masks of 32 bits.</summary>
    public static Type Element(ScalarKind kind) => kind switch
    {
        ScalarKind.Bool or ScalarKind.Int32 => typeof(int),
        ScalarKind.UInt8 => typeof(byte),
        ScalarKind.UInt32 => typeof(uint),
        ScalarKind.Int64 => typeof(long),
        ScalarKind.Float32 => typeof(float),
        ScalarKind.Float64 => typeof(double),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The class with the functions of vectors of this many lanes.</summary>
    public static Type VectorClass(int lanes) => lanes switch
    {
        4 => typeof(Vector128),
        8 => typeof(Vector256),
        16 => typeof(Vector512),
        _ => throw new TargetException($"the CPU has no vectors of {lanes} lanes; it has 4, 8 and 16"),
    };

    /// <summary>The vector type of this many 32-bit lanes.</summary>
    public static Type VectorOf(ScalarKind kind, int lanes)
    {
        if (kind is not (ScalarKind.Bool or ScalarKind.Int32 or ScalarKind.UInt32 or ScalarKind.Float32))
            throw new TargetException($"the CPU's vectors have 32-bit lanes, not {new DType(kind)}");
        var open = lanes switch
        {
            4 => typeof(Vector128<>),
            8 => typeof(Vector256<>),
            _ => VectorClass(lanes) == typeof(Vector512) ? typeof(Vector512<>) : throw new ArgumentOutOfRangeException(nameof(lanes)),
        };
        return open.MakeGenericType(Element(kind));
    }

    static MethodInfo Search(Type owner, string name, Signature signature)
    {
        foreach (MethodInfo m in owner.GetMember(name, MemberTypes.Method, BindingFlags.Public | BindingFlags.Static))
        {
            int arity = m.IsGenericMethodDefinition ? m.GetGenericArguments().Length : 0;
            if (arity != signature.Generic.Length || m.GetParameters().Length != signature.Parameters.Length) continue;
            var closed = arity > 0 ? m.MakeGenericMethod(signature.Generic) : m;
            if (closed.GetParameters().Select(p => p.ParameterType).SequenceEqual(signature.Parameters)) return closed;
        }
        throw new MissingMethodException(owner.Name, $"{name}({string.Join(", ", signature.Parameters.Select(p => p.Name))})");
    }

    /// <summary>Type lists compared by their elements.</summary>
    readonly record struct Signature(Type[] Generic, Type[] Parameters)
    {
        public bool Equals(Signature other) =>
            Generic.AsSpan().SequenceEqual(other.Generic) && Parameters.AsSpan().SequenceEqual(other.Parameters);

        public override int GetHashCode()
        {
            var h = new HashCode();
            foreach (var t in Generic) h.Add(t);
            foreach (var t in Parameters) h.Add(t);
            return h.ToHashCode();
        }
    }
}
