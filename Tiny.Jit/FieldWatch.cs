using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tiny.Jit;

/// <summary>
/// Notices that something changed which a captured method may have read: every field, public or not, of the objects reached from an instance (layers, lists and
/// dictionaries of layers, captured locals of a lambda), and the static fields that the method's code reads, are remembered with what they held.
/// Tensors are compared as objects here: what they hold, the capture knows.
/// </summary>
sealed class FieldWatch
{
    readonly List<(object? Holder, FieldSet Fields, object?[] Values)> _objects = [];
    readonly List<(ICollection Items, object?[] Values)> _collections = [];
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
                case IDictionary or IList:
                    var items = ((ICollection)value).Cast<object?>().Select(Item).ToArray();
                    _collections.Add(((ICollection)value, items));
                    foreach (var item in items) Follow(item);
                    break;
                case Delegate function:
                    _work.Push(function.Target);
                    break;
                default:
                    if (FieldSet.Of(value.GetType()) is { Fields.Length: > 0 } fields) Remember(value, fields);
                    break;
            }
        }
        _seen.Clear();
    }

    void Remember(object? holder, FieldSet fields)
    {
        object?[] values = [.. fields.Fields.Select(f => f.GetValue(holder))];
        _objects.Add((holder, fields, values));
        foreach (var value in values) Follow(value);
    }

    // A dictionary's entry is followed to its value.
    void Follow(object? value) => _work.Push(value is DictionaryEntry entry ? entry.Value : value);

    static object? Item(object? item) => item is not null && item.GetType() is { IsGenericType: true } t && t.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
        ? new DictionaryEntry(t.GetProperty("Key")!.GetValue(item)!, t.GetProperty("Value")!.GetValue(item)) : item;

    /// <summary>The first field or collection that no longer holds what it held, named for the user; null if all do.</summary>
    public Change? FirstChange()
    {
        foreach (var (holder, fields, values) in _objects)
            if (fields.FirstChange(holder, values) is >= 0 and var i) return new(Name(fields.Fields[i]), fields.Fields[i].FieldType == typeof(Tensor));
        foreach (var (items, values) in _collections)
            if (!AreHeld(items, values)) return new($"a {items.GetType().Name} of {items.Count} elements", Array.Exists(values, v => v is Tensor));
        foreach (var (numbers, bytes) in _arrays)
            if (!BytesOf(numbers).SequenceEqual(bytes)) return new($"an array of {numbers.Length} numbers", false);
        return null;
    }

    /// <summary>What changed, and whether it is a place for tensors.</summary>
    public readonly record struct Change(string What, bool IsTensor);

    static bool AreHeld(ICollection items, object?[] values)
    {
        if (items.Count != values.Length) return false;
        int i = 0;
        foreach (var item in items)
            if (!Same(items is IDictionary ? Item(item) : item, values[i++])) return false;
        return true;

        static bool Same(object? a, object? b) => a is DictionaryEntry x && b is DictionaryEntry y ? Same(x.Key, y.Key) && Same(x.Value, y.Value)
            : ReferenceEquals(a, b) || a is ValueType or string && a.Equals(b);
    }

    static ReadOnlySpan<byte> BytesOf(Array numbers) => System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(
        ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(numbers), Buffer.ByteLength(numbers));

    // <Count>k__BackingField is the property's; <>c__DisplayClass1_0 holds captured locals.
    static string Name(FieldInfo field)
    {
        var name = field.Name is ['<', .. var rest] && rest.IndexOf('>', StringComparison.Ordinal) is > 0 and var end ? rest[..end] : field.Name;
        return field.DeclaringType!.Name.StartsWith('<') ? $"the local '{name}'" : $"{field.DeclaringType.Name}.{name}";
    }
}
