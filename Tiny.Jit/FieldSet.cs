using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tiny.Jit;

/// <summary>Fields of one type, or static fields, and a compiled comparison of what they hold with what they held.</summary>
sealed class FieldSet
{
    const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    static readonly ConditionalWeakTable<Type, FieldSet> s_sets = new();
    static readonly ConditionalWeakTable<Assembly, StrongBox<bool>> s_users = new();

    readonly Lazy<Func<object?, object?[], int>> _compare;

    public FieldSet(FieldInfo[] fields)
    {
        Fields = fields;
        _compare = new(() => Compile(fields));
    }

    /// <summary>The fields.</summary>
    public FieldInfo[] Fields { get; }

    /// <summary>The number of the first field that holds something else than it did; -1 if there is none.</summary>
    public int FirstChange(object? holder, object?[] values) => _compare.Value(holder, values);

    /// <summary>The fields of objects of a type that is the user's or a layer's. Objects of the framework and of ours are opaque: they are compared as objects.</summary>
    public static FieldSet Of(Type type) => s_sets.GetValue(type, static t =>
    {
        var fields = new List<FieldInfo>();
        if (!t.IsValueType && !IsOpaque(t))
            for (var at = t; at is not null && at != typeof(object); at = at.BaseType)
                if (!IsOpaque(at)) fields.AddRange(at.GetFields(Own).Where(IsComparable));
        return new([.. fields]);
    });

    /// <summary>It can be read and compared.</summary>
    public static bool IsComparable(FieldInfo field) => !field.FieldType.IsPointer && !field.FieldType.IsByRefLike && !field.FieldType.IsFunctionPointer;

    /// <summary>Its types may hold tensors: it uses Tiny, or is Tiny's layers.</summary>
    public static bool MayHoldTensors(Assembly assembly) => s_users.GetValue(assembly, static a => new(
        a != typeof(FieldSet).Assembly && (a == typeof(Tensor).Assembly || Array.Exists(a.GetReferencedAssemblies(), r => r.Name == typeof(Tensor).Assembly.GetName().Name)))).Value;

    static bool IsOpaque(Type type) => !MayHoldTensors(type.Assembly) || type.Assembly == typeof(Tensor).Assembly && type.Namespace != "Tiny.Nn";

    static Func<object?, object?[], int> Compile(FieldInfo[] fields)
    {
        var (holder, values) = (Expression.Parameter(typeof(object)), Expression.Parameter(typeof(object[])));
        var end = Expression.Label(typeof(int));
        var steps = fields.Select((field, i) => Expression.IfThen(
            Expression.Not(Same(Expression.Field(field.IsStatic ? null : Expression.Convert(holder, field.DeclaringType!), field), Expression.ArrayIndex(values, Expression.Constant(i)))),
            Expression.Return(end, Expression.Constant(i))));
        return Expression.Lambda<Func<object?, object?[], int>>(Expression.Block([.. steps, Expression.Label(end, Expression.Constant(-1))]), holder, values).Compile();
    }

    static Expression Same(Expression now, Expression before)
    {
        var type = now.Type;
        if (type == typeof(string)) return Expression.Equal(now, Expression.Convert(before, type), false, type.GetMethod("op_Equality"));
        if (!type.IsValueType) return Expression.ReferenceEqual(now, before);
        if (Nullable.GetUnderlyingType(type) is not null) return Expression.Call(typeof(object), nameof(Equals), null, Expression.Convert(now, typeof(object)), before);
        var then = Expression.Unbox(before, type);
        // Numbers by their bits: -0 is not 0 here, and NaN is NaN.
        if (type == typeof(float)) return Bits(nameof(BitConverter.SingleToInt32Bits));
        if (type == typeof(double)) return Bits(nameof(BitConverter.DoubleToInt64Bits));
        var comparer = typeof(EqualityComparer<>).MakeGenericType(type);
        return Expression.Call(Expression.Property(null, comparer, nameof(EqualityComparer<int>.Default)), comparer.GetMethod(nameof(Equals), [type, type])!, now, then);

        Expression Bits(string of) => Expression.Equal(Expression.Call(typeof(BitConverter), of, null, now), Expression.Call(typeof(BitConverter), of, null, then));
    }
}
