using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tiny.Jit;

/// <summary>
/// Notices that a tensor which a captured method may have read was replaced: every field, public or not, through which tensors are reached
/// from an instance (layers, lists of layers, captured locals of a lambda) is remembered with what it held.
/// </summary>
sealed class WeightWatch
{
    const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    static readonly ConditionalWeakTable<Type, FieldInfo[]> s_fields = new();

    readonly List<(object Holder, FieldInfo Field, object? Value)> _held = [];
    readonly List<(IList List, object?[] Items)> _lists = [];
    readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);

    /// <summary>Remembers everything below an instance; null has nothing.</summary>
    public WeightWatch(object? root)
    {
        var work = new Stack<object?>([root]);
        while (work.TryPop(out var value))
        {
            if (value is null || !MayHold(value.GetType()) || !_seen.Add(value)) continue;
            if (value is Tensor) continue;
            if (value is IList list)
            {
                object?[] items = [.. list.Cast<object?>()];
                _lists.Add((list, items));
                foreach (var item in items) work.Push(item);
            }
            else
                foreach (var field in FieldsOf(value.GetType()))
                {
                    var held = field.GetValue(value);
                    _held.Add((value, field, held));
                    work.Push(held);
                }
        }
    }

    /// <summary>True while every field and list holds what it held. (What the tensors themselves hold, the capture knows.)</summary>
    public bool IsUnchanged()
    {
        foreach (var (holder, field, value) in _held)
            if (!ReferenceEquals(field.GetValue(holder), value)) return false;
        foreach (var (list, items) in _lists)
        {
            if (list.Count != items.Length) return false;
            for (int i = 0; i < items.Length; i++)
                if (!ReferenceEquals(list[i], items[i])) return false;
        }
        return true;
    }

    static FieldInfo[] FieldsOf(Type type) => s_fields.GetValue(type, static t =>
    {
        var fields = new List<FieldInfo>();
        for (var at = t; at is not null && at != typeof(object); at = at.BaseType)
            fields.AddRange(at.GetFields(Fields).Where(f => MayHold(f.FieldType)));
        return [.. fields];
    });

    // Objects of the user's and layers; of the framework's types only lists and arrays of such. (A struct's fields are not followed:
    // reading one makes a copy, and a copy never changes.)
    static bool MayHold(Type type)
    {
        if (type.IsArray) return MayHold(type.GetElementType()!);
        if (type.IsValueType || type.IsPointer || type == typeof(string) || typeof(Delegate).IsAssignableFrom(type)) return false;
        if (type == typeof(object) || type.IsInterface || type == typeof(Tensor)) return true;
        if (type.IsGenericType && typeof(IList).IsAssignableFrom(type)) return type.GetGenericArguments().Any(MayHold);
        return type.Namespace is not { } name || !(name == "System" || name.StartsWith("System.", StringComparison.Ordinal)
            || type.Assembly == typeof(Tensor).Assembly && name != "Tiny.Nn");
    }
}
