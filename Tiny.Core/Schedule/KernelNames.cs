using System.Text;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Schedule;

/// <summary>
/// Names kernels for what they do: the layer whose weights they read, then the operations in order, as in
/// <c>conv1_conv2d_relu</c>. A kernel that several layers share is named by its operations only. Names are unique.
/// </summary>
static class KernelNames
{
    const int MostOperations = 4;

    public static void Assign(IReadOnlyList<KernelBody> bodies, IReadOnlyList<Launch> launches, IReadOnlyList<Slot> slots)
    {
        var used = new HashSet<string>();
        foreach (var group in launches.Select((launch, i) => (launch, i)).GroupBy(x => x.launch.Kernel))
        {
            var layers = group.Select(x => Layer(x.launch, slots)).Distinct().ToList();
            var name = Identifier(string.Join('_', layers is [{ } only] ? [only, .. Operations(bodies[group.First().i])] : Operations(bodies[group.First().i])));
            if (name.Length == 0) name = "copy";
            if (char.IsAsciiDigit(name[0])) name = "k" + name;
            var unique = name;
            for (int n = 2; !used.Add(unique); n++) unique = $"{name}_{n}";
            group.Key.Name = unique;
        }
    }

    static string? Layer(Launch launch, IReadOnlyList<Slot> slots) =>
        launch.Slots.Select(s => slots[s].Storage?.Name).FirstOrDefault(n => n?.Contains('.') == true) is { } path ? path[..path.LastIndexOf('.')] : null;

    static List<string> Operations(KernelBody body)
    {
        // What computes names the kernel; movement and constants only where there is nothing else.
        var members = body.Members.Any(Cost.Computes) ? body.Members.Where(Cost.Computes) : body.Members;
        var names = members.Select(m => m.Origin).OfType<string>().Distinct().ToList();
        return names.Count <= MostOperations ? names : [.. names.Take(MostOperations - 1), names[^1]];
    }

    static string Identifier(string text)
    {
        var b = new StringBuilder();
        foreach (char c in text)
            if (char.IsAsciiLetterOrDigit(c)) b.Append(char.ToLowerInvariant(c));
            else if (b.Length > 0 && b[^1] != '_') b.Append('_');
        return b.ToString().TrimEnd('_');
    }
}
