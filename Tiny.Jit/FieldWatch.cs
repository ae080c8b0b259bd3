using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tiny.Jit;

/// <summary>
/// Notices that something changed which a captured method may have read: every field, public or not, of the objects reached from an instance (layers, collections
/// of layers, captured locals of a lambda), and the static fields that the method's code reads, are remembered with what they held.
/// Tensors are compared as objects here: what they hold, the capture knows.
/// </summary>
sealed class FieldWatch
{
    readonly List<(object? Holder, FieldSet Fields, object?[] Values)> _objects = [];
    readonly List<(IEnumerable Items, object?[] Values)> _collections = [];
    readonly List<(Array Numbers, byte[] Bytes)> _arrays = [];
    readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    readonly Stack<object?> _work = new();

    /// <summary>Remembers everything below an instance (null has nothing) and below the static fields that a method reads.</summary>
    public FieldWatch(object? root, MethodInfo method)
    {
        if (StaticReads.Of(method) is { Fields.Length: > 0 } statics) Remember(null, statics);
        _work.Push(root);
        while (_work.TryPop(out var value))
        {
            if (value is null or Tensor or string || value.GetType().IsPrimitive || !_seen.Add(value)) continue;
            switch (value)
            {
                case Array array when array.GetType().GetElementType() is { IsPrimitive: true }:
                    _arrays.Add((array, BytesOf(array).ToArray()));
                    break;
                case Delegate function:
                    _work.Push(function.Target);
                    break;
                case ITuple tuple when value is not ValueType:
                    for (int i = 0; i < tuple.Length; i++) _work.Push(tuple[i]);
                    break;
                case DictionaryEntry entry:
                    _work.Push(entry.Value);
                    break;
                // A struct in a box is a copy: its holder's field is compared, and what it refers to is followed.
                case ValueType:
                    foreach (var field in FieldSet.Of(value.GetType()).Fields) _work.Push(field.GetValue(value));
                    break;
                default:
                    if (FieldSet.Of(value.GetType()) is { Fields.Length: > 0 } fields) Remember(value, fields);
                    if (IsCollection(value)) RememberItems((IEnumerable)value);
                    break;
            }
        }
        _seen.Clear();
    }

    void Remember(object? holder, FieldSet fields)
    {
        object?[] values = [.. fields.Fields.Select(f => f.GetValue(holder))];
        _objects.Add((holder, fields, values));
        foreach (var value in values) _work.Push(value);
    }

    void RememberItems(IEnumerable items)
    {
        object?[] values = [.. items.Cast<object?>()];
        _collections.Add((items, values));
        foreach (var value in values) _work.Push(value);
    }

    // Lists and dictionaries whoever wrote them, and whatever else the framework collects things in.
    static bool IsCollection(object value) => value is IList or IDictionary
        || value is IEnumerable && (value.GetType().Namespace ?? "").StartsWith("System.Collections", StringComparison.Ordinal);

    /// <summary>The first field or collection that no longer holds what it held, named for the user; null if all do.</summary>
    public Change? FirstChange()
    {
        foreach (var (holder, fields, values) in _objects)
            if (fields.FirstChange(holder, values) is >= 0 and var i) return new(Name(fields.Fields[i]), fields.Fields[i].FieldType == typeof(Tensor));
        foreach (var (items, values) in _collections)
            if (!AreHeld(items, values)) return new($"a {NameOf(items.GetType())} of {values.Length} elements", Array.Exists(values, v => v is Tensor));
        foreach (var (numbers, bytes) in _arrays)
            if (!BytesOf(numbers).SequenceEqual(bytes)) return new($"an array of {numbers.Length} numbers", false);
        return null;
    }

    /// <summary>What changed, and whether it is a place for tensors.</summary>
    public readonly record struct Change(string What, bool IsTensor);

    static bool AreHeld(IEnumerable items, object?[] values)
    {
        if (items is ICollection { Count: var count } && count != values.Length) return false;
        int i = 0;
        foreach (var item in items)
            if (i == values.Length || !Same(item, values[i++])) return false;
        return i == values.Length;

        static bool Same(object? a, object? b) => a is ValueType && b is ValueType ? FieldSet.AreEqual(a, b) : ReferenceEquals(a, b) || a is string s && s == b as string;
    }

    static string NameOf(Type collection) => collection.Name.Split('`')[0];

    static ReadOnlySpan<byte> BytesOf(Array numbers) => System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(
        ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(numbers), Buffer.ByteLength(numbers));

    // <Count>k__BackingField is the property's; <>c__DisplayClass1_0 holds captured locals.
    static string Name(FieldInfo field)
    {
        var name = field.Name is ['<', .. var rest] && rest.IndexOf('>', StringComparison.Ordinal) is > 0 and var end ? rest[..end] : field.Name;
        return field.DeclaringType!.Name.StartsWith('<') ? $"the local '{name}'" : $"{field.DeclaringType.Name}.{name}";
    }
}
