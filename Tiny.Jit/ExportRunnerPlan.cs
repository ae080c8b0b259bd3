using System.Collections.Immutable;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Tiny.Jit;

/// <summary>One export: the captured methods of one model that go to one target under one name.</summary>
sealed record ExportUnit(Type Model, string Name, ExportTarget Target, string? Page, ImmutableArray<MethodInfo> Methods, TinyEntryPointAttribute Place)
{
    /// <summary>True where both exports are renderings of one program.</summary>
    public bool SameProgram(ExportUnit other) => Model == other.Model && Name == other.Name && Methods.SequenceEqual(other.Methods);
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
        foreach (var export in method.GetCustomAttributes<TinyExportAttribute>(inherit: false))
        {
            var target = export.CreateTarget();
            // ASCII only: the name becomes identifiers in other languages and the name of a folder.
            string name = export.Name ?? entry.Model.Name.ToLowerInvariant();
            if (!NamePattern().IsMatch(name))
                throw Setup($"'{name}' cannot name an export: use a lower-case letter and then lower-case letters, digits and underscores, as in [TinyExport<...>(Name = \"digits\")]");
            if (!NamePattern().IsMatch(target.Name))
                throw Setup($"'{target.Name}' cannot name a folder: the name of target '{target.GetType()}' is lower-case letters, digits and underscores");
            int same = units.FindIndex(u => u.Name == name && u.Target.Name == target.Name);
            if (same < 0)
            {
                units.Add(new(entry.Model, name, target, export.Page, [method], entry));
                continue;
            }
            var unit = units[same];
            if (unit.Model != entry.Model)
                throw Setup($"'{unit.Model.Name}' and '{entry.Model.Name}' are both exported as '{name}'; give one a name by [TinyExport<...>(Name = \"...\")]");
            if (unit.Target.GetType() != target.GetType())
                throw Setup($"targets '{unit.Target.GetType()}' and '{target.GetType()}' share the folder name '{target.Name}'");
            if (unit.Methods.Contains(method))
                throw Setup($"method '{method.Name}' is exported twice as '{name}' to '{target.Name}'");
            if (unit.Page is not null && export.Page is not null && unit.Page != export.Page)
                throw Setup($"export '{name}' has two pages, '{unit.Page}' and '{export.Page}'");
            units[same] = unit with { Methods = unit.Methods.Add(method), Page = unit.Page ?? export.Page };
        }
    }

    static TinyException Setup(string message) => new("TINY2002", message);

    [GeneratedRegex("^[a-z][a-z0-9_]*$")]
    private static partial Regex NamePattern();
}
