using Tiny.Jit;

namespace Tiny;

/// <summary>Marks a method whose calls are captured once for each signature and replayed as a compiled program.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TinyJitAttribute : Attribute;

/// <summary>The shape of a tensor parameter of an exported method.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ShapeAttribute(params int[] dims) : Attribute
{
    /// <summary>The extents.</summary>
    public IReadOnlyList<int> Dims { get; } = dims;
    /// <summary>Element type; float32 unless set.</summary>
    public ScalarKind DType { get; init; } = ScalarKind.Float32;
}

/// <summary>Asks <c>dotnet build</c> to export a captured method; see <see cref="TinyExportAttribute{T}"/>.</summary>
public abstract class TinyExportAttribute : Attribute
{
    /// <summary>Name of the exported program and its folder; the class's name in lower case unless set.</summary>
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
