using Tiny.Jit;

namespace Tiny;

/// <summary>Marks a method whose calls are captured once for each signature and replayed as a compiled program.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TinyJitAttribute : Attribute;

/// <summary>
/// The shape of a tensor parameter, which an export needs: <c>[Shape(1, 28, 28)]</c>. A dimension may be a name with bounds, as in
/// <c>[Shape(1, "t:1..512", 64)]</c>: inside the method it is that <see cref="Variable"/>, and one capture serves all its values. The same name
/// in two parameters is the same number. For a parameter that holds several tensors (a tuple, a list, a record), one attribute for each:
/// <c>[Shape(1, 64, Of = "h"), Shape(1, 64, Of = "c")]</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter, AllowMultiple = true)]
public sealed class ShapeAttribute(params object[] dims) : Attribute
{
    /// <summary>The extents.</summary>
    /// <exception cref="ShapeException">One is neither a number nor a name with bounds.</exception>
    public IReadOnlyList<Dim> Dims => [.. dims.Select(Declaration.Parse)];
    /// <summary>Element type; float32 unless set.</summary>
    public ScalarKind DType { get; init; } = ScalarKind.Float32;
    /// <summary>Which of a parameter's tensors this is: the name of a tuple's element or a record's property, the index in a list, the key in a dictionary; deeper ones
    /// with dots, as in "layers.0.h". Unset: all that have none of their own.</summary>
    public string? Of { get; init; }
}

/// <summary>
/// The bounds, both included, of a <see cref="Dim"/> parameter of a captured method. The caller gives a number; inside the method it is a
/// <see cref="Variable"/> of the parameter's name, and one capture serves all its values.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class BoundsAttribute(int min, int max) : Attribute
{
    /// <summary>The least value.</summary>
    public int Min { get; } = min;
    /// <summary>The largest value.</summary>
    public int Max { get; } = max;
}

/// <summary>Asks <c>dotnet build</c> to export a captured method; see <see cref="TinyExportAttribute{T}"/>.</summary>
public abstract class TinyExportAttribute : Attribute
{
    /// <summary>Name of the exported program and its folder; the class's name in lower case unless set. Not where the class has <see cref="TinyModelAttribute"/> methods, which give the names.</summary>
    public string? Name { get; init; }
    /// <summary>A page of the project's own to copy into a browser bundle as <c>index.html</c>, relative to the project. WebGPU only.</summary>
    public string? Page { get; init; }
    internal abstract ExportTarget CreateTarget();
}

/// <summary>Asks <c>dotnet build</c> to export a captured method to the target <typeparamref name="T"/>, into <c>tiny/NAME/TARGET</c> beside the assembly.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class TinyExportAttribute<T> : TinyExportAttribute where T : ExportTarget, new()
{
    internal override ExportTarget CreateTarget() => new T();
}

/// <summary>
/// Marks a static method of a model's class, without parameters, that makes an instance for the build to export: <c>[TinyModel("small")] static Net Small() => new(width: 8);</c>.
/// Each one gives a bundle of that name; a class without any is made by its constructor.
/// </summary>
/// <param name="name">Name of the exported program and its folder.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TinyModelAttribute(string name) : Attribute
{
    /// <summary>Name of the exported program and its folder.</summary>
    public string Name { get; } = name;
}

/// <summary>Written by the source generator, one for each captured method; not for use by hand.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class TinyEntryPointAttribute(Type model, string method, string file, int line, int column) : Attribute
{
    /// <summary>The class that holds the method.</summary>
    public Type Model { get; } = model;
    /// <summary>The method's name.</summary>
    public string Method { get; } = method;
    /// <summary>Where the method is declared, relative to the project, with forward slashes.</summary>
    public string File { get; } = file;
    /// <summary>Line of the declaration, from 1.</summary>
    public int Line { get; } = line;
    /// <summary>Column of the declaration, from 1.</summary>
    public int Column { get; } = column;
}
