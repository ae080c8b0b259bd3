namespace Tiny;

/// <summary>An error in a tensor program, in the user's terms. <see cref="Code"/> is its stable id, for example <c>TINY1001</c>.</summary>
public class TinyException : Exception
{
    /// <summary>An error with a stable id.</summary>
    public TinyException(string code, string message, Exception? inner = null) : base(message, inner) => Code = code;

    /// <summary>Stable id: TINY0xxx analyzer, TINY1xxx compiler, TINY2xxx build.</summary>
    public string Code { get; }

    /// <summary>Where in the user's code the mistake is, as <c>Digits.cs:12: </c>; empty where it is not known.</summary>
    internal string Place { get; init; } = "";

    /// <summary>The place as a file, where it is not that of a caller but of what was built before.</summary>
    internal Graph.UserLine? Line { get; init; }

    /// <summary>What is wrong, without the place.</summary>
    internal string Text => base.Message;

    /// <summary>The user's line, and what is wrong there.</summary>
    public override string Message => Place + Text;
}

/// <summary>Shapes that do not fit one another, or an operation's arguments that do not fit a shape.</summary>
public sealed class ShapeException : TinyException
{
    /// <summary>The caller's own line is put before the message.</summary>
    public ShapeException(string message) : base("TINY1001", message) => Place = Graph.UserCode.Here();
}

/// <summary>A dtype that an operation or a target cannot take.</summary>
public sealed class DTypeException : TinyException
{
    /// <summary>The caller's own line is put before the message.</summary>
    public DTypeException(string message) : base("TINY1002", message) => Place = Graph.UserCode.Here();
}

/// <summary>A gradient that there is none of.</summary>
public sealed class GradientException : TinyException
{
    /// <summary>The caller's own line is put before the message.</summary>
    public GradientException(string message) : base("TINY1007", message) => Place = Graph.UserCode.Here();
}

/// <summary>A weights file that cannot be read, or a tensor that it lacks.</summary>
public sealed class WeightsException(string message, Exception? inner = null) : TinyException("TINY1003", message, inner);

/// <summary>A method that cannot be captured as it stands.</summary>
public sealed class TinyJitException(string message, Exception? inner = null) : TinyException("TINY1004", message, inner);

/// <summary>Something that a target cannot do; the message names the target and what to use instead.</summary>
public sealed class TargetException(string message) : TinyException("TINY1005", message)
{
    /// <summary>For a target without float64, about what needs it: at the user's line that brings it into the first of the kernels of which that is known.</summary>
    public static TargetException NoFloat64(string target, string what, params IEnumerable<Lower.Kernel> kernels)
    {
        var line = kernels.Select(k => k.Float64Line).FirstOrDefault(l => l is not null);
        return new($"{target}: {what} needs float64, which the target has not; cast to float32, or export with the build's property TinyFloat64=float32, or --f64 f32 of the command, "
            + "to compute and store float32 instead; live, the device cpu has it (TINY_DEVICE=cpu)") { Line = line, Place = line is null ? "" : $"{line}: " };
    }
}
