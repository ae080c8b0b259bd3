namespace Tiny.Schedule;

/// <summary>Marks the flow of control in which a method is being captured: there nothing may run on a device.</summary>
static class CaptureScope
{
    static readonly AsyncLocal<bool> s_open = new();

    /// <summary>True inside a capture.</summary>
    public static bool IsOpen => s_open.Value;

    /// <summary>Calls a method as a capture.</summary>
    public static T Run<T>(Func<T> body)
    {
        bool before = s_open.Value;
        s_open.Value = true;
        try
        {
            return body();
        }
        finally
        {
            s_open.Value = before;
        }
    }
}
