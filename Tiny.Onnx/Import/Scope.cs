namespace Tiny.Onnx.Import;

/// <summary>Values by name: those of a graph, and below them those of the graphs around it.</summary>
sealed class Scope(Scope? outer)
{
    readonly Dictionary<string, OnnxValue?> _values = [];

    /// <summary>The value of a name here or further out; false where nothing has it.</summary>
    public bool TryFind(string name, out OnnxValue? value)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
            if (scope._values.TryGetValue(name, out value)) return true;
        value = null;
        return false;
    }

    /// <summary>Names a value here; null is an optional one left out.</summary>
    public void Set(string name, OnnxValue? value) => _values[name] = value;

    Scope? Outer { get; } = outer;
}
