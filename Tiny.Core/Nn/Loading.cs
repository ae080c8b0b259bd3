using Tiny.Formats;
using Tiny.Runtime;

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
    /// <param name="copy">The tensors are copied into memory, so that the file may be written again: for checkpoints.</param>
    /// <exception cref="WeightsException">A weight is missing, has another shape or dtype, or the file is damaged; the message lists
    /// all that does not fit, and the model is then as before.</exception>
    public static T LoadSafetensors<T>(this T model, string path, bool strict = true, bool copy = false) where T : class
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(path);
        var file = SafetensorsFile.Open(Find(path));
        return Load(model, file.Path, [.. file.Tensors.Select(t => t.Name)], copy ? name => Copy(file.Read(name)) : file.Read, strict);
    }

    /// <summary>Takes a model's weights from a folder of .npy files, one for each tensor, named by its path: <c>blocks.0.weight.npy</c>.
    /// Otherwise as <see cref="LoadSafetensors"/>.</summary>
    /// <exception cref="WeightsException">A weight is missing, has another shape or dtype, or a file is damaged.</exception>
    public static T LoadNpy<T>(this T model, string folder, bool strict = true) where T : class
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder)) throw new WeightsException($"{folder}: there is no such folder");
        string[] names = [.. Directory.GetFiles(folder, "*.npy").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];
        return Load(model, folder, names, name => Npy.Read(Path.Combine(folder, name + ".npy")).Storage!, strict);
    }

    static T Load<T>(T model, string source, string[] names, Func<string, Storage> read, bool strict) where T : class
    {
        var wanted = StateDict.Of(model);
        var given = names.ToHashSet();
        var loads = new List<Action>();
        var wrong = new List<string>();
        // A tensor reached by several paths (tied weights) needs one of them.
        foreach (var places in wanted.GroupBy(w => w.Value, ReferenceEqualityComparer.Instance as IEqualityComparer<Tensor>))
        {
            var tensor = places.Key;
            if (places.Select(p => p.Key).FirstOrDefault(given.Contains) is not { } name)
            {
                wrong.Add(Missing(names, places.First().Key));
                continue;
            }
            var storage = read(name);
            if (!storage.Shape.Equals(tensor.Shape)) wrong.Add($"weight '{name}' is {storage.Shape}, the model takes {tensor.Shape}");
            else if (storage.DType != tensor.DType) wrong.Add($"weight '{name}' is {storage.DType}, the model takes {tensor.DType}");
            loads.Add(() => tensor.Load(storage));
        }
        if (strict)
        {
            var known = wanted.Select(w => w.Key).ToHashSet();
            string[] extra = [.. names.Where(n => !known.Contains(n) && !IsCounter(n)).Order(StringComparer.Ordinal)];
            if (extra.Length > 0) wrong.Add($"the model has no place for {Some(extra)}; load with strict: false to pass over them");
        }
        if (wrong.Count == 1) throw new WeightsException($"{source}: {wrong[0]}");
        if (wrong.Count > 1) throw new WeightsException($"{source} does not fit the model:\n  {string.Join("\n  ", wrong)}");
        foreach (var load in loads) load();
        return model;
    }

    static Storage Copy(Storage mapped)
    {
        var host = mapped.ToHost();
        var copy = OwnedMemory.Of<byte>(host.Span);
        GC.KeepAlive(host);
        return new Storage(mapped.DType, mapped.Shape, copy) { Name = mapped.Name };
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

    static string Missing(string[] names, string name)
    {
        string[] near = [.. names.Where(n => !IsCounter(n)).OrderBy(n => Distance(n, name)).ThenBy(n => n, StringComparer.Ordinal).Take(3)];
        string hint = near.Length > 0 ? $"; the nearest names are {Some(near)}" : "; it has no weights";
        return $"there is no weight '{name}'{hint}";
    }

    static string Some(string[] names) =>
        string.Join(", ", names.Take(20).Select(n => $"'{n}'")) + (names.Length > 20 ? $" and {names.Length - 20} more" : "");

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
