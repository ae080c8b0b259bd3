using System.Diagnostics;
using Tiny.Graph;
using Tiny.Schedule;

namespace Tiny;

/// <summary>
/// What the nodes being built are for. Each public operation opens a scope; the outermost one names every node made
/// inside, so that a convolution's windows and its bias are all called "conv2d" in generated code.
/// </summary>
static class Origin
{
    [ThreadStatic] static string? t_current;

    /// <summary>The name of the outermost open scope on this thread, or null.</summary>
    public static string? Current => t_current;

    /// <summary>Opens a scope with a snake_case name until it is disposed; nothing happens inside another scope.</summary>
    public static Opened Scope(string name)
    {
        if (t_current is not null) return default;
        t_current = name;
        return new Opened(true);
    }

    /// <summary>Names a node that has no name yet.</summary>
    public static UOp Stamp(UOp node)
    {
        node.Origin ??= t_current;
        // Not every target has float64. What brings it in remembers the user's line.
        if (node.DType.Kind == ScalarKind.Float64 && node.Line is null && CaptureScope.IsOpen && node.Op != Op.Const && !node.Src.Any(IsMadeFloat64))
            node.Line = UserCode.Find(new StackTrace(1, true));
        return node;
    }

    static bool IsMadeFloat64(UOp node) => node.DType.Kind == ScalarKind.Float64 && !Fusion.IsLeaf(node);

    /// <summary>An open scope.</summary>
    public readonly struct Opened(bool owner) : IDisposable
    {
        /// <summary>Closes the scope.</summary>
        public void Dispose()
        {
            if (owner) t_current = null;
        }
    }
}
