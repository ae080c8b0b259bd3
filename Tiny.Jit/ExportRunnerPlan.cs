using System.Collections.Immutable;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Tiny.Jit;

/// <summary>One export: the captured methods of one model that go to one target under one name.</summary>
sealed record ExportUnit(Type Model, string Name, ExportTarget Target, string? Page, ImmutableArray<MethodInfo> Methods, TinyEntryPointAttribute Place)
{
    /// <summary>The method that makes the model; null for its constructor.</summary>
    public MethodInfo? Factory { get; init; }

    /// <summary>True where both exports are renderings of one program.</summary>
    public bool SameProgram(ExportUnit other) => Model == other.Model && Factory == other.Factory && Name == other.Name && Methods.SequenceEqual(other.Methods);
}

/// <summary>An exception while working on an entry point, whose declaration is where to point when nothing better is known.</summary>
sealed class ExportException(TinyEntryPointAttribute place, Exception inner) : Exception(inner.Message, inner)
{
    public TinyEntryPointAttribute Place { get; } = place;
}

/// <summary>Reads from an assembly's manifest what is to be exported.</summary>
static partial class ExportRunnerPlan
{
    const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The exports, in the order of the manifest.</summary>
    public static IReadOnlyList<ExportUnit> Of(Assembly assembly)
    {
        var units = new List<ExportUnit>();
        foreach (var entry in assembly.GetCustomAttributes<TinyEntryPointAttribute>())
        {
            try
            {
                Add(units, entry);
            }
            catch (Exception e)
            {
                throw new ExportException(entry, e);
            }
        }
        return units;
    }

    static void Add(List<ExportUnit> units, TinyEntryPointAttribute entry)
    {
        var method = entry.Model.GetMethods(Declared)
            .First(m => m.Name == entry.Method && m.IsDefined(typeof(TinyJitAttribute), inherit: false));
        var factories = entry.Model.GetMethods(Declared).Where(m => m.IsDefined(typeof(TinyModelAttribute), inherit: false)).ToList();
        foreach (var factory in factories)
            if (!factory.IsStatic || factory.IsGenericMethod || factory.GetParameters().Length > 0 || !entry.Model.IsAssignableFrom(factory.ReturnType))
                throw Setup($"[TinyModel] {entry.Model.Name}.{factory.Name} is no static method without parameters that returns '{entry.Model.Name}'");
        foreach (var export in method.GetCustomAttributes<TinyExportAttribute>(inherit: false))
        {
            if (method.IsGenericMethod) throw Setup($"'{entry.Model.Name}.{method.Name}' is generic and has no program until its types are chosen; export a method that calls it with its type arguments given");
            var target = export.CreateTarget();
            if (!NamePattern().IsMatch(target.Name))
                throw Setup($"'{target.Name}' cannot name a folder: the name of target '{target.GetType()}' is lower-case letters, digits and underscores");
            if (factories.Count > 0 && export.Name is { } unused)
                throw Setup($"[TinyExport<...>(Name = \"{unused}\")] on '{method.Name}' has no effect, as '{entry.Model.Name}' has [TinyModel] methods, and these name the exports; remove it");
            if (factories.Count == 0) Join(units, new(entry.Model, export.Name ?? entry.Model.Name.ToLowerInvariant(), target, export.Page, [method], entry));
            foreach (var factory in factories)
                Join(units, new(entry.Model, factory.GetCustomAttribute<TinyModelAttribute>()!.Name, target, export.Page, [method], entry) { Factory = factory });
        }
    }

    // Methods that go to one target under one name are one export.
    static void Join(List<ExportUnit> units, ExportUnit added)
    {
        var (name, method) = (added.Name, added.Methods[0]);
        // ASCII only: the name becomes identifiers in other languages and the name of a folder.
        if (!NamePattern().IsMatch(name))
            throw Setup($"'{name}' cannot name an export: use a lower-case letter and then lower-case letters, digits and underscores, as in [TinyExport<...>(Name = \"digits\")]");
        int same = units.FindIndex(u => u.Name == name && u.Target.Name == added.Target.Name);
        if (same < 0)
        {
            units.Add(added);
            return;
        }
        var unit = units[same];
        if (unit.Model != added.Model || unit.Factory != added.Factory)
            throw Setup($"'{MadeBy(unit)}' and '{MadeBy(added)}' are both exported as '{name}'; give one a name by [TinyExport<...>(Name = \"...\")] or [TinyModel(\"...\")]");
        if (unit.Target.GetType() != added.Target.GetType())
            throw Setup($"targets '{unit.Target.GetType()}' and '{added.Target.GetType()}' share the folder name '{added.Target.Name}'");
        if (unit.Methods.Contains(method))
            throw Setup($"method '{method.Name}' is exported twice as '{name}' to '{added.Target.Name}'");
        if (unit.Page is not null && added.Page is not null && unit.Page != added.Page)
            throw Setup($"export '{name}' has two pages, '{unit.Page}' and '{added.Page}'");
        units[same] = unit with { Methods = unit.Methods.Add(method), Page = unit.Page ?? added.Page };

        static string MadeBy(ExportUnit unit) => unit.Model.Name + (unit.Factory is { } factory ? $".{factory.Name}" : "");
    }

    static TinyException Setup(string message) => new("TINY2002", message);

    [GeneratedRegex("^[a-z][a-z0-9_]*$")]
    private static partial Regex NamePattern();
}
