using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Intrinsics;

namespace Tiny.Render;

/// <summary>Finds the methods that emitted code calls: the runtime's vector API and its math. Each is looked up once.</summary>
static class IlMethods
{
    static readonly ConcurrentDictionary<Signature, MethodInfo> s_found = new();

    /// <summary>A static method by its exact parameter types; a generic one is closed over <paramref name="generic"/>.</summary>
    public static MethodInfo Find(Type owner, string name, Type[] generic, params Type[] parameters) =>
        s_found.GetOrAdd(new Signature(owner, name, generic, parameters), Search);

    /// <summary>The element type of a kind; bool lanes are masks of 32 bits.</summary>
    public static Type Element(ScalarKind kind) => kind switch
    {
        ScalarKind.Bool or ScalarKind.Int32 => typeof(int),
        ScalarKind.UInt8 => typeof(byte),
        ScalarKind.UInt32 => typeof(uint),
        ScalarKind.Int64 => typeof(long),
        ScalarKind.UInt64 => typeof(ulong),
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

    static MethodInfo Search(Signature wanted)
    {
        foreach (MethodInfo m in wanted.Owner.GetMember(wanted.Name, MemberTypes.Method, BindingFlags.Public | BindingFlags.Static))
        {
            int arity = m.IsGenericMethodDefinition ? m.GetGenericArguments().Length : 0;
            if (arity != wanted.Generic.Length) continue;
            var closed = arity > 0 ? m.MakeGenericMethod(wanted.Generic) : m;
            if (Takes(closed.GetParameters(), wanted.Parameters)) return closed;
        }
        throw new MissingMethodException(wanted.Owner.Name, $"{wanted.Name}({string.Join(", ", wanted.Parameters.Select(p => p.Name))})");
    }

    static bool Takes(ParameterInfo[] has, Type[] wanted)
    {
        if (has.Length != wanted.Length) return false;
        for (int i = 0; i < has.Length; i++)
            if (has[i].ParameterType != wanted[i]) return false;
        return true;
    }

    /// <summary>A method's name and types. A class: over a struct the runtime would compile a dictionary of its own at start-up.</summary>
    sealed class Signature(Type owner, string name, Type[] generic, Type[] parameters) : IEquatable<Signature>
    {
        public Type Owner => owner;
        public string Name => name;
        public Type[] Generic => generic;
        public Type[] Parameters => parameters;

        public bool Equals(Signature? other) => other is not null && owner == other.Owner && name == other.Name
            && Same(generic, other.Generic) && Same(parameters, other.Parameters);

        public override bool Equals(object? obj) => Equals(obj as Signature);

        public override int GetHashCode()
        {
            int h = owner.GetHashCode() ^ name.GetHashCode(StringComparison.Ordinal);
            foreach (var t in generic) h = h * 31 + t.GetHashCode();
            foreach (var t in parameters) h = h * 31 + t.GetHashCode();
            return h;
        }

        static bool Same(Type[] a, Type[] b)
        {
            if (a.Length != b.Length) return false;
            for (int i = 0; i < a.Length; i++)
                if (a[i] != b[i]) return false;
            return true;
        }
    }
}
