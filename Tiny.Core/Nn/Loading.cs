using Tiny.Formats;

namespace Tiny.Nn;

/// <summary>Weights from files into models.</summary>
public static class Loading
{
    /// <summary>
    /// Takes a model's weights from a safetensors file by their <see cref="StateDict"/> paths and returns the model. Nothing is copied: the
    /// tensors lie in the mapped file from then on. A relative path is looked for in the current directory, then beside
    /// the application. Counters (<c>num_batches_tracked</c>) are passed over.
    /// </summary>
    /// <param name="model">Any object with public tensors or layers.</param>
    /// <param name="path">The file.</param>
    /// <param name="strict">Tensors in the file that the model has no place for are an error.</param>
    /// <exception cref="WeightsException">A weight is missing, has another shape or dtype, or the file is damaged; the model
    /// is then as before.</exception>
    public static T LoadSafetensors<T>(this T model, string path, bool strict = true) where T : class
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(path);
        var file = SafetensorsFile.Open(Find(path));
        var wanted = StateDict.Of(model);
        var loads = new List<Action>();
        // A tensor reached by several paths (tied weights) needs one of them.
        foreach (var places in wanted.GroupBy(w => w.Value, ReferenceEqualityComparer.Instance as IEqualityComparer<Tensor>))
        {
            string name = places.Select(p => p.Key).FirstOrDefault(file.Contains) ?? throw Missing(file, places.First().Key);
            var tensor = places.Key;
            var storage = file.Read(name);
            if (!storage.Shape.Equals(tensor.Shape))
                throw new WeightsException($"{file.Path}: weight '{name}' is {storage.Shape}, the model takes {tensor.Shape}");
            if (storage.DType != tensor.DType)
                throw new WeightsException($"{file.Path}: weight '{name}' is {storage.DType}, the model takes {tensor.DType}");
            loads.Add(() => tensor.Load(storage));
        }
        if (strict)
        {
            var known = wanted.Select(w => w.Key).ToHashSet();
            var extra = file.Tensors.Select(t => t.Name).Where(n => !known.Contains(n) && !IsCounter(n)).ToList();
            extra.Sort(StringComparer.Ordinal);
            if (extra.Count > 0)
                throw new WeightsException($"{file.Path}: the model has no place for {Some(extra)}; "
                    + "load with strict: false to pass over them");
        }
        foreach (var load in loads) load();
        return model;
    }

    static string Find(string path)
    {
        if (Path.IsPathRooted(path) || File.Exists(path)) return path;
        string beside = Path.Combine(AppContext.BaseDirectory, path);
        return File.Exists(beside) ? beside
            : throw new WeightsException($"{path}: there is no such file in {Directory.GetCurrentDirectory()} "
                + $"or {AppContext.BaseDirectory}");
    }

    static bool IsCounter(string name) => name == "num_batches_tracked" || name.EndsWith(".num_batches_tracked", StringComparison.Ordinal);

    static WeightsException Missing(SafetensorsFile file, string name)
    {
        var near = file.Tensors.Select(t => t.Name).Where(n => !IsCounter(n))
            .OrderBy(n => Distance(n, name)).ThenBy(n => n, StringComparer.Ordinal).Take(3).ToList();
        string hint = near.Count > 0 ? $"; the nearest names are {Some(near)}" : "; it has no weights";
        return new WeightsException($"{file.Path}: there is no weight '{name}'{hint}");
    }

    static string Some(List<string> names) =>
        string.Join(", ", names.Take(5).Select(n => $"'{n}'")) + (names.Count > 5 ? $" and {names.Count - 5} more" : "");

    /// <summary>Levenshtein's distance: insertions, deletions and replacements from one name to the other.</summary>
    static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
