using System.Reflection;

namespace Tiny.Jit;

/// <summary>Placeholder.</summary>
public static class ProgramCapture
{
    /// <summary>Placeholder.</summary>
    public static Program Capture(string name, object model, IReadOnlyList<MethodInfo> methods) => new(name, [], [], [], 0, 0);
}
