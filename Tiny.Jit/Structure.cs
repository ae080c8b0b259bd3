using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Tiny.Jit;

/// <summary>
/// Values that hold tensors: a tensor; a tuple, array, list, dictionary by strings, record or struct of such; beside them plain values (numbers, bools, enums,
/// strings, null). One walk takes them apart and puts them together again.
/// </summary>
static class Structure
{
    const int MostDeep = 32;
    const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    static readonly ConditionalWeakTable<Type, FieldInfo[]> s_fields = new();

    /// <summary>The same value with other tensors.</summary>
    /// <param name="value">What holds them.</param>
    /// <param name="path">Its name; parts have names below it, as in <c>state.h</c> or <c>xs.0</c>.</param>
    /// <param name="names">Names of tuples' elements in its declared type.</param>
    /// <param name="tensor">The tensor to put in the place of one, given its path. Tensors are visited in one order.</param>
    /// <param name="key">Takes up everything but the tensors themselves: two values of one key differ in tensors only.</param>
    /// <exception cref="TinyJitException">It holds something else.</exception>
    public static object? Map(object? value, string path, TupleNames? names, Func<string, Tensor, Tensor> tensor, StringBuilder? key = null) =>
        Map(value, path, names, tensor, key, 0);

    static object? Map(object? value, string path, TupleNames? names, Func<string, Tensor, Tensor> tensor, StringBuilder? key, int depth)
    {
        if (value is Tensor t) return tensor(path, t);
        if (IsPlain(value))
        {
            key?.Append(Plain(value)).Append(';');
            return value;
        }
        if (depth > MostDeep) throw new TinyJitException($"'{path}' is nested deeper than {MostDeep}: does it hold itself?");
        var type = value!.GetType();
        key?.Append(type.FullName).Append('(');
        var result = value switch
        {
            ITuple tuple when type.IsValueType => Tuple(tuple),
            IDictionary map when type.IsGenericType && type.GetGenericArguments()[0] == typeof(string) => Dictionary(map),
            IList list and (Array { Rank: 1 } or not Array) when !type.IsValueType => List(list),
            _ when IsRecord(type) => Record(),
            _ => throw new TinyJitException($"{(path.Length > 0 ? $"'{path}'" : "the result")} is a {type.Name}; captured methods take and return tensors, and tuples, arrays, lists, "
                + "dictionaries by strings and records of tensors, numbers, bools, enums and strings"),
        };
        key?.Append(')');
        return result;

        object? Part(object? part, string name, TupleNames? inner) => Map(part, Join(path, name), inner, tensor, key, depth + 1);

        object Tuple(ITuple tuple) => Pack(type, [.. Enumerable.Range(0, tuple.Length)
            .Select(i => Part(tuple[i], names?.Of(i) ?? Number(i + 1), names?.In(i)))]);

        object List(IList list)
        {
            key?.Append(list.Count).Append(':');
            object?[] items = [.. list.Cast<object?>().Select((item, i) => Part(item, Number(i), names?.In(0)))];
            bool isFilled = type.GetConstructor([]) is not null && !list.IsFixedSize && !list.IsReadOnly;
            // What has no constructor of its own (a collection expression given as IReadOnlyList) becomes an array.
            var made = isFilled ? (IList)Activator.CreateInstance(type)! : Array.CreateInstance(ElementOf(type), items.Length);
            for (int i = 0; i < items.Length; i++)
                if (isFilled) made.Add(items[i]);
                else made[i] = items[i];
            return made;
        }

        object Dictionary(IDictionary map)
        {
            // How it compares names is part of it.
            object? comparer = type.GetProperty("Comparer")?.GetValue(map);
            var made = (IDictionary?)(comparer is null ? type.GetConstructor([])?.Invoke([]) : type.GetConstructors().FirstOrDefault(c => c.GetParameters() is [var only]
                && only.ParameterType.IsInstanceOfType(comparer))?.Invoke([comparer]))
                ?? throw new TinyJitException($"'{path}' is a {type.Name.Split('`')[0]}, of which no copy with other tensors can be made; use a Dictionary");
            key?.Append(comparer?.GetType().FullName).Append(';');
            foreach (string name in map.Keys.Cast<string>().Order(StringComparer.Ordinal))
            {
                key?.Append(Plain(name)).Append(':');
                made[name] = Part(map[name], name, names?.In(1));
            }
            return made;
        }

        object Record()
        {
            var made = type.IsValueType ? RuntimeHelpers.GetUninitializedObject(type) : type.GetMethod("<Clone>$")!.Invoke(value, null)!;
            foreach (var field in FieldsOf(type)) field.SetValue(made, Part(field.GetValue(value), NameOf(field), null));
            return made;
        }
    }

