using System.Collections.Concurrent;
using Tiny.Lower;

namespace Tiny.Optimize;

/// <summary>
/// Choices that a search has found, each for a kernel and a kind of target; they take the place of the heuristic's. It also remembers which of
/// them were asked for, so that an export can say what was of no use.
/// </summary>
public sealed class Tuning
{
    readonly Dictionary<(string Profile, string Key), TunedKernel> _entries;
    readonly ConcurrentDictionary<(string Profile, string Key), bool> _used = new();
    readonly ConcurrentDictionary<string, bool> _asked = new();

    /// <summary>From entries, no two for one kernel and profile.</summary>
    /// <param name="source">Where they come from, for messages.</param>
    /// <param name="entries">The entries.</param>
    /// <exception cref="TuningException">Two are for one kernel.</exception>
    public Tuning(string source, IEnumerable<TunedKernel> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        Source = source;
        _entries = [];
        foreach (var e in entries)
            if (!_entries.TryAdd((e.Profile, e.Key), e)) throw new TuningException($"{source}: two entries are for the kernel {e.Key} on {e.Profile}");
    }

    /// <summary>Where the entries come from.</summary>
    public string Source { get; }

    /// <summary>All entries, by profile, name and key.</summary>
    public IReadOnlyList<TunedKernel> Entries =>
        [.. _entries.Values.OrderBy(e => e.Profile, StringComparer.Ordinal).ThenBy(e => e.Name, StringComparer.Ordinal).ThenBy(e => e.Key, StringComparer.Ordinal)];

    /// <summary>Entries that were used.</summary>
    public int Used => _used.Count;

    /// <summary>Entries for profiles that were asked about, none of which asked for them.</summary>
    public int Unused => _entries.Keys.Count(k => _asked.ContainsKey(k.Profile) && !_used.ContainsKey(k));

    /// <summary>What is said of them.</summary>
    internal string UnusedText => $"{Source}: {Unused} of {_entries.Count} entries fit no kernel of this program, and are left out; 'tiny tune' makes new ones";

    /// <summary>The entry for a kernel, or null.</summary>
    internal TunedKernel? Find(Kernel kernel, TargetProfile profile)
    {
        if (_entries.Count == 0) return null;
        _asked[profile.Name] = true;
        var entry = _entries.GetValueOrDefault((profile.Name, kernel.Key));
        if (entry is not null) _used[(entry.Profile, entry.Key)] = true;
        return entry;
    }

    /// <summary>What is said where a kernel cannot be given its entry.</summary>
    internal TuningException Refused(TunedKernel entry, Exception why) =>
        new($"{Source}: the entry of {entry.Name}, {entry.Key} on {entry.Profile}, cannot be applied: {why.Message.ReplaceLineEndings(" ")}; remove it, or tune again", why);
}
