using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tiny.Jit;

/// <summary>Fields of one type, or static fields, and a compiled comparison of what they hold with what they held.</summary>
sealed class FieldSet
{
    const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    static readonly ConditionalWeakTable<Type, FieldSet> s_sets = new();
    static readonly ConditionalWeakTable<Assembly, StrongBox<bool>> s_users = new();
    static readonly ConditionalWeakTable<Type, Func<object, object, bool>> s_equal = new();

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

    /// <summary>
    /// The fields of objects of a type that is the user's or a layer's, and of all structs. Objects of the framework and of ours are opaque: they are
    /// compared as objects.
    /// </summary>
    public static FieldSet Of(Type type) => s_sets.GetValue(type, static t =>
    {
        var fields = new List<FieldInfo>();
        if (t.IsValueType) return new(StructFields(t));
        if (!IsOpaque(t))
            for (var at = t; at is not null && at != typeof(object); at = at.BaseType)
                if (!IsOpaque(at)) fields.AddRange(at.GetFields(Own).Where(IsComparable));
        return new([.. fields]);
    });

    /// <summary>Two structs, or numbers, in boxes: each field holds the same number or refers to the same object.</summary>
    public static bool AreEqual(object a, object b) => a.GetType() == b.GetType() && s_equal.GetValue(a.GetType(), static t =>
    {
        var (x, y) = (Expression.Parameter(typeof(object)), Expression.Parameter(typeof(object)));
        return Expression.Lambda<Func<object, object, bool>>(Same(Expression.Unbox(x, t), Expression.Unbox(y, t)), x, y).Compile();
    })(a, b);

    static FieldInfo[] StructFields(Type type) => type.IsPrimitive || type.IsEnum ? [] : [.. type.GetFields(Own).Where(IsComparable)];

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
        var steps = fields.Select((field, i) =>
        {
            var before = Expression.ArrayIndex(values, Expression.Constant(i));
            bool unboxes = field.FieldType.IsValueType && Nullable.GetUnderlyingType(field.FieldType) is null;
            return Expression.IfThen(
                Expression.Not(Same(Expression.Field(field.IsStatic ? null : Expression.Convert(holder, field.DeclaringType!), field),
                    unboxes ? Expression.Unbox(before, field.FieldType) : Expression.Convert(before, field.FieldType))),
                Expression.Return(end, Expression.Constant(i)));
        });
        return Expression.Lambda<Func<object?, object?[], int>>(Expression.Block([.. steps, Expression.Label(end, Expression.Constant(-1))]), holder, values).Compile();
    }

    // Numbers by their bits: -0 is not 0 here, and NaN is NaN.
    static Expression Same(Expression now, Expression then)
    {
        var type = now.Type;
        if (type == typeof(string)) return Expression.Equal(now, then, false, type.GetMethod("op_Equality"));
        if (!type.IsValueType) return Expression.ReferenceEqual(now, then);
        if (type.IsPrimitive || type.IsEnum || IsBuffer(type)) return Expression.Call(typeof(FieldSet), nameof(SameBits), [type], now, then);
        if (Nullable.GetUnderlyingType(type) is not null)
            return Expression.AndAlso(Expression.Equal(Property(now, nameof(Nullable<int>.HasValue)), Property(then, nameof(Nullable<int>.HasValue))), Same(OrDefault(now), OrDefault(then)));
        return StructFields(type).Select(f => Same(Expression.Field(now, f), Expression.Field(then, f))).Aggregate((Expression)Expression.Constant(true), Expression.AndAlso);

        static Expression Property(Expression of, string name) => Expression.Property(of, name);
        static Expression OrDefault(Expression of) => Expression.Call(of, of.Type.GetMethod(nameof(Nullable<int>.GetValueOrDefault), [])!);
    }

    // One field stands for several elements.
    static bool IsBuffer(Type type) => type.IsDefined(typeof(InlineArrayAttribute)) || type.IsDefined(typeof(UnsafeValueTypeAttribute));

    // What holds references in such a buffer is taken for changed.
    static bool SameBits<T>(T now, T then) where T : struct => !RuntimeHelpers.IsReferenceOrContainsReferences<T>()
        && MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in now)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in then)));
}