    /// <summary>A value of a declared type with tensors that are made for their paths.</summary>
    /// <param name="type">The declared type.</param>
    /// <param name="path">Its name.</param>
    /// <param name="names">Names of tuples' elements in it.</param>
    /// <param name="parts">The names of the parts of a list or dictionary at a path; a type does not say how many it has.</param>
    /// <param name="tensor">Makes the tensor of a path.</param>
    /// <exception cref="TinyJitException">The type holds something else than tensors.</exception>
    public static object Make(Type type, string path, TupleNames? names, Func<string, IReadOnlyList<string>> parts, Func<string, Tensor> tensor)
    {
        if (type == typeof(Tensor)) return tensor(path);
        if (type.IsValueType && typeof(ITuple).IsAssignableFrom(type))
            return Pack(type, [.. TypesOf(type).Select((t, i) => Make(t, Join(path, names?.Of(i) ?? Number(i + 1)), names?.In(i), parts, tensor))]);
        if (type.IsArray || type.IsGenericType && type.GetGenericArguments() is [var only] && type.IsAssignableFrom(typeof(List<>).MakeGenericType(only)))
        {
            var element = ElementOf(type);
            var named = parts(path).ToHashSet();
            string[] numbers = [.. Enumerable.Range(0, named.Count).Select(Number)];
            if (!named.SetEquals(numbers) || named.Count == 0)
                throw new TinyJitException($"'{path}' of an exported method is a list, and a type does not say how many it holds: give each its shape, from [Shape(..., Of = \"0\")] on without a gap");
            object[] items = [.. numbers.Select(n => Make(element, Join(path, n), names?.In(0), parts, tensor))];
            var made = (IList)(type.IsArray ? Array.CreateInstance(element, items.Length) : Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!);
            for (int i = 0; i < items.Length; i++)
                if (type.IsArray) made[i] = items[i];
                else made.Add(items[i]);
            return made;
        }
        if (type.IsGenericType && type.GetGenericArguments() is [var key, var value] && key == typeof(string) && type.IsAssignableFrom(typeof(Dictionary<,>).MakeGenericType(key, value)))
        {
            var made = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(key, value))!;
            if (parts(path).Count == 0)
                throw new TinyJitException($"'{path}' of an exported method is a dictionary, and a type does not say what it holds: give each its shape, by [Shape(..., Of = \"name\")]");
            foreach (string name in parts(path)) made[name] = Make(value, Join(path, name), names?.In(1), parts, tensor);
            return made;
        }
        if (!IsRecord(type)) throw new TinyJitException($"'{path}' of an exported method is a {type.Name}, which holds no tensors and has no default value");
        object record = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var field in FieldsOf(type)) field.SetValue(record, Make(field.FieldType, Join(path, NameOf(field)), null, parts, tensor));
        return record;
    }

    /// <summary>True for values that are no tensors and hold none.</summary>
    public static bool IsPlain(object? value) => value is null or bool or int or long or float or double or string or Enum or Dim
        or byte or sbyte or short or ushort or uint or ulong or char or decimal or Half;

    static string Plain(object? value) => value switch
    {
        null => "null",
        string s => $"\"{s.Length}:{s}",
        Enum e => $"{e.GetType().FullName}.{e:D}",
        // The bits, so that a number is equal to itself only.
        double d => $"d{BitConverter.DoubleToInt64Bits(d):x}",
        float f => $"f{BitConverter.SingleToInt32Bits(f):x}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value.GetType().Name} {value}"),
    };

    /// <summary>The path of a part.</summary>
    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null
        || type is { IsValueType: true, IsPrimitive: false, IsEnum: false } && !(type.Namespace ?? "").StartsWith("System", StringComparison.Ordinal);

    static FieldInfo[] FieldsOf(Type type) => s_fields.GetValue(type, static t =>
    {
        var fields = new List<FieldInfo>();
        for (var at = t; at is not null && at != typeof(object) && at != typeof(ValueType); at = at.BaseType) fields.InsertRange(0, at.GetFields(Own).OrderBy(f => f.MetadataToken));
        return [.. fields];
    });

    // <H>k__BackingField is what the property H holds.
    static string NameOf(FieldInfo field) => field.Name is ['<', .. var rest] && rest.IndexOf('>', StringComparison.Ordinal) is > 0 and var end ? rest[..end] : field.Name;

    static Type ElementOf(Type list) => list.IsArray ? list.GetElementType()!
        : (list.IsInterface ? [list, .. list.GetInterfaces()] : list.GetInterfaces()).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            ?.GetGenericArguments()[0] ?? typeof(object);

    static IEnumerable<Type> TypesOf(Type tuple) => tuple.GetGenericArguments() is { Length: 8 } a ? a[..7].Concat(TypesOf(a[7])) : tuple.GetGenericArguments();

    static object Pack(Type tuple, object?[] parts) => parts.Length < 8 ? Activator.CreateInstance(tuple, parts)!
        : Activator.CreateInstance(tuple, [.. parts[..7], Pack(tuple.GetGenericArguments()[7], parts[7..])])!;
}
