using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Tiny.Nn;

/// <summary>
/// The tensors of a model under the paths that weight files use: public fields and properties in snake_case, elements of lists
/// by number, as in <c>blocks.0.conv1.weight</c>. Properties that compute their value are left out.
/// </summary>
public static class StateDict
{
    /// <summary>Every tensor below a model, in the order of declaration, base classes first. A tensor reached
    /// twice is there twice.</summary>
    public static IReadOnlyList<KeyValuePair<string, Tensor>> Of(object model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. Find(model).Select(f => new KeyValuePair<string, Tensor>(f.Path, f.Tensor))];
    }

    /// <summary>The tensors below a model that are trained: floats that are not marked <see cref="BufferAttribute"/>, each once, in the
    /// order of declaration.</summary>
    public static IReadOnlyList<Tensor> Parameters(object model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. Find(model).Where(f => !f.IsBuffer && f.Tensor.DType.IsFloat).Select(f => f.Tensor).Distinct()];
    }

    static List<Found> Find(object model)
    {
        var found = new List<Found>();
        Collect(model, "", false, found, []);
        return found;
    }

    readonly record struct Found(string Path, Tensor Tensor, bool IsBuffer);

    /// <summary>The path's form of a C# name: <c>RunningMean</c> gives <c>running_mean</c>, <c>Conv1</c> gives <c>conv1</c>.</summary>
    public static string SnakeCase(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var result = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            bool starts = char.IsUpper(name[i]) && i > 0 && name[i - 1] != '_'
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (starts) result.Append('_');
            result.Append(char.ToLowerInvariant(name[i]));
        }
        return result.ToString();
    }

    static void Collect(object? value, string path, bool isBuffer, List<Found> found, List<object> above)
    {
        switch (value)
        {
            case null:
                return;
            case Tensor tensor:
                found.Add(new(path, tensor, isBuffer));
                return;
            // A model that leads back to itself: its tensors have a path already.
            case not ValueType when above.Any(a => ReferenceEquals(a, value)):
                return;
        }
        above.Add(value);
        switch (value)
        {
            case IDictionary map:
                foreach (DictionaryEntry e in map)
                    if (e.Key is string or int) Collect(e.Value, Join(path, Convert.ToString(e.Key, CultureInfo.InvariantCulture)!),
                        isBuffer, found, above);
                break;
            case IList list when MayHold(list):
                for (int i = 0; i < list.Count; i++) Collect(list[i], Join(path, i.ToString(CultureInfo.InvariantCulture)), isBuffer, found, above);
                break;
            default:
                foreach (var (name, member, marked) in Members(value)) Collect(member, Join(path, name), isBuffer || marked, found, above);
                break;
        }
        above.RemoveAt(above.Count - 1);
    }

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    static bool MayHold(IList list)
    {
        var type = list.GetType();
        return type.IsArray ? MayHold(type.GetElementType()!) : !type.IsGenericType || type.GetGenericArguments().Any(MayHold);
    }

    /// <summary>Tensors, and classes and structs that are not the runtime library's nor plain values of this one.</summary>
    static bool MayHold(Type type) =>
        type == typeof(Tensor) || type == typeof(object) || typeof(IList).IsAssignableFrom(type)
            || typeof(IDictionary).IsAssignableFrom(type)
        || (type is { IsGenericType: true, IsInterface: true } && type.GetGenericArguments().Any(MayHold))
        || (!type.IsPrimitive && !type.IsEnum && !type.IsPointer && !typeof(Delegate).IsAssignableFrom(type)
            && !(type.Namespace is "System" or "Microsoft" || (type.Namespace ?? "").StartsWith("System.", StringComparison.Ordinal)
                || (type.Namespace ?? "").StartsWith("Microsoft.", StringComparison.Ordinal))
            && !(type.Assembly == typeof(Tensor).Assembly && type.Namespace != typeof(StateDict).Namespace));

    static IEnumerable<(string Name, object? Value, bool IsBuffer)> Members(object value)
    {
        if (!MayHold(value.GetType()) || value is Tensor) yield break;
        var types = new Stack<Type>();
        for (Type? t = value.GetType(); t is not null && t != typeof(object); t = t.BaseType) types.Push(t);
        foreach (var type in types)
        {
            const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;
            // An automatic property is known by its hidden field; that also gives its place in the declaration.
            foreach (var field in type.GetFields(Own).OrderBy(f => f.MetadataToken))
            {
                if (!MayHold(field.FieldType)) continue;
                if (field.IsPublic) yield return (SnakeCase(field.Name), field.GetValue(value), field.IsDefined(typeof(BufferAttribute)));
                else if (AutoProperty(type, field) is { } property) 
                    yield return (SnakeCase(property.Name), field.GetValue(value), property.IsDefined(typeof(BufferAttribute)));
            }
        }
    }

    static PropertyInfo? AutoProperty(Type type, FieldInfo field)
    {
        if (!field.IsDefined(typeof(CompilerGeneratedAttribute)) || !field.Name.StartsWith('<')) return null;
        int end = field.Name.IndexOf('>', StringComparison.Ordinal);
        return end > 1 && field.Name[end..] == ">k__BackingField"
            ? type.GetProperty(field.Name[1..end], BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly) : null;
    }
}
